// The page of a day's changes in a real browser. Its content is rendered here: the sandbox's watch would take minutes to see any.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import type { PastBinding, PastChange } from "../../src/deletion/past.ts";
import { ok } from "../../src/deletion/result.ts";
import { Changes } from "../../src/doors/page/changes.tsx";
import { render } from "../../src/doors/page/jsx-runtime.ts";
import { launchChromium, noBrowser } from "./chromium.ts";
import { known } from "./people.ts";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

const noon = Date.UTC(2026, 1, 20, 12);
const prefix = "2001:db8:aaaa:bbbb:cccc:dddd:eee0::/108";
const bound = (name: string, cidr: string, serviceName: string | null): PastBinding => ({
	...{ id: name.padEnd(32, "0"), prefixId: "a".padEnd(32, "0"), cidr, serviceId: null, serviceName },
	...{ provisioningState: "active", firstSeenMs: 0, goneMs: null },
});
const [whole, lost, moved] = [
	bound("a1", prefix, "Magic Transit"),
	bound("a2", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128", "CDN"),
	bound("a3", "2001:db8:aaaa:bbbb:cccc:dddd:eeef:0/112", "Spectrum"),
];
const change = (one: Partial<PastChange>): PastChange => ({
	...{ atMs: noon, change: "disappeared", binding: lost, before: null, by: "elsewhere", deletionId: null },
	...one,
});
const page = render(
	Changes({
		viewer: {
			actor: { name: "sandbox", door: "page", scopes: ["read"], ranges: null },
			formToken: "",
			signedInBy: "token",
		},
		overview: null,
		beginMs: Date.UTC(2026, 1, 20),
		nowMs: Date.UTC(2026, 1, 21),
		isContinued: true,
		past: ok({
			...{ knownSinceMs: 0, lookedMs: noon, next: "1.a.appeared" },
			accounts: [
				[{ id: whole.prefixId, cidr: prefix, bindings: [whole, lost, moved] }],
				[{ id: whole.prefixId, cidr: prefix, bindings: [whole, { ...moved, serviceName: null }] }],
			],
			changes: [
				change({ by: "unbind", deletionId: "7ybqr9354bf7dnb5yqv2dqd58z" }),
				change({ change: "changed", binding: { ...moved, serviceName: null }, before: moved }),
				change({ change: "appeared", binding: { ...whole, cidr: null } }),
			],
		}),
	}),
);

describe.skipIf(noBrowser)("the changes of a day", { timeout: 60_000 }, () => {
	let directory: string;
	let sandbox: Sandbox;
	let browser: Browser;
	beforeAll(async () => {
		directory = await mkdtemp(join(tmpdir(), "unbind-browser-"));
		[sandbox, browser] = await Promise.all([startSandbox({ dataPath: directory }), launchChromium()]);
	}, 90_000);
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
		await rm(directory, { recursive: true, force: true });
	});

	it("axe-core finds no problem in light or dark, and they fit on a phone", async () => {
		const { page: shown, faults, leave } = await known(browser, sandbox);
		await shown.route("**/account/changes?day=2026-02-20", (route) =>
			route.fulfill({ contentType: "text/html", body: `<!doctype html>\n${page}` }),
		);
		await shown.goto("/account/changes?day=2026-02-20");
		expect(await shown.locator("figure .bar").count()).toBe(2);
		expect(await shown.locator("[data-row]").count()).toBe(3);
		await shown.evaluate(axe);
		const rules = "{ rules: { 'target-size': { enabled: true }, 'color-contrast-enhanced': { enabled: true } } }";
		for (const colorScheme of ["light", "dark"] as const) {
			await shown.emulateMedia({ colorScheme });
			const { violations } = await shown.evaluate<AxeResults>(`axe.run(${rules})`);
			expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
		}
		for (const width of [961, 768, 390, 320]) {
			await shown.setViewportSize({ width, height: 800 });
			expect(await shown.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
		}
		expect(faults).toEqual([]);
		await leave();
	});

	it.each([true, false])("can be picked by their day, with a script: %s", async (javaScriptEnabled) => {
		const { page: shown, leave } = await known(browser, sandbox, "sandbox", { javaScriptEnabled });
		await shown.goto("/account");
		await shown.getByRole("link", { name: "Changes" }).click();
		await shown.getByLabel("Day").fill("2026-02-20");
		await shown.getByRole("button", { name: "Show", exact: true }).click();
		await shown.getByRole("heading", { name: "Changes on 2026-02-20" }).waitFor();
		expect(await shown.getByLabel("Day").inputValue()).toBe("2026-02-20");
		await shown.getByText("The watch is off").waitFor();
		await leave();
	});
});
