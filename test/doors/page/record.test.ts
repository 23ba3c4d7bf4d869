// One deletion as a page: its story, what happened to the traffic, and where it is read from.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, cloudflare, HISTORY } from "../../harness.ts";
import { remove, restore } from "../../lifecycle/people.ts";
import { approver, cdn25, prefixes, resetAll } from "../account.ts";
import { pastDeletion, seed } from "../seed.ts";
import { breakLedger, watch } from "../watch.ts";
import { readable, signedIn, type Visitor } from "./visitor.ts";

let viewer: Visitor;
beforeEach(async () => {
	viewer = await signedIn();
});
afterEach(resetAll);

const page = async (id: string): Promise<string> => (await viewer.get(`/records/${id}`)).text;
const published = (id: string) => vi.waitFor(async () => expect(await HISTORY.get(`deletion:${id}`)).not.toBeNull());

it("tells the story, from the request to the restoration", async () => {
	const { json } = await remove("203.0.113.128/25", "?reason=INC-1");
	await restore(json.id);
	const { cloudflare: answer, restoration } = (await call(`/deletions/${json.id}`)).json;
	const text = readable(await page(json.id));
	for (const told of [
		"user@example.com requested it (API), naming 203.0.113.128/25.",
		"unbind sent the DELETE to Cloudflare.",
		`Cloudflare answered 200, Ray id ${answer.ray}.`,
		"Deleted. The edge takes up to 6 hours to settle.",
		"sandbox (API) asked to restore it.",
		"unbind sent the POST to Cloudflare.",
		`Restored as the new binding ${restoration.binding_id}.`,
		"The traffic of 203.0.113.128/25 went from CDN to Magic Transit , by 203.0.113.0/24.",
	])
		expect(text).toContain(told);
});

it("draws which service had the prefix before, and which has it after", async () => {
	const { json } = await remove("203.0.113.128/25");
	const [before = "", after = ""] = (await page(json.id)).match(/<div class="bar".*?<\/div>/g) ?? [];
	const drawn = (bar: string) =>
		[...bar.matchAll(/width="([\d.]+)%"[^>]*><title>([^<]*)</g)].map(([, width, who]) => `${width} ${who}`);
	expect(drawn(before)).toEqual([
		"25.00 203.0.113.0/26: CDN",
		"25.00 203.0.113.64/26: Spectrum",
		"50.00 203.0.113.128/25: CDN",
	]);
	expect(drawn(after)).toEqual([
		"25.00 203.0.113.0/26: CDN",
		"25.00 203.0.113.64/26: Spectrum",
		"50.00 203.0.113.0/24: Magic Transit",
	]);
});

it("draws which service has the prefix once it is restored, who restored it, and that it settles", async () => {
	const { json } = await remove("203.0.113.128/25");
	await restore(json.id);
	const { restoration } = (await call(`/deletions/${json.id}`)).json;
	const text = await page(json.id);
	const bars = text.match(/<div class="bar".*?<\/div>/g) ?? [];
	expect(bars).toHaveLength(3);
	expect(bars[2]).toContain("203.0.113.128/25: CDN");
	expect(readable(text)).toMatch(
		/Restored sandbox \(API\), at 20\d\d-\d\d-\d\d [\d:]+ UTC \. Settles within 6 hours\./,
	);
	expect(text).toContain(`<a href="/account/${restoration.binding_id}">`);
});

it("says who gave an approval, and for what", async () => {
	const { json } = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service");
	expect(readable(await page(json.id))).toMatch(/Approval pending, for last binding\. Expires at 20[\d-]+ [\d:]+ UTC/);
	await call(`/deletions/${json.id}/approval`, {
		method: "POST",
		token: approver.token,
		json: { decision: "approve" },
	});
	expect(readable(await page(json.id))).toContain("Approval approved by approver, for last binding.");
});

it("names the addresses that no service handles any more", async () => {
	const { json } = await remove("2001:db8:100::/48", "?acknowledge=leaves_no_service");
	const text = await page(json.id);
	expect(readable(text)).toMatch(/No service took over the traffic of 2001:db8:100::\/64, .* and 8 more\./);
	expect(text).toContain('data-service="none"');
});

it("shows a refusal with its evidence, and leads to what can be done", async () => {
	const { json } = await remove("2001:db8:100:1::/64");
	const text = readable(await page(json.deletion_id));
	expect(text).toContain(
		"A risk was not acknowledged: still provisioning. To delete it anyway, tick the risk in the plan.",
	);
	expect(text).toContain("Still provisioning needs your acknowledgement.");
	expect(text).toContain("provisioning state: provisioning");
	await remove("203.0.113.128/25");
	const missing = await remove("203.0.113.128/25");
	expect(await page(missing.json.deletion_id)).toMatch(/<a href="\/records\/\w{26}">Last deletion<\/a>/);
});

it("shows Cloudflare's errors, and links their documentation only at a web address", async () => {
	const error = { code: 1002, message: "<b>No</b>", documentation_url: "https://developers.cloudflare.com/byoip/" };
	const other = { code: 7, message: "Never", documentation_url: "javascript:alert(1)" };
	const body = { success: false, errors: [error, other], messages: [], result: null };
	await cloudflare.order({ method: "DELETE", fault: { kind: "respond", status: 403, body } });
	const { json } = await remove("203.0.113.128/25");
	const text = await page(json.deletion_id);
	expect(text).toContain('<a href="https://developers.cloudflare.com/byoip/" rel="noreferrer">Documentation</a>');
	expect(text).not.toContain("javascript:");
	expect(text).toContain("&lt;b&gt;No&lt;/b&gt;");
});

it("lists other deletions of the same binding", async () => {
	await remove("2001:db8:100:1::/64");
	const { json } = await remove("2001:db8:100:1::/64", "?acknowledge=still_provisioning");
	const text = readable(await page(json.id));
	expect(text).toMatch(/Other deletions of this binding .* refused · risk not acknowledged 2001:db8:100:1::\/64/);
	const { json: alone } = await remove("203.0.113.0/26");
	expect(readable(await page(alone.id))).toContain("Other deletions of this binding None.");
});

describe("the page of a deletion under way", () => {
	it("tells the script to poll, and has a link for people without one", async () => {
		const { json } = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service");
		const text = await page(json.id);
		expect(text).toMatch(/<main id="main" data-live="W\/&quot;[\w-]+&quot;"/);
		expect(text).toContain(`<a href="/records/${json.id}">Reload</a>`);
	});

	it("no longer polls once the deletion settles", async () => {
		const { json } = await remove("203.0.113.128/25");
		expect(await page(json.id)).not.toMatch(/data-live|Reload/);
	});
});

describe("a record", () => {
	it("comes from the Ledger while it has the record, so that a restoration shows immediately", async () => {
		const { json } = await remove("203.0.113.128/25");
		await published(json.id);
		const watched = watch();
		await page(json.id);
		// KV is asked for the record at the same time, and for the binding's history under both spellings of its id.
		expect(watched).toEqual({ kv: ["get", "list", "list"], ledger: ["overview", "record", "changes"] });
	});

	it("comes from KV when the Ledger no longer has it or is unreachable", async () => {
		const [id = ""] = await seed([pastDeletion(0, { reason: "long ago" })]);
		expect(readable(await page(id))).toContain("long ago");
		breakLedger();
		expect(readable(await page(id))).toContain("long ago");
	});

	it.each([["7zzzzzzzzzzzzzzzzzzzzzzzzz"], ["x"], [cdn25], [prefixes.shop]])("does not exist: %s", async (id) => {
		const { status, text } = await viewer.get(`/records/${id}`);
		expect([status, readable(text).includes("There is no deletion with this id.")]).toEqual([404, true]);
	});

	it("is unavailable when neither the Ledger nor KV can be read", async () => {
		breakLedger();
		expect((await viewer.get("/records/7zzzzzzzzzzzzzzzzzzzzzzzzz")).status).toBe(503);
	});
});
