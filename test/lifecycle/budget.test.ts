// The two limits on how much is deleted at once: the account's budget, and the breadth within a prefix. Deletions in
// flight count, so that no crowd gets through together.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { magicTransit24, prefixes } from "../doors/account.ts";
import { numberedCidr as cidr, numberedId as id, manyPrefixes } from "../doors/many-prefixes.ts";
import { type Answer, call, cloudflare, deletes, HISTORY } from "../harness.ts";
import { dayMs, endClock, hourMs, inMs, minuteMs, pass, startClock, wakeAfter } from "./clock.ts";
import { configureLedger } from "./configured-ledger.ts";
import { cancel, decide, othersDelete, record, remove, restore } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const removeNumber = (index: number): Promise<Answer> => remove(cidr(index));
const statusesOf = (answers: Answer[]) => answers.map(({ status }) => status).toSorted();

describe("the budget", () => {
	beforeEach(() => manyPrefixes(60));

	it("lets five of fifty simultaneous deletions through", async () => {
		await cloudflare.order({ method: "DELETE", times: 50, fault: { kind: "delay", milliseconds: 50 } });
		const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => removeNumber(index)));
		expect(statusesOf(answers)).toEqual([...Array(5).fill(200), ...Array(45).fill(429)]);
		for (const { status, json, headers } of answers) {
			if (status === 200) continue;
			expect(json).toMatchObject({ code: "budget", title: "The deletion budget is used up" });
			expect(headers.get("retry-after")).toBe("3600");
			expect(headers.get("ratelimit")).toBe('"budget";r=0;t=3600');
			expect(headers.get("ratelimit-policy")).toBe('"budget";q=5;w=3600');
			const verdict = json.guards.find(({ guard }: { guard: string }) => guard === "budget");
			expect(verdict).toMatchObject({ verdict: "refuse", deletions: 5, limit: 5, window_minutes: 60 });
		}
		expect(await deletes()).toHaveLength(5);
		expect((await call("/deletions?state=refused")).json.deletions).toHaveLength(45);
	});

	it("does not count failed, refused, cancelled or already gone deletions", async () => {
		await cloudflare.order({ method: "DELETE", times: 5, fault: { kind: "reject", status: 400 } });
		for (let index = 0; index < 5; index++) expect((await removeNumber(index)).status).toBe(502);
		expect((await remove("192.0.2.0/24")).status).toBe(404);
		await cancel((await remove(cidr(6), `?not_before=${inMs(hourMs)}`)).json.id);
		const gone = await remove(cidr(7), `?not_before=${inMs(minuteMs)}`);
		await othersDelete(id("a", 7), id("c", 7));
		await wakeAfter(minuteMs);
		expect((await record(gone.json.id)).state).toBe("already_gone");
		for (let index = 10; index < 15; index++) expect((await removeNumber(index)).status).toBe(200);
		expect((await removeNumber(15)).status).toBe(429);
	});

	it("counts deletions with an unknown outcome", async () => {
		await configureLedger({ BUDGET_DELETIONS: 1 });
		await cloudflare.order({ method: "DELETE", times: 3, fault: { kind: "reject", status: 500 } });
		const lost = await call(`/bindings/${cidr(0)}`, { method: "DELETE", headers: { prefer: "wait=0" } });
		await expect.poll(async () => (await record(lost.json.id ?? lost.json.deletion_id)).state).toBe("unknown");
		expect((await removeNumber(1)).status).toBe(429);
		await wakeAfter(2 * minuteMs);
		await wakeAfter(minuteMs);
		expect((await record(lost.json.id ?? lost.json.deletion_id)).state).toBe("failed");
		expect((await removeNumber(1)).status).toBe(200);
	});

	it("frees up one by one as deletions leave the window", async () => {
		await removeNumber(0);
		pass(30 * minuteMs);
		for (let index = 1; index < 5; index++) await removeNumber(index);
		const refused = await removeNumber(5);
		expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1800"]);
		pass(30 * minuteMs - 1);
		expect((await removeNumber(5)).headers.get("retry-after")).toBe("1");
		pass(1);
		expect((await removeNumber(5)).status).toBe(200);
		expect((await removeNumber(6)).headers.get("retry-after")).toBe("1800");
	});

	it("does not grow back with a restoration", async () => {
		await configureLedger({ BUDGET_DELETIONS: 1 });
		const { json } = await removeNumber(0);
		expect((await restore(json.id)).status).toBe(200);
		expect((await removeNumber(1)).status).toBe(429);
	});

	it("applies when a scheduled deletion is due, not when it is requested", async () => {
		const ids: string[] = [];
		for (let index = 0; index < 8; index++) ids.push((await remove(cidr(index), `?not_before=${inMs(dayMs)}`)).json.id);
		await wakeAfter(dayMs);
		const records = await Promise.all(ids.map(record));
		expect(records.map(({ state }) => state).toSorted()).toEqual([
			...Array(5).fill("deleted"),
			...Array(3).fill("refused"),
		]);
		expect(records.filter(({ state }) => state === "refused").map(({ failure }) => failure?.code)).toEqual(
			Array(3).fill("budget"),
		);
		expect(await deletes()).toHaveLength(5);
		// An object that still publishes would meet the next test with these deletions.
		const keys = async () => (await HISTORY.list({ prefix: "deletion:" })).keys.length;
		await expect.poll(keys).toBeGreaterThanOrEqual(5);
	});

	it("has the configured size and window", async () => {
		await configureLedger({ BUDGET_DELETIONS: 2, BUDGET_WINDOW_MINUTES: 10 });
		expect([(await removeNumber(0)).status, (await removeNumber(1)).status]).toEqual([200, 200]);
		expect((await removeNumber(2)).headers.get("retry-after")).toBe("600");
		pass(10 * minuteMs);
		expect((await removeNumber(2)).status).toBe(200);
	});

	it("does not delay a deletion that another person approved despite it", async () => {
		await configureLedger({ BUDGET_DELETIONS: 1, GUARDS: { budget: "approve" } });
		await removeNumber(0);
		const asked = await removeNumber(1);
		expect(asked.json.state).toBe("pending_approval");
		expect((await decide(asked.json.id, "approve")).json.state).toBe("deleted");
	});
});

describe("the breadth", () => {
	const edges = ["203.0.113.0/26", "203.0.113.64/26", "203.0.113.128/25", "203.0.113.0/24"];

	it("lets two of a prefix's four simultaneous deletions through", async () => {
		await cloudflare.order({ method: "DELETE", times: 4, fault: { kind: "delay", milliseconds: 50 } });
		const named = "?acknowledge=leaves_no_service";
		const answers = await Promise.all(edges.map((one) => remove(one, named)));
		expect(statusesOf(answers)).toEqual([200, 200, 429, 429]);
		for (const { status, json, headers } of answers) {
			if (status === 200) continue;
			expect(json.code).toBe("breadth");
			expect(headers.get("retry-after")).toBe("3600");
		}
		expect(await deletes()).toHaveLength(2);
	});

	it("counts deletions in flight", async () => {
		await cloudflare.order({ method: "DELETE", times: 2, fault: { kind: "hang_before" } });
		const inFlight = [remove("203.0.113.0/26"), remove("203.0.113.64/26")];
		await expect.poll(deletes).toHaveLength(2);
		const refused = await remove("203.0.113.128/25");
		expect(refused.json.guards.find(({ guard }: { guard: string }) => guard === "breadth")).toMatchObject({
			verdict: "refuse",
			gone: 3,
			of: 4,
			window_minutes: 60,
		});
		await cloudflare.release();
		expect(statusesOf(await Promise.all(inFlight))).toEqual([200, 200]);
	});

	it("counts each prefix separately, and a restoration makes room again", async () => {
		const { json } = await remove("203.0.113.0/26");
		await remove("203.0.113.64/26");
		expect((await remove("203.0.113.128/25")).status).toBe(429);
		expect((await remove("2001:db8:100:1::/64", "?acknowledge=still_provisioning")).status).toBe(200);
		await restore(json.id);
		expect((await remove("203.0.113.128/25")).status).toBe(200);
		expect(await deletes()).toHaveLength(4);
	});

	it("allows a prefix's first deletion, whatever is left", async () => {
		await othersDelete(prefixes.v6, "c01d0000-0000-4000-8000-000000000007");
		await othersDelete(prefixes.v6, "c01d0000000000000000000000000006");
		const answer = await remove("2001:db8:100::/48", "?acknowledge=leaves_no_service");
		expect(answer.json.state).toBe("pending_approval");
	});

	it("sets Retry-After by the prefix's own deletions", async () => {
		await remove("2001:db8:100:1::/64", "?acknowledge=still_provisioning");
		pass(50 * minuteMs);
		await remove("203.0.113.0/26");
		await remove("203.0.113.64/26");
		const refused = await remove("203.0.113.128/25");
		pass(Number(refused.headers.get("retry-after")) * 1000);
		expect((await remove("203.0.113.128/25")).status).toBe(200);
	});

	it("sets Retry-After to when enough deletions have left the window, however far apart they are", async () => {
		await remove("203.0.113.0/26");
		pass(20 * minuteMs);
		await remove("203.0.113.64/26");
		await othersDelete(prefixes.amsterdam, magicTransit24);
		const retryIn = async () =>
			Number((await remove("203.0.113.128/25", "?acknowledge=leaves_no_service")).headers.get("retry-after"));
		const seconds = await retryIn();
		expect(seconds).toBe(3600);
		pass((seconds - 1) * 1000);
		expect(await retryIn()).toBe(1);
		pass(1000);
		expect((await remove("203.0.113.128/25", "?acknowledge=leaves_no_service")).json.state).toBe("pending_approval");
	});
});
