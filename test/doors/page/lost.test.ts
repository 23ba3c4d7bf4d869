// A mass deletion on the page, as a person without a script sees and restores it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, cloudflare } from "../../harness.ts";
import { endClock, startClock } from "../../lifecycle/clock.ts";
import { bound, creations, others, record, restore } from "../../lifecycle/people.ts";
import { lastGone } from "../../lifecycle/restoring-many.ts";
import { goneElsewhere, losses, watch, watched } from "../../lifecycle/watching.ts";
import { cdn25, cdn26, prefixes, shop24 } from "../account.ts";
import { hiddenIn, readable, signedIn, type Visitor, visitor } from "./visitor.ts";

beforeEach(startClock);
afterEach(endClock);

/** Three bindings disappear at once; one of them was its prefix's last. */
async function lost(): Promise<string> {
	await watch({ WATCH_MASS: 3 });
	await goneElsewhere(cdn25, cdn26, shop24);
	await watched(14);
	const [{ id }] = (await call("/mass-deletions")).json.mass_deletions;
	return id;
}

const words = async (viewer: Visitor, path: string) => readable((await viewer.get(path)).text);
const bannerOf = (text: string) => readable(`<main>${/<div id="banner">([\s\S]*?)<main/.exec(text)?.[1]}`);
const restoreAll = (viewer: Visitor, id: string, fields = {}) =>
	viewer.submit(`/account/lost/${id}`, `/account/lost/${id}/restore`, fields);

describe("the banner", () => {
	it("is on every page, links to the list, counts what is restored, and goes once all is", async () => {
		const id = await lost();
		const viewer = await signedIn();
		const [one, ...rest] = await losses();
		for (const path of ["/", "/account", "/account/changes", `/records/${one?.id}`, `/account/lost/${id}`]) {
			const { text } = await viewer.get(path);
			expect(bannerOf(text), path).toMatch(
				/3 bindings disappeared without unbind at 2030-01-01 12:\d\d:\d\d UTC \. See what is missing, and restore it/,
			);
			expect(text, path).toContain(`<a href="/account/lost/${id}">`);
		}
		await restore(one?.id ?? "");
		expect(bannerOf((await viewer.get("/")).text)).toContain("1 of 3 are restored. See the rest");
		for (const { id } of rest) await restore(id);
		expect(bannerOf((await viewer.get("/")).text)).not.toContain("restored");
		expect(await words(viewer, `/account/lost/${id}`)).toContain("All of them are restored.");
	});

	it("is not shown to strangers", async () => {
		await lost();
		expect((await visitor().get("/")).text).not.toContain("disappeared");
	});
});

describe("the list", () => {
	it("shows what will be created, the prefix without any binding first, and who did it", async () => {
		const id = await lost();
		const page = await words(await signedIn(), `/account/lost/${id}`);
		expect(page).toContain("3 bindings disappeared");
		expect(page).toContain("Deleted by nobody knows yet");
		expect(page).toContain("Prefixes 2, 1 with no binding left");
		expect(page).toContain("Restored 0 of 3");
		expect(page).toContain(
			"198.51.100.0/24 has no binding left 198.51.100.0/24 to CDN 203.0.113.0/24 203.0.113.128/25 to CDN 203.0.113.0/26 to CDN",
		);
		expect(page).toContain(
			"198.51.100.0/24 has no binding left 198.51.100.0/24 CDN deleted elsewhere nobody knows yet 203.0.113.0/24 203.0.113.128/25",
		);
	});

	it("asks Cloudflare and KV for nothing", async () => {
		const id = await lost();
		const viewer = await signedIn();
		await cloudflare.forgetLog();
		await viewer.get(`/account/lost/${id}`);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("answers 404 under another id", async () => {
		await watch();
		const viewer = await signedIn();
		for (const path of ["/account/lost/zz", "/account/lost/..%2f", `/account/restorations/7${"z".repeat(25)}`])
			expect((await viewer.get(path)).status, path).toBe(404);
		expect((await viewer.get("/account/lost/zz?x=1")).status).toBe(400);
	});
});

describe("Restore all", () => {
	it("takes a list and a press, and leads to its progress and the outcome of each", async () => {
		const id = await lost();
		const viewer = await signedIn();
		const { text } = await viewer.get(`/account/lost/${id}`);
		expect(text).toContain("<summary>Restore all 3…</summary>");
		expect(text).toContain('<button type="submit">Restore all 3</button>');
		const sent = await restoreAll(viewer, id, { reason: "INC-9" });
		expect([sent.status, sent.location]).toEqual([303, expect.stringMatching(/^\/account\/restorations\/7\w{25}$/)]);
		const path = sent.location ?? "";
		const going = await viewer.get(path);
		expect(readable(going.text)).toMatch(
			/^ ?Restoring 3 bindings restoring Reload .*Requested by sandbox \(page\) Reason INC-9/,
		);
		expect(going.text).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>');
		expect(await words(viewer, `/account/lost/${id}`)).toContain("They are being restored. Follow the restoration");

		await lastGone(path.slice(-26));
		const done = await viewer.get(path);
		expect(readable(done.text)).toMatch(/^ ?Restored 3 of 3 bindings done 3 restored Requested by/);
		expect(done.text).not.toContain("http-equiv");
		for (const { id } of await losses()) expect(await record(id)).toMatchObject({ state: "restored" });
		expect((await bound(prefixes.shop)).map(({ cidr }) => cidr)).toEqual(["198.51.100.0/24"]);
	});

	it("polls with one call until something changes", async () => {
		const id = await lost();
		const viewer = await signedIn();
		const { location } = await restoreAll(viewer, id);
		const { headers, text } = await viewer.get(location ?? "");
		const etag = headers.get("etag") ?? "";
		expect(text).toContain(`data-live="${etag.replaceAll('"', "&quot;")}"`);
		expect((await viewer.get(location ?? "", { "if-none-match": etag })).status).toBe(304);
		await lastGone((location ?? "").slice(-26));
		expect((await viewer.get(location ?? "", { "if-none-match": etag })).status).toBe(200);
	});

	it("restores once if the form is sent twice", async () => {
		const id = await lost();
		const viewer = await signedIn();
		const page = await viewer.get(`/account/lost/${id}`);
		const hidden = hiddenIn(page.text, `/account/lost/${id}/restore`);
		const send = () => viewer.post(`/account/lost/${id}/restore`, hidden);
		const first = await send();
		expect((await send()).location).toBe(first.location);
		await lastGone((first.location ?? "").slice(-26));
		expect((await send()).location).toBe(first.location);
		expect(await creations()).toHaveLength(3);
	});

	it("restores nothing if the list has changed since, and shows it again with what was typed", async () => {
		const id = await lost();
		const viewer = await signedIn();
		const page = await viewer.get(`/account/lost/${id}`);
		const [one] = await losses();
		await restore(one?.id ?? "");
		const hidden = hiddenIn(page.text, `/account/lost/${id}/restore`);
		const again = await viewer.post(`/account/lost/${id}/restore`, { ...hidden, reason: "INC-9" });
		expect(again.status).toBe(409);
		expect(readable(again.text)).toContain("The list has changed since you opened this page. Nothing was restored.");
		expect(again.text).toContain('value="INC-9"');
		expect(again.text).toContain("<summary>Restore 2 of 3…</summary>");
		expect((await call("/mass-deletions")).json.mass_deletions[0].restorations_id).toBeNull();
	});

	it("says of each why it was not restored, and offers the rest again", async () => {
		const id = await lost();
		await others(prefixes.amsterdam, (all) => [
			...all,
			{
				id: "c01d0000000000000000000000000099",
				cidr: "203.0.113.0/26",
				service_id: "a3d7b91e6c2048f5b0e4d8c7f1a29635",
				service_name: "Spectrum",
			},
		]);
		const viewer = await signedIn();
		const { location } = await restoreAll(viewer, id);
		await lastGone((location ?? "").slice(-26));
		const page = await words(viewer, location ?? "");
		expect(page).toContain("Restored 2 of 3 bindings 1 not restored");
		expect(page).toContain("1 binding could not be restored.");
		expect(page).toMatch(/203\.0\.113\.0\/26 CDN (refused|failed) \S/);
		expect(await words(viewer, `/account/lost/${id}`)).toContain("Restore 1 of 3");
	});

	it("is for those with the scope, who see why if they lack it", async () => {
		const id = await lost();
		const reader = await signedIn("unbind_sandbox_approver");
		const page = await reader.get(`/account/lost/${id}`);
		expect(readable(page.text)).toContain("You can't restore these bindings: you lack the scope “restore”.");
		expect(page.text).not.toContain("Restore all");
		const fields = hiddenIn(page.text, "/sign-out");
		const key = crypto.randomUUID();
		const forced = await reader.post(`/account/lost/${id}/restore`, {
			...fields,
			key,
			list: "0".repeat(64),
		});
		expect(forced.status).toBe(403);
		expect(readable(forced.text)).toContain('lacks the scope "restore"');
	});

	it("needs the form's own token", async () => {
		const id = await lost();
		const viewer = await signedIn();
		const key = crypto.randomUUID();
		const forged = await restoreAll(viewer, id, { form_token: "x", key });
		expect(forged.status).toBe(403);
		const elsewhere = await viewer.post(
			`/account/lost/${id}/restore`,
			{ key },
			{ origin: "https://evil.example", "sec-fetch-site": "cross-site" },
		);
		expect(elsewhere.status).toBe(403);
	});

	it("keeps the reason over a new sign-in", async () => {
		const id = await lost();
		const stranger = await visitor().post(`/account/lost/${id}/restore`, { reason: "INC-9" });
		expect(stranger.status).toBe(401);
		expect(stranger.text).toContain(`value="/account/lost/${id}?reason=INC-9"`);
		expect((await (await signedIn()).get(`/account/lost/${id}?reason=INC-9`)).text).toContain('value="INC-9"');
	});
});
