// The page in a real browser, against the sandbox: what people do, with and without its script.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sandboxEmail } from "../../sandbox/imitation/credentials.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { launchChromium, noBrowser } from "./chromium.ts";
import { known, type Person, request, signIn, somebody } from "./people.ts";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

describe.skipIf(noBrowser)("the page", { timeout: 60_000 }, () => {
	let directory: string;
	let sandbox: Sandbox;
	let browser: Browser;
	/** Two people who have signed in, the second without a script. */
	let operator: Person;
	let reader: Person;
	beforeAll(async () => {
		directory = await mkdtemp(join(tmpdir(), "unbind-browser-"));
		const bindings = { BUDGET_DELETIONS: 100, GUARDS: { breadth: "pass" } };
		[sandbox, browser] = await Promise.all([startSandbox({ dataPath: directory, bindings }), launchChromium()]);
		operator = await known(browser, sandbox);
		reader = await known(browser, sandbox, "sandbox", { javaScriptEnabled: false });
	}, 90_000);
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
		await rm(directory, { recursive: true, force: true });
	});
	beforeEach(() => {
		sandbox.imitation.reset();
		// Bindings with new ids: unbind remembers the ids that it has deleted, and Cloudflare never uses one again.
		const { prefixes, ...state } = sandbox.imitation.snapshot();
		const renewed = (bindings: (typeof prefixes)[number]["bindings"]) =>
			bindings.map((one) => ({ ...one, id: crypto.randomUUID().replaceAll("-", "") }));
		sandbox.imitation.replace({
			...state,
			prefixes: prefixes.map((one) => ({ ...one, bindings: renewed(one.bindings) })),
		});
	});

	const remove = (cidr: string, query = "", caller: Parameters<typeof request>[3] = sandboxEmail) =>
		request(sandbox, "DELETE", `/bindings/${cidr}${query}`, caller);
	const row = (page: Page, reason: string) => page.locator("[data-row]", { hasText: reason });

	it("a person signs in with a cookie no script can read, follows live changes, and restores one by keyboard", async () => {
		const { page, faults, leave } = await somebody(browser, sandbox);
		await page.clock.install();
		await signIn(page);
		expect(await page.evaluate("document.cookie")).toBe("");
		const [cookie] = await page.context().cookies();
		const kept = { name: "__Host-unbind", httpOnly: true, secure: true, sameSite: "Strict", path: "/" };
		expect(cookie).toMatchObject(kept);

		await remove("203.0.113.128/25", "?reason=live+one");
		// The page polls every five seconds by its own clock.
		await page.clock.fastForward(5000);
		await row(page, "live one").waitFor();
		expect(await page.locator("[data-tail]").textContent()).toBe("Live: 1 new");

		await page.keyboard.press("j");
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { name: "203.0.113.128/25" }).waitFor();
		await page.getByRole("button", { name: "Restore 203.0.113.128/25" }).click();
		await page.getByText("Restored as the new binding").waitFor();
		expect(faults).toEqual([]);
		await leave();
	});

	it("a filtered list is an address, and everyone who opens it sees the same", async () => {
		await remove("203.0.113.0/26", "?reason=shared+one");
		await remove("192.0.2.0/24", "?reason=shared+two");
		const { page } = operator;
		await page.goto("/");
		await page.getByLabel("Search").fill("shared");
		await page.getByLabel("State").selectOption("-failed");
		await page.getByRole("button", { name: "Filter" }).click();
		await page.getByRole("link", { name: "is not", exact: true }).waitFor();
		expect(new URL(page.url()).search).toBe("?q=shared&state=-failed");
		await expect.poll(() => page.locator("[data-row]").count()).toBe(1);

		await reader.page.goto(page.url());
		expect(await reader.page.locator("[data-row]").allTextContents()).toEqual([expect.stringContaining("shared one")]);
		await reader.page.getByRole("link", { name: "is not", exact: true }).click();
		expect(await reader.page.locator("[data-row]").allTextContents()).toEqual([expect.stringContaining("shared two")]);
	});

	it("a slow deletion is followed until it is done", async () => {
		sandbox.imitation.faults.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const { page, faults } = operator;
		await page.goto("/account/203.0.113.64/26");
		await page.getByText("Delete…").click();
		await page.getByLabel("Reason").fill("slow one");
		await page.getByRole("button", { name: "Delete 203.0.113.64/26" }).click();
		await page.getByText("Reload").waitFor();
		expect(await page.locator("h1 + [data-state]").textContent()).toBe("deleting");
		sandbox.imitation.release();
		await page.getByText("Deleted. The edge takes up to 6 hours to settle.").waitFor();
		expect(await page.locator("h1 + [data-state]").textContent()).toBe("deleted");
		expect(faults).toEqual([]);
	});

	it("without a script, one person requests a deletion, another approves it, restores it and signs out", async () => {
		const plain = { javaScriptEnabled: false };
		const asker = await somebody(browser, sandbox, plain);
		await signIn(asker.page, sandboxEmail, "/account");
		await asker.page.getByRole("link", { name: "198.51.100.0/24" }).click();
		await asker.page.getByText("Ask for approval…").click();
		await asker.page.getByLabel("Reason").fill("no script");
		await asker.page.getByLabel("No service left").check();
		await asker.page.getByRole("button", { name: "Ask to delete 198.51.100.0/24" }).click();
		await asker.page.getByText("waiting for approval").first().waitFor();
		expect(await asker.page.getByText("Approve…").count()).toBe(0);

		const other = await known(browser, sandbox, "sandbox", plain);
		await other.page.goto(asker.page.url());
		await other.page.getByText("Approve…").click();
		await other.page.getByRole("button", { name: "Approve the deletion of 198.51.100.0/24" }).click();
		await other.page.getByText("sandbox (page) approved it.").waitFor();
		await other.page.getByRole("button", { name: "Restore 198.51.100.0/24" }).click();
		await other.page.getByText("Restored as the new binding").waitFor();

		await other.page.getByRole("button", { name: "Sign out" }).click();
		await other.page.goto("/account");
		expect(await other.page.getByRole("heading").allTextContents()).toEqual(["Sign in"]);
		await Promise.all([asker.leave(), other.leave()]);
	});

	describe("the account", () => {
		it("shows the freeze switch and what waits while Cloudflare hangs or fails", async () => {
			const { id } = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service&reason=still+waiting");
			sandbox.imitation.faults.order({ method: "GET", fault: { kind: "hang_before" } });
			const { page, faults } = operator;
			await page.goto("/account", { waitUntil: "commit" });
			await row(page, "still waiting").waitFor();
			await page.getByText("Asking Cloudflare…").waitFor({ timeout: 1000 });
			await page.getByText("Freeze deletions…").click();
			await page.getByLabel("Reason").fill("Cloudflare is down");
			sandbox.imitation.drop();
			await page.getByRole("button", { name: "Freeze all deletions" }).click();
			await page.getByText("Deletions are frozen.").waitFor();
			// A list that is still under way would answer for the next page too.
			await page.locator("#bindings").getByText("Edge, Amsterdam").first().waitFor();

			sandbox.imitation.faults.order({ method: "GET", fault: { kind: "respond", status: 503, body: "" }, times: 9 });
			await page.goto("/account");
			await page.locator("#bindings").getByRole("alert").waitFor();
			await row(page, "still waiting").waitFor();
			await page.getByText("Lift the freeze…").click();
			await page.getByRole("button", { name: "Lift the freeze" }).click();
			await page.getByText("Freeze deletions…").waitFor();
			await request(sandbox, "POST", `/deletions/${id}/cancellation`, sandboxEmail);
			expect(faults).toEqual([]);
		});

		it("says in a sentence which service handles an address, and draws it within its prefix", async () => {
			const { page } = reader;
			await page.goto("/account");
			await page.getByLabel("Who serves").fill(" 203.0.113.7 ");
			await page.getByRole("button", { name: "Look" }).click();
			await page.getByText("CDN serves 203.0.113.7, by 203.0.113.0/26.").waitFor();
			expect(await page.getByLabel("Who serves").inputValue()).toBe("203.0.113.7");
			// Not Magic Transit over what Spectrum and CDN handle.
			const drawn = await page.locator(".prefix .bar title").allTextContents();
			expect(drawn).toEqual(["203.0.113.0/26: CDN", "203.0.113.64/26: Spectrum", "203.0.113.128/25: CDN"]);
			expect(await page.locator(".prefix .bar .here").count()).toBe(1);
			await page.getByRole("link", { name: "203.0.113.64/26" }).waitFor();

			for (const [asked, answer] of [
				["203.0.113.0/25", "203.0.113.0/25 is split: CDN by 203.0.113.0/26, Spectrum by 203.0.113.64/26."],
				["2001:db8:100::1", "CDN serves 2001:db8:100::1, by 2001:db8:100::/48."],
				["192.0.2.1", "No prefix of this account covers 192.0.2.1."],
			] as const) {
				await page.getByLabel("Who serves").fill(asked);
				await page.getByRole("button", { name: "Look" }).click();
				await page.getByText(answer).waitFor();
			}
			await page.getByLabel("Who serves").fill("203.0.113.7/24");
			await page.getByRole("button", { name: "Look" }).click();
			await page.getByText("203.0.113.7/24 is not a range. Did you mean 203.0.113.0/24?").waitFor();
			expect(await page.getByLabel("Who serves").inputValue()).toBe("203.0.113.7/24");
		});

		it("fits any address on a phone", async () => {
			const { page } = operator;
			const prefix = "2001:db8:aaaa:bbbb:cccc:dddd:eee0::/108";
			const binding = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128";
			const state = sandbox.imitation.snapshot();
			const [first] = state.prefixes;
			if (first === undefined) throw new Error("the account has no prefixes");
			const [one] = first.bindings;
			if (one === undefined) throw new Error("the prefix has no bindings");
			const changed = {
				...first,
				cidr: prefix,
				bindings: [
					{ ...one, cidr: prefix },
					{ ...one, id: "c01d00000000000000000000000000ff", cidr: binding },
				],
			};
			sandbox.imitation.replace({ ...state, prefixes: [changed] });
			await page.setViewportSize({ width: 390, height: 800 });
			await page.goto("/account");
			await page.getByRole("link", { name: binding }).waitFor();
			expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
			await page.setViewportSize({ width: 1280, height: 720 });
		});
	});

	describe("another site", () => {
		let site: Server;
		let siteUrl: string;
		beforeAll(async () => {
			site = createServer((req, res) => {
				const path = new URL(req.url ?? "/", "http://x").searchParams.get("to") ?? "/";
				res.writeHead(200, { "content-type": "text/html" });
				res.end(`<a href="${sandbox.url}${path}">there</a><form method="post" action="${sandbox.url}${path}">
					<input name="turn" value="on"><input name="reason" value="forged"><input name="form_token" value="x"><button>Win</button></form>`);
			});
			await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
			const address = site.address();
			siteUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`;
		});
		afterAll(() => site.close());

		it("can change nothing, and neither can a form with another token", async () => {
			const { page } = operator;
			await page.goto(`${siteUrl}?to=/freeze-switch`);
			const [forged] = await Promise.all([page.waitForResponse("**/freeze-switch"), page.getByText("Win").click()]);
			expect([forged.status(), (await forged.request().allHeaders()).cookie]).toEqual([401, undefined]);

			await page.goto("/account");
			await page.getByText("Freeze deletions…").click();
			await page.getByLabel("Reason").fill("forged");
			await page.evaluate(`document.querySelector('[action="/freeze-switch"] [name="form_token"]').value = "forged"`);
			const [refused] = await Promise.all([
				page.waitForResponse("**/freeze-switch"),
				page.getByRole("button", { name: "Freeze all deletions" }).click(),
			]);
			expect(refused.status()).toBe(403);
			await page.getByText("Nothing was done.").waitFor();
			expect(await request(sandbox, "GET", "/freeze")).toMatchObject({ frozen: false });
		});

		it("can link to a record, which opens for a person who is signed in, with and without a script", async () => {
			const { id } = await remove("203.0.113.0/26");
			for (const { page } of [operator, reader]) {
				await page.goto(`${siteUrl}?to=/records/${id}`);
				await page.getByText("there").click();
				await page.getByRole("heading", { name: "203.0.113.0/26" }).waitFor();
			}
		});
	});

	it("a deletion asks for a reason, and Cancel and Escape go back a step", async () => {
		for (const { page } of [operator, reader]) {
			await page.goto("/account/203.0.113.0/26");
			const button = page.getByRole("button", { name: "Delete 203.0.113.0/26" });
			await page.getByText("Delete…").click();
			await button.click();
			expect(await page.locator("#reason:invalid").count()).toBe(1);
			await page.getByRole("link", { name: "Cancel" }).click();
			await button.waitFor({ state: "hidden" });
		}
		const { page } = operator;
		await page.getByText("Delete…").click();
		await page.getByLabel("Reason").press("Escape");
		await page.getByRole("button", { name: "Delete 203.0.113.0/26" }).waitFor({ state: "hidden" });
		expect(await page.evaluate("document.activeElement.textContent")).toBe("Delete…");
	});

	it("an approver sees who asks, why, and the effect before the button", async () => {
		const { id } = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service&reason=the+shop+moves");
		const { page } = operator;
		await page.goto(`/records/${id}`);
		await page.getByText("Approve…").click();
		const step = page.locator("details.confirm[open]");
		const text = await step.textContent();
		for (const told of [
			"user@example.com asks to delete it: “the shop moves”",
			"No service would take over the traffic of 198.51.100.0/24.",
			"This is the prefix's last binding",
		])
			expect(text).toContain(told);
	});

	it("a form sent after the session has ended keeps what was typed", async () => {
		for (const javaScriptEnabled of [true, false]) {
			const { page, leave } = await known(browser, sandbox, "sandbox", { javaScriptEnabled });
			await page.goto("/account/203.0.113.0/26");
			await page.getByText("Delete…").click();
			await page.getByLabel("Reason").fill("INC-7: typed & kept");
			await page.getByLabel("Not before").fill("2031-02-03T04:05");
			await page.context().clearCookies();
			await page.getByRole("button", { name: "Delete 203.0.113.0/26" }).click();
			await page.getByText("Nothing was done.").waitFor();
			await page.getByLabel("Token").fill("unbind_sandbox");
			await page.getByRole("button", { name: "Sign in" }).click();
			await page.getByRole("heading", { name: "203.0.113.0/26" }).waitFor();
			expect(await page.getByLabel("Reason").inputValue()).toBe("INC-7: typed & kept");
			expect(await page.getByLabel("Not before").inputValue()).toBe("2031-02-03T04:05");
			await page.getByRole("button", { name: "Delete 203.0.113.0/26" }).waitFor();
			await leave();
		}
	});

	it("the state filter shows the current state, and choosing another replaces it", async () => {
		await remove("203.0.113.0/26", "?reason=chosen");
		for (const { page } of [operator, reader]) {
			await page.goto("/?state=refused");
			expect(await page.getByLabel("State", { exact: true }).inputValue()).toBe("refused");
			await page.getByLabel("State", { exact: true }).selectOption("deleted");
			await page.getByRole("button", { name: "Filter" }).click();
			await row(page, "chosen").waitFor();
			expect(new URL(page.url()).search).toBe("?state=deleted");
		}
	});

	it("a Worker that is not configured tells a browser what to do", async () => {
		const path = await mkdtemp(join(tmpdir(), "unbind-browser-"));
		const bindings = { CLOUDFLARE_ACCOUNT_ID: "", TOKENS: "" };
		const other = await startSandbox({ dataPath: path, bindings, bundlePath: join(directory, "bundle") });
		const { page, faults, leave } = await somebody(browser, other);
		await page.goto("/account");
		await page.getByRole("heading", { name: "unbind is not configured" }).waitFor();
		expect(await page.locator(".steps b").allTextContents()).toEqual(["CLOUDFLARE_ACCOUNT_ID", "TOKENS"]);
		expect(faults).toEqual([
			"Failed to load resource: the server responded with a status of 503 (Service Unavailable)",
		]);
		await leave();
		await other.stop();
		await rm(path, { recursive: true, force: true });
	});

	it("a printed record is dark on white and has nothing to press", async () => {
		const { id } = await remove("203.0.113.128/25", "?reason=printed");
		const { page, leave } = await known(browser, sandbox, "sandbox", { colorScheme: "dark" });
		await page.goto(`/records/${id}`);
		await page.emulateMedia({ media: "print" });
		const style = "getComputedStyle(document.body)";
		expect(await page.evaluate(`[${style}.backgroundColor, ${style}.color]`)).toEqual([
			"rgb(255, 255, 255)",
			"rgb(33, 33, 33)",
		]);
		expect(await page.locator("button:visible, summary:visible:not(.plain > summary), nav:visible").count()).toBe(0);
		expect(await page.getByText(/^\d+ checks passed$/).isVisible()).toBe(true);
		expect(await page.locator(".bar:visible").count()).toBe(2);
		await remove("198.51.100.0/24", "?acknowledge=leaves_no_service&reason=printed+too");
		for (const path of ["/", "/account"]) {
			await page.goto(path);
			await row(page, "printed too").waitFor();
			expect(await page.locator("form:visible, .review:visible").count(), path).toBe(0);
		}
		await leave();
	});

	it("keys, copying, local times and the pause work as labelled", async () => {
		const { id } = await remove("203.0.113.0/26", "?reason=keys");
		const { page, faults, leave } = await known(browser, sandbox, "sandbox", { timezoneId: "Asia/Tokyo" });
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
		await page.goto("/");
		await page.keyboard.press("/");
		expect(await page.evaluate("document.activeElement.id")).toBe("q");
		await page.keyboard.press("j");
		expect(await page.getByLabel("Search").inputValue()).toBe("j");
		await page.getByRole("button", { name: "Pause" }).click();
		expect(await page.locator("[data-tail]").textContent()).toBe("Paused");

		await page.keyboard.press("?");
		await page.getByRole("dialog", { name: "Keys" }).waitFor();
		await page.getByLabel("Use single keys on this device").uncheck();
		await page.keyboard.press("Escape");
		await page.keyboard.press("?");
		expect(await page.getByRole("dialog").count()).toBe(0);

		await page.goto(`/records/${id}`);
		await page.getByRole("button", { name: "Copy the record's id" }).click();
		expect(await page.evaluate("navigator.clipboard.readText()")).toBe(id);
		expect(await page.locator("time").first().textContent()).toMatch(/UTC$/);
		await page.getByLabel("Show times as").selectOption("local");
		expect(await page.locator("time").first().textContent()).toMatch(/GMT\+9|JST/);
		await page.reload();
		expect(await page.locator("time").first().textContent()).toMatch(/GMT\+9|JST/);

		await page.goto("/");
		await page.getByLabel("Show times as").selectOption("ago");
		const when = page.locator("[data-row] time").first();
		expect(await when.textContent()).toMatch(/^(?:just now|\d+ \w+ ago)$/);
		expect(await when.getAttribute("title")).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, /);
		expect(faults).toEqual([]);
		await leave();
	});

	it("axe-core finds no problem in light or dark, and every page fits on a phone", async () => {
		const refused = await remove("2001:db8:100:1::/64");
		const waiting = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service&reason=axe");
		const done = await remove("203.0.113.128/25", "?reason=axe");
		const pages = [
			"/",
			"/?state=-failed&actor=sandbox&q=axe&since=24h",
			"/?q=nothing-like-it",
			`/records/${refused.deletion_id}`,
			`/records/${waiting.id}`,
			`/records/${done.id}`,
			"/account",
			"/account/203.0.113.0/24",
			"/account/2001:db8:100::/48",
			"/account/203.0.113.7",
		];
		const findings: string[] = [];
		const check = async (page: Page, path: string) => {
			await page.goto(path);
			await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
			await page.evaluate(axe);
			// Only the colours differ in the dark.
			const runs = {
				light: "axe.run({ rules: { 'target-size': { enabled: true }, 'color-contrast-enhanced': { enabled: true } } })",
				dark: "axe.run({ runOnly: ['color-contrast-enhanced'] })",
			};
			for (const colorScheme of ["light", "dark"] as const) {
				await page.emulateMedia({ colorScheme });
				const { violations } = await page.evaluate<AxeResults>(runs[colorScheme]);
				for (const { id, nodes } of violations)
					findings.push(`${path} ${colorScheme} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
			}
			for (const width of [961, 768, 320]) {
				await page.setViewportSize({ width, height: 640 });
				const needed = await page.evaluate<number>("document.documentElement.scrollWidth");
				if (needed > width) findings.push(`${path} needs ${needed} of ${width}`);
			}
			await page.setViewportSize({ width: 1280, height: 720 });
		};
		const { page, faults, leave } = await somebody(browser, sandbox);
		await check(page, "/");
		await signIn(page);
		for (const path of pages) await check(page, path);
		await page.goto("/account");
		await page.getByText("Freeze deletions…").click();
		await page.getByLabel("Reason").fill("axe");
		await page.getByRole("button", { name: "Freeze all deletions" }).click();
		await page.getByText("Deletions are frozen.").waitFor();
		await check(page, "/account");
		await page.goto("/");
		await page.getByText("Lift the freeze…").click();
		await page.getByRole("button", { name: "Lift the freeze" }).click();
		await page.getByText("Freeze deletions…").waitFor();
		expect(findings).toEqual([]);
		expect(faults).toEqual([]);
		await leave();
	}, 120_000);
});
