// The page of a day's changes, as a person without a script reads it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, cloudflare } from "../../harness.ts";
import { dayMs, endClock, inMs, pass, startClock } from "../../lifecycle/clock.ts";
import { deleted, others } from "../../lifecycle/people.ts";
import { goneElsewhere, watch, watched } from "../../lifecycle/watching.ts";
import { cdn26, prefixes, shop24 } from "../account.ts";
import { readable, signedIn } from "./visitor.ts";

beforeEach(startClock);
afterEach(endClock);

const words = (page: string) => readable(page).replaceAll(/\s+/g, " ");
const day = (ms = 0) => inMs(ms).slice(0, 10);
const drawn = (page: string) =>
	page
		.split("<figure")
		.slice(1)
		.map((figure) => [...figure.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title));

describe("the changes of a day", () => {
	it("draw each changed prefix before and after, and list what changed with links to the records", async () => {
		await watch();
		// The first day is not known from its start.
		pass(dayMs);
		await watched(12);
		const id = await deleted("203.0.113.128/25");
		await goneElsewhere(cdn26);
		await watched(14);
		const { get } = await signedIn();
		const { text, status } = await get("/account/changes");
		expect(status).toBe(200);
		const read = words(text);
		expect(read).toContain(`Changes on ${day()}`);
		expect(read).toContain("203.0.113.0/24 : 2 changes, 4 bindings before and 2 after.");
		expect(read).toMatch(/UTC disappeared 203\.0\.113\.128\/25 CDN unbind/);
		expect(read).toMatch(/UTC disappeared 203\.0\.113\.0\/26 CDN someone else/);
		expect(text).toContain(`<a href="/records/${id}">203.0.113.128/25</a>`);
		expect(drawn(text)).toEqual([
			[
				...["203.0.113.0/26: CDN", "203.0.113.64/26: Spectrum", "203.0.113.128/25: CDN"],
				...["203.0.113.0/24: Magic Transit", "203.0.113.64/26: Spectrum", "203.0.113.0/24: Magic Transit"],
			],
		]);
		const earlier = words((await get(`/account/changes?day=${day(-dayMs)}`)).text);
		expect(earlier).toContain("unbind has data for only part of this day.");
		expect(earlier).toContain("Nothing changed after that.");
	});

	it("of another service name both services, and of no record lead to the binding's history", async () => {
		await watch();
		await watched(3);
		await others(prefixes.shop, (all) =>
			all.map((one) => ({ ...one, service_id: "ab".padEnd(32, "0"), service_name: "<b>" })),
		);
		await watched(12);
		const { text } = await (await signedIn()).get("/account/changes?day=");
		expect(words(text)).toContain("changed 198.51.100.0/24 CDN → <b> someone else");
		expect(text).toContain(`<a href="/?binding=${shop24}">`);
		expect(text).not.toContain("<b></td>");
	});

	it("before the watch says since when it knows, and that the watch is off", async () => {
		const { get } = await signedIn();
		expect(words((await get("/account/changes")).text)).toContain("The watch is off");
		await watch();
		const { text, status } = await get(`/account/changes?day=${day(-dayMs)}`);
		expect([status, words(text)]).toEqual([200, expect.stringContaining("unbind has no data for this day.")]);
		expect(text).toContain(`href="/account/changes?day=${day()}"`);
	});

	it.each(["day=2030-01-02", "day=yesterday", "cursor=1", "from=2030-01-01"])("refuse %s", async (query) => {
		await watch();
		expect((await (await signedIn()).get(`/account/changes?${query}`)).status).toBe(400);
	});

	it("are linked from the account, and asked of Cloudflare by nobody", async () => {
		await watch();
		const { get } = await signedIn();
		expect((await get("/account")).text).toContain('<a href="/account/changes">Changes</a>');
		await cloudflare.forgetLog();
		await get("/account/changes");
		expect(await cloudflare.calls()).toEqual([]);
	});
});

it("is for those who may read", async () => {
	const { status } = await call("/account/changes", { token: null });
	expect(status).toBe(401);
});
