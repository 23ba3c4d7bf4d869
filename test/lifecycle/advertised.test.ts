// Whether Cloudflare announces a binding's addresses: read now and then by the watch, shown everywhere, and judged by a guard.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdn25 } from "../doors/account.ts";
import { say } from "../doors/chat/people.ts";
import { readable, signedIn } from "../doors/page/visitor.ts";
import { call, cloudflare, deletes } from "../harness.ts";
import { endClock, hourMs, minuteMs, pass, startClock } from "./clock.ts";
import { record } from "./people.ts";
import { goneElsewhere, losses, restarted, watch, watched } from "./watching.ts";

beforeEach(startClock);
afterEach(endClock);

const edge = "203.0.113.128/25";
const plan = async (cidr = edge) => (await call(`/bindings/${cidr}`)).json;
const remove = (query = "") => call(`/bindings/${edge}${query}`, { method: "DELETE" });
const reads = async () => (await cloudflare.calls()).filter((one) => one.includes("bgp")).length;
const status = async () => (await call("/status")).json.watch;
const verdict = (of: { guards: { guard: string }[] }) => of.guards.find(({ guard }) => guard === "advertised");
const levelOf = (advertised: string) => ({ GUARDS: { advertised } });

/** Others announce or withdraw the whole prefix. */
async function announced(isAdvertised: boolean): Promise<void> {
	const state = await cloudflare.state();
	for (const { bgp_prefixes = [] } of state.prefixes)
		for (const { on_demand } of bgp_prefixes) on_demand.advertised = isAdvertised;
	await cloudflare.put(state);
}

describe("the watch", () => {
	it("reads what is announced of each prefix once an hour, and keeps it over a restart", async () => {
		await watch();
		const { prefixes: all } = await cloudflare.state();
		expect(await reads()).toBe(all.length);
		await watched(50);
		expect(await reads()).toBe(all.length);
		await watched(20);
		expect(await reads()).toBe(2 * all.length);
		await restarted();
		await cloudflare.forgetLog();
		expect((await plan()).effect.advertised).toBe(true);
		expect((await plan("2001:db8:100:2::/64")).effect.advertised).toBe(false);
		expect(await reads()).toBe(0);
		expect(await status()).toMatchObject({ bgp_prefixes: "read", missing_permissions: [] });
	});

	it("asks for nothing while it is off, and then nobody knows", async () => {
		await watch({ WATCH_MINUTES: 0 });
		expect((await plan()).effect.advertised).toBeNull();
		expect(verdict(await plan())).toEqual({ guard: "advertised", verdict: "pass" });
		expect(await reads()).toBe(0);
	});

	it("without the permission asks once an hour, and says which one is missing", async () => {
		await cloudflare.behave({ bgp_prefixes: false });
		await watch();
		await watched(50);
		// All three were asked for at once, before the first answer came.
		expect(await reads()).toBe(3);
		await watched(60);
		expect(await reads()).toBe(4);
		expect((await plan()).effect.advertised).toBeNull();
		expect(await status()).toMatchObject({
			bgp_prefixes: "no_permission",
			missing_permissions: ["IP Prefixes: BGP On Demand: Read"],
		});
		expect((await call("/status")).json).toMatchObject({ ok: true, credential: { rejected: false } });
		await cloudflare.behave({ bgp_prefixes: true });
		await watched(130);
		expect((await plan()).effect.advertised).toBe(true);
		expect(await status()).toMatchObject({ bgp_prefixes: "read", missing_permissions: [] });
	});

	it("forgets an answer that is six hours old", async () => {
		await watch();
		await cloudflare.order({ method: "GET", path: "bgp/prefixes", times: 100, fault: { kind: "html" } });
		pass(6 * hourMs - 2 * minuteMs);
		expect((await plan()).effect.advertised).toBe(true);
		pass(3 * minuteMs);
		expect((await plan()).effect.advertised).toBeNull();
	});
});

describe("what is announced", () => {
	it("is in the plan, the record, the account and the record of a loss", async () => {
		await watch();
		expect((await plan()).effect.advertised).toBe(true);
		const { json } = await remove();
		expect(json).toMatchObject({ state: "deleted", effect: { advertised: true } });
		expect(verdict(json)).toEqual({ guard: "advertised", verdict: "pass", announced: ["203.0.113.0/24"] });
		const { prefixes: shown } = (await call("/bindings")).json;
		expect(shown.map(({ advertised }: { advertised: boolean }) => advertised)).toEqual([true, true, false]);
		await goneElsewhere("c01d0000000000000000000000000001");
		await watched(13);
		const [loss] = await losses();
		expect((await record(loss?.id ?? "")).effect).toMatchObject({ advertised: true });
	});

	it("is said in plain words on the page and in chat", async () => {
		await watch();
		const page = await signedIn();
		expect(readable((await page.get(`/account/${edge}`)).text)).toContain("Announced by Cloudflare yes");
		const account = readable((await page.get("/account")).text);
		expect(account).toContain("AS64496 · announced by Cloudflare");
		expect(account).toContain("AS64496 · not announced by Cloudflare");
		expect((await say("slack", edge)).text).toMatch(/Announced by Cloudflare\W+yes/);
		await restarted({ WATCH_MINUTES: 0 });
		expect(readable((await page.get(`/account/${edge}`)).text)).toContain("Announced by Cloudflare unknown");
		expect((await say("slack", edge)).text).not.toContain("Announced");
	});

	it("wins over the prefix's own field, which Cloudflare has deprecated", async () => {
		const state = await cloudflare.state();
		for (const prefix of state.prefixes) prefix.advertised = false;
		await cloudflare.put(state);
		const shown = async () =>
			(await call("/bindings")).json.prefixes.map(({ advertised }: { advertised: boolean }) => advertised);
		await watch({ WATCH_MINUTES: 0 });
		expect(await shown()).toEqual([false, false, false]);
		await watch();
		expect(await shown()).toEqual([true, true, false]);
	});
});

describe("the guard", () => {
	it("refuses what is announced now, with one read more, and lets go what was withdrawn", async () => {
		await watch(levelOf("refuse"));
		await cloudflare.forgetLog();
		const refused = await remove();
		expect(refused).toMatchObject({
			status: 403,
			json: { code: "advertised", detail: "Cloudflare announces 203.0.113.0/24 right now." },
		});
		expect(await cloudflare.calls()).toEqual(["GET bindings", "GET bgp/prefixes"]);
		await announced(false);
		const { json } = await remove();
		expect(json).toMatchObject({ state: "deleted", effect: { advertised: false } });
		expect(verdict(json)).toEqual({ guard: "advertised", verdict: "pass" });
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("does not trust what the watch read before", async () => {
		await announced(false);
		await watch(levelOf("acknowledge"));
		await announced(true);
		expect((await plan()).acknowledge).toContain("advertised");
		expect((await remove()).json).toMatchObject({ code: "acknowledgement_required" });
		expect((await remove("?acknowledge=advertised")).json).toMatchObject({ state: "deleted" });
	});

	it.each([
		["is forbidden", () => cloudflare.behave({ bgp_prefixes: false })],
		["fails", () => cloudflare.order({ method: "GET", path: "bgp/prefixes", fault: { kind: "html" } })],
	])("passes if the read %s, with that evidence", async (_, prepare) => {
		await watch(levelOf("refuse"));
		await prepare();
		const { json } = await remove();
		expect(json).toMatchObject({ state: "deleted", effect: { advertised: null } });
		expect(verdict(json)).toEqual({ guard: "advertised", verdict: "pass", advertised: null });
		expect((await call("/status")).json.credential.rejected).toBe(false);
	});

	it("works without the watch", async () => {
		await watch({ WATCH_MINUTES: 0, ...levelOf("refuse") });
		expect((await remove()).json).toMatchObject({ code: "advertised" });
	});
});
