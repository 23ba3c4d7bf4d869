// Deletions for later: they wait on record, can be cancelled, and are looked up and guarded again when they are due.
import { abortAllDurableObjects } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindingsPath, cdn25, prefixes, withoutPauses } from "../doors/account.ts";
import { call, cloudflare, deletes } from "../harness.ts";
import { alarmInMs, dayMs, endClock, hourMs, inMs, minuteMs, mirrored, startClock, wakeAfter } from "./clock.ts";
import { callAs, configureLedger, tokensWith } from "./configured-ledger.ts";
import { doorNames, doors } from "./doors.ts";
import { events, operator, others, othersDelete, record, remove } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const cidr = "203.0.113.128/25";
const edge = { cidr, id: cdn25, prefixId: prefixes.amsterdam };

async function scheduled(aheadMs = hourMs, query = ""): Promise<string> {
	const answer = await remove(cidr, `?not_before=${inMs(aheadMs)}${query}`);
	expect([answer.status, answer.json.state]).toEqual([202, "scheduled"]);
	return answer.json.id;
}

describe("a deletion for later", () => {
	it("is not joined by a request for another binding that now has its CIDR", async () => {
		const waiting = await scheduled();
		const state = await cloudflare.state();
		const other = "c01d00000000000000000000000000ff";
		for (const binding of state.prefixes.flatMap(({ bindings }) => bindings))
			if (binding.id === cdn25) binding.id = other;
		await cloudflare.put(state);
		const answer = await remove(cidr);
		expect([answer.status, answer.json.binding.id]).toEqual([200, other]);
		expect(await deletes()).toEqual([`DELETE bindings/${other}`]);
		await wakeAfter(hourMs);
		expect((await record(waiting)).state).toBe("already_gone");
	});

	it("waits on record until its time, and says how long", async () => {
		const answer = await remove(cidr, `?not_before=${inMs(hourMs)}&reason=INC-3`);
		expect(answer.status).toBe(202);
		expect(answer.headers.get("retry-after")).toBe("3600");
		expect(answer.headers.get("location")).toBe(`/deletions/${answer.json.id}`);
		expect(answer.json).toMatchObject({
			state: "scheduled",
			not_before: inMs(hourMs),
			settled_at: null,
			approval: null,
			failure: null,
		});
		expect(await record(answer.json.id)).toEqual(answer.json);
		await mirrored();
		await wakeAfter(15_000);
		expect(await alarmInMs()).toBe(hourMs - 15_000);

		await wakeAfter(hourMs - 15_000 - 1);
		expect(await deletes()).toEqual([]);
		await wakeAfter(1);
		const told = await record(answer.json.id);
		expect(told).toMatchObject({ state: "deleted", settled_at: inMs(0) });
		expect(events(told).slice(0, 7)).toEqual([
			...["requested", "planned", "scheduled", "planned", "sent", "answered", "deleted"],
		]);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it.each([0, -1, -dayMs])("runs now if its time is not ahead: %d ms", async (ms) => {
		const answer = await remove(cidr, `?not_before=${inMs(ms)}`);
		expect([answer.status, answer.json.state, answer.json.not_before]).toEqual([200, "deleted", inMs(ms)]);
	});

	it.each(doorNames)("can be up to seven days ahead, and not a millisecond more: %s", async (door) => {
		const ask = (ms: number) => doors[door]((path, options) => call(path, options), edge, { notBefore: inMs(ms) });
		expect((await ask(7 * dayMs + 1)).status).toBe(400);
		expect((await call("/deletions")).json.deletions).toEqual([]);
		expect((await ask(7 * dayMs)).status).toBe(door === "cloudflare" ? 403 : 202);
		await wakeAfter(7 * dayMs);
		expect((await call("/deletions")).json.deletions).toMatchObject([{ state: "deleted" }]);
	});

	it("is refused at a malformed time", async () => {
		for (const text of ["soon", "2030-01-01", "2030-02-30T00:00:00Z", "1893499200", ""])
			expect((await remove(cidr, `?not_before=${text}`)).json).toMatchObject({ status: 400, code: "invalid_request" });
	});

	it("is not a success at the Cloudflare-compatible door", async () => {
		const path = `${bindingsPath(prefixes.amsterdam, cdn25)}?not_before=${inMs(hourMs)}`;
		const answer = await call(path, { method: "DELETE" });
		expect(answer.status).toBe(403);
		expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90_202 }] });
		expect(answer.json.errors[0].message).toContain(inMs(hourMs));
	});

	it("is joined by later requests for the same binding, even for now", async () => {
		const id = await scheduled();
		for (const target of [cidr, cdn25, "edge-cdn"]) {
			const answer = await remove(target, "", operator.token);
			expect([answer.status, answer.json.id]).toEqual([202, id]);
		}
		expect(await deletes()).toEqual([]);
		expect((await call("/deletions")).json.deletions).toHaveLength(1);
	});

	it("survives a reset of the object", async () => {
		const id = await scheduled();
		await abortAllDurableObjects();
		await wakeAfter(hourMs);
		expect((await record(id)).state).toBe("deleted");
	});

	it("is carried out once, even if the object is reset meanwhile", async () => {
		const id = await scheduled();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
		const woken = wakeAfter(hourMs).catch(() => undefined);
		await expect.poll(deletes).toHaveLength(1);
		await abortAllDurableObjects();
		await cloudflare.drop();
		await woken;
		await wakeAfter(15_000);
		await expect.poll(async () => (await record(id)).state).toBe("deleted");
		expect(await deletes()).toHaveLength(1);
	});
});

describe("a deletion that is due", () => {
	it("is already gone if the binding disappeared in the meantime", async () => {
		const id = await scheduled();
		await othersDelete(prefixes.amsterdam, cdn25);
		await wakeAfter(hourMs);
		expect(await record(id)).toMatchObject({ state: "already_gone", failure: null });
		expect(await deletes()).toEqual([]);
	});

	it("is refused for a risk that was not acknowledged", async () => {
		const id = await scheduled();
		await others(prefixes.amsterdam, (all) => all.filter((one) => one.cidr !== "203.0.113.0/24"));
		await wakeAfter(hourMs);
		expect(await record(id)).toMatchObject({
			state: "refused",
			failure: { code: "acknowledgement_required" },
			effect: { falls_back_to: null, without_service: { cidrs: [cidr], total: 1 } },
		});
		expect(await deletes()).toEqual([]);
	});

	it("is carried out with a risk that was acknowledged in advance", async () => {
		const id = await scheduled(hourMs, "&acknowledge=leaves_no_service");
		await others(prefixes.amsterdam, (all) => all.filter((one) => one.cidr !== "203.0.113.0/24"));
		await wakeAfter(hourMs);
		expect((await record(id)).state).toBe("deleted");
	});

	it("is refused if its plan is stale by then", async () => {
		const etag = (await call(`/bindings/${cidr}`)).headers.get("etag") ?? "";
		const path = `/bindings/${cidr}?not_before=${inMs(hourMs)}`;
		const { id } = (await call(path, { method: "DELETE", headers: { "if-match": etag } })).json;
		await othersDelete(prefixes.amsterdam, "c01d0000000000000000000000000001");
		await wakeAfter(hourMs);
		expect(await record(id)).toMatchObject({ state: "refused", failure: { code: "changed" } });
	});

	it("is carried out within the caller's ranges", async () => {
		const tokens = tokensWith("edge", ["delete"], [cidr]);
		await configureLedger(tokens);
		const path = `/bindings/${cidr}?not_before=${inMs(hourMs)}`;
		const { id } = (await callAs("edge", tokens, path, { method: "DELETE" })).json;
		await wakeAfter(hourMs);
		expect((await record(id)).state).toBe("deleted");
	});
});

describe("a deletion that is due while Cloudflare can't be read", () => {
	beforeEach(withoutPauses);
	const unreadable = (looks: number) =>
		cloudflare.order({ method: "GET", times: 3 * looks, fault: { kind: "html", status: 503 } });

	it("waits ten seconds and looks again", async () => {
		const id = await scheduled();
		await mirrored();
		await unreadable(2);
		await wakeAfter(hourMs);
		expect((await record(id)).state).toBe("scheduled");
		expect(await alarmInMs()).toBe(10_000);
		await wakeAfter(10_000);
		expect((await record(id)).state).toBe("scheduled");
		await wakeAfter(10_000);
		expect((await record(id)).state).toBe("deleted");
	});

	it("fails after ten minutes, and is not carried out later", async () => {
		const id = await scheduled();
		await unreadable(61);
		await wakeAfter(hourMs);
		for (let look = 1; look < 60; look++) await wakeAfter(10_000);
		expect((await record(id)).state).toBe("scheduled");
		await wakeAfter(10_000);
		expect(await record(id)).toMatchObject({ state: "failed", failure: { code: "cloudflare_unavailable" } });
		expect(await deletes()).toEqual([]);
		expect((await remove(cidr)).json.state).toBe("deleted");
	});

	it("fails immediately if the credential is rejected", async () => {
		const id = await scheduled();
		await cloudflare.order({ method: "GET", fault: { kind: "reject", status: 403 } });
		await wakeAfter(hourMs);
		expect(await record(id)).toMatchObject({ state: "failed", failure: { code: "credential_rejected" } });
	});
});

it("twenty-five deletions due at the same time are all carried out or refused", async () => {
	const bindings = Array.from({ length: 25 }, (_, index) => ({
		id: `d${String(index).padStart(31, "0")}`,
		cidr: `203.0.113.${index}/32`,
		service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52",
		service_name: "CDN",
		provisioning: { state: "active" },
	}));
	await others(prefixes.amsterdam, (all) => [...all, ...bindings]);
	for (const { cidr: one } of bindings) expect((await remove(one, `?not_before=${inMs(minuteMs)}`)).status).toBe(202);
	await wakeAfter(minuteMs);
	await wakeAfter(1000);
	const states = (await call("/deletions")).json.deletions.map(({ state }: { state: string }) => state);
	expect(states.toSorted()).toEqual([...Array(5).fill("deleted"), ...Array(20).fill("refused")]);
	expect(await deletes()).toHaveLength(5);
});
