// How many presses the three usual jobs take, counted in the browser: a press of the mouse, or of Enter or Space. Typing is
// none, and neither is landing on the page.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sandboxEmail } from "../../sandbox/imitation/credentials.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { launchChromium, noBrowser } from "./chromium.ts";
import { known, type Person, request } from "./people.ts";

/** Kept in the tab's storage, so that it goes on over the pages. */
const counting = `
	const count = () => sessionStorage.setItem("presses", Number(sessionStorage.getItem("presses")) + 1);
	addEventListener("pointerdown", count, true);
	addEventListener("keydown", ({ key, target }) => {
		if (key === "Enter" || (key === " " && !target.matches("input"))) count();
	}, true);`;
/** In sight, and above the other one. */
async function isAbove(one: Locator, other: Locator): Promise<boolean> {
	const [first, second] = await Promise.all([one.boundingBox(), other.boundingBox()]);
	return first !== null && second !== null && first.height > 0 && first.y + first.height <= second.y;
}
const presses = (page: Page) => page.evaluate<number>("Number(sessionStorage.getItem('presses'))");

describe.skipIf(noBrowser)("presses", { timeout: 60_000 }, () => {
	let directory: string;
	let sandbox: Sandbox;
	let browser: Browser;
	let person: Person;
	beforeAll(async () => {
		directory = await mkdtemp(join(tmpdir(), "unbind-clicks-"));
		[sandbox, browser] = await Promise.all([
			startSandbox({ dataPath: directory, bindings: { GUARDS: { breadth: "pass" } } }),
			launchChromium(),
		]);
		person = await known(browser, sandbox);
		await person.page.context().addInitScript(counting);
	}, 90_000);
	afterEach(() => expect(person.faults).toEqual([]));
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
		await rm(directory, { recursive: true, force: true });
	});

	/** Someone else's request for a prefix's last binding. */
	const asked = () =>
		request(sandbox, "DELETE", "/bindings/198.51.100.0/24?acknowledge=leaves_no_service&reason=moves", sandboxEmail);
	/** A new count, on the history. */
	async function land(path: string): Promise<Page> {
		const { page } = person;
		await page.goto(path);
		await page.evaluate("sessionStorage.clear()");
		return page;
	}

	it.each([
		["the mouse", false],
		["the keyboard", true],
	])("at most 4 from an address to a deletion, by %s", async (_, isByKeyboard) => {
		const cidr = isByKeyboard ? "203.0.113.64/26" : "203.0.113.0/26";
		const page = await land("/account");
		const press = async (found: Locator) => (isByKeyboard ? found.press("Enter") : found.click());
		await page.getByLabel("Who serves").fill(isByKeyboard ? "203.0.113.70" : "203.0.113.7");
		await press(page.getByRole("button", { name: "Look up" }));
		await press(page.locator(".answer").getByRole("link", { name: cidr }));
		await press(page.getByText("Delete…"));
		await page.getByLabel("Reason").fill("INC-1");
		await press(page.getByRole("button", { name: `Delete ${cidr}` }));
		await page.locator("h1 + [data-state=deleted]").waitFor();
		expect(await presses(page)).toBe(4);
	});

	it("at most 2 from the history to an approval, with effect, risk, requester and reason above the button", async () => {
		const { state } = await asked();
		expect(state).toBe("pending_approval");
		const page = await land("/");
		// Nothing is approved from the list itself.
		expect(await page.locator("#rows button").count()).toBe(0);
		await page.locator("[data-row]", { hasText: "moves" }).getByRole("link", { name: "Review and approve" }).click();
		const button = page.getByRole("button", { name: "Approve the deletion of 198.51.100.0/24" });
		const form = page.locator("form", { has: button });
		for (const text of [
			"user@example.com asks to delete it: “moves”",
			"No service would take over the traffic of 198.51.100.0/24.",
			"This is the prefix's last binding",
		])
			expect(await isAbove(form.getByText(text), button), text).toBe(true);
		await button.click();
		await page.locator("h1 + [data-state=deleted]").waitFor();
		expect(await presses(page)).toBe(2);
	});

	it("at most 2 from the history to a restoration, with what will be created beside the button", async () => {
		await request(sandbox, "DELETE", "/bindings/203.0.113.128/25?reason=by+mistake");
		const page = await land("/");
		await page.locator("[data-row]", { hasText: "by mistake" }).getByRole("link", { name: "203.0.113.128/25" }).click();
		const button = page.getByRole("button", { name: "Restore 203.0.113.128/25" });
		const says = page.getByText("Creates a new binding for 203.0.113.128/25 to CDN, with a new id.");
		expect(await isAbove(says, button)).toBe(true);
		await button.click();
		await page.locator("h1 + [data-state=restored]").waitFor();
		expect(await presses(page)).toBe(2);
	});
});
