// Many bindings that disappeared at once, in a real browser: seen, restored by one action, and followed until all are back.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { launchChromium, noBrowser } from "./chromium.ts";
import { startAfterLoss } from "./lost-before.ts";
import { known } from "./people.ts";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const rules = "{ rules: { 'target-size': { enabled: true }, 'color-contrast-enhanced': { enabled: true } } }";

describe.skipIf(noBrowser)("many lost bindings", { timeout: 60_000 }, () => {
	let directory: string;
	let sandbox: Sandbox;
	let massId: string;
	let lost: number;
	let browser: Browser;
	beforeAll(async () => {
		directory = await mkdtemp(join(tmpdir(), "unbind-lost-"));
		[{ sandbox, massId, lost }, browser] = await Promise.all([startAfterLoss(directory), launchChromium()]);
	}, 90_000);
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
		await rm(directory, { recursive: true, force: true });
	});

	/** In light and dark, and on screens down to a phone's, which is also what a zoom of 200 % leaves. */
	async function expectFit(page: Page): Promise<void> {
		await page.evaluate(axe);
		for (const colorScheme of ["light", "dark"] as const) {
			await page.emulateMedia({ colorScheme });
			const { violations } = await page.evaluate<AxeResults>(`axe.run(${rules})`);
			expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
		}
		for (const width of [320, 390, 720]) {
			await page.setViewportSize({ width, height: 900 });
			expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
		}
	}

	it("fit on a phone before anybody restores them, and axe-core finds no problem", async () => {
		const { page, faults, leave } = await known(browser, sandbox);
		await page.goto(`/account/lost/${massId}`);
		await page.getByText(`Restore all ${lost}…`).click();
		await expectFit(page);
		expect(faults).toEqual([]);
		await leave();
	});

	it("are restored by one action, without a script, and followed until all are back", async () => {
		const { page, faults, leave } = await known(browser, sandbox, "sandbox", { javaScriptEnabled: false });
		await page.goto("/");
		await page.getByRole("link", { name: "See what is missing, and restore it" }).click();
		await page.getByRole("heading", { name: `${lost} bindings disappeared` }).waitFor();
		await page.getByText(`Restore all ${lost}…`).click();
		expect(await page.locator(".listed code").count()).toBe(lost);
		await page.getByLabel("Reason").fill("INC-9");
		await page.getByRole("button", { name: `Restore all ${lost}` }).click();
		// The page reloads itself.
		await page.getByRole("heading", { name: `Restored ${lost} of ${lost} bindings` }).waitFor();
		expect(await page.locator("tbody [data-state=restored]").count()).toBe(lost);
		expect(await page.getByText("disappeared without unbind").count()).toBe(0);
		const now = sandbox.imitation.snapshot().prefixes.flatMap(({ bindings }) => bindings);
		expect(now.length).toBeGreaterThan(lost);
		expect(faults).toEqual([]);
		await leave();
	});

	it("have a page of their restoration that fits too", async () => {
		const { page, faults, leave } = await known(browser, sandbox);
		await page.goto(`/account/lost/${massId}`);
		await page.getByRole("link", { name: "The last restoration" }).click();
		await page.getByRole("heading", { name: "Restored" }).waitFor();
		await expectFit(page);
		expect(faults).toEqual([]);
		await leave();
	});
});
