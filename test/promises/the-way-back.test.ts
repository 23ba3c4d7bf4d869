// Promise 6. The way back: each record holds everything a restoration needs, and unbind can carry it out.
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { cdn25, prefixes, services } from "../doors/account.ts";
import { call, cloudflare, HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, inMs, startClock, wakeAfter } from "../lifecycle/clock.ts";
import {
	bound,
	cidr,
	creations,
	decide,
	deleted,
	events,
	operator,
	record,
	remove,
	restore,
} from "../lifecycle/people.ts";
import { lastGone, restoreMany } from "../lifecycle/restoring-many.ts";

beforeEach(startClock);
afterEach(endClock);

const boundAtCidr = async () => (await bound(prefixes.amsterdam)).filter((one) => one.cidr === cidr);

describe("the way back", () => {
	it("creates the binding again from the record: same CIDR, same service, new id", async () => {
		const id = await deleted();
		const answer = await restore(id);
		expect(answer.status).toBe(200);
		const [binding, ...more] = await boundAtCidr();
		expect(more).toEqual([]);
		expect(binding).toMatchObject({ cidr, service_id: services.CDN, provisioning: { state: "provisioning" } });
		expect(binding?.id).not.toBe(cdn25);
		expect(answer.json).toMatchObject({
			id,
			state: "restored",
			binding: { id: cdn25, cidr },
			restoration: {
				state: "restored",
				requested_at: inMs(0),
				requested_by: { name: operator.name, door: "api" },
				settled_at: inMs(0),
				binding_id: binding?.id,
				provisioning: { state: "provisioning" },
				settles_within_hours: 6,
				cloudflare: { status: 201, success: true, attempts: 1 },
				failure: null,
			},
		});
		expect(await creations()).toEqual(["POST bindings"]);
	});

	it("needs only the record: it works from KV a week later, when the Ledger no longer has it", async () => {
		const id = await deleted();
		await deleted("203.0.113.0/26");
		await expect.poll(async () => (await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(2);
		await wakeAfter(7 * dayMs);
		const inLedger = () =>
			runInDurableObject<Ledger, boolean>(ledger(), async (object) => (await object.record(id)) !== null);
		expect(await inLedger()).toBe(false);

		expect((await restore(id)).json).toMatchObject({ id, state: "restored", restoration: { state: "restored" } });
		expect(await boundAtCidr()).toHaveLength(1);
		expect(await HISTORY.get(`deletion:${id}`, "json")).toMatchObject({ state: "restored" });
	});

	it("restores a prefix's last binding, which two people agreed to delete", async () => {
		const { json } = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service");
		await decide(json.id, "approve");
		expect(await bound(prefixes.shop)).toEqual([]);
		expect((await restore(json.id)).status).toBe(200);
		expect(await bound(prefixes.shop)).toMatchObject([{ cidr: "198.51.100.0/24", service_id: services.CDN }]);
	});

	it("creates one binding for 50 simultaneous callers, who all get the same answer", async () => {
		const id = await deleted();
		await cloudflare.order({ method: "POST", fault: { kind: "delay", milliseconds: 50 } });
		const answers = await Promise.all(Array.from({ length: 50 }, () => restore(id)));
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
		expect(new Set(answers.map(({ json }) => json.restoration.binding_id)).size).toBe(1);
		expect(await creations()).toHaveLength(1);
		expect((await restore(id)).status).toBe(200);
		expect(await creations()).toHaveLength(1);
	});

	it.each(["drop_before", "drop_after"] as const)(
		"restores the binding once when the connection breaks: %s",
		async (kind) => {
			const id = await deleted();
			await cloudflare.order({ method: "POST", fault: { kind } });
			const answer = await restore(id);
			expect([answer.status, answer.json.state]).toEqual([200, "restored"]);
			const [binding, ...more] = await boundAtCidr();
			expect(more).toEqual([]);
			expect(answer.json.restoration.binding_id).toBe(binding?.id);
			expect(await creations()).toHaveLength(kind === "drop_before" ? 2 : 1);
		},
	);

	it("works for many records under one request, through restarts, with one new binding per record", async () => {
		const provisioning = "?acknowledge=still_provisioning";
		const ids = [await deleted(), await deleted("203.0.113.0/26"), await deleted("2001:db8:100:1::/64", provisioning)];
		const { json } = await restoreMany(ids);
		for (let reset = 0; reset < 3; reset++) {
			await abortAllDurableObjects();
			await cloudflare.order({ method: "POST", fault: { kind: "drop_after" } });
			await wakeAfter(1000);
		}
		const done = await lastGone(json.id, 200);
		expect(done).toMatchObject({ state: "done", total: 3, counts: { restored: 3 } });
		for (const id of ids) expect(await record(id)).toMatchObject({ state: "restored" });
		const state = await cloudflare.state();
		for (const { cidr: named, binding_id } of done.deletions) {
			const there = state.prefixes.flatMap(({ bindings }) => bindings).filter((one) => one.cidr === named);
			expect(there.map(({ id }) => id)).toEqual([binding_id]);
		}
	});

	it.each(["hang_before", "hang_after"] as const)("is finished by the alarm after a reset: %s", async (kind) => {
		const id = await deleted();
		await cloudflare.order({ method: "POST", fault: { kind } });
		const answer = await restore(id, operator.token, "wait=0");
		expect([answer.status, answer.json.restoration.state]).toEqual([202, "restoring"]);
		expect(answer.headers.get("location")).toBe(`/deletions/${id}`);
		await expect.poll(creations).toHaveLength(1);
		await abortAllDurableObjects();
		await cloudflare.drop();
		await wakeAfter(15_000);
		await expect.poll(async () => (await record(id)).state).toBe("restored");
		expect(await boundAtCidr()).toHaveLength(1);
		expect(await creations()).toHaveLength(kind === "hang_before" ? 2 : 1);
	});

	it("has the intent on disk when the creation reaches Cloudflare", async () => {
		const id = await deleted();
		await cloudflare.order({ method: "POST", fault: { kind: "hang_before" } });
		const answer = restore(id);
		await expect.poll(creations).toHaveLength(1);
		const kept = await runInDurableObject<Ledger, unknown>(ledger(), (object) => object.record(id));
		expect(kept).toMatchObject({ state: "deleted", restoration: { state: "restoring" } });
		await cloudflare.release();
		expect((await answer).json.state).toBe("restored");
	});

	it("appears in the record, in KV and in the list, in chronological order", async () => {
		const id = await deleted();
		await expect.poll(() => HISTORY.get(`deletion:${id}`)).not.toBeNull();
		vi.setSystemTime(Date.now() + 1000);
		await restore(id);
		const told = await record(id);
		expect(events(told)).toEqual([
			...["requested", "planned", "sent", "answered", "deleted", "published"],
			...["restoration_requested", "sent", "answered", "restored", "published"],
		]);
		const times = told.timeline.map(({ at }) => at);
		expect(times).toEqual(times.toSorted());
		expect(await HISTORY.get(`deletion:${id}`, "json")).toEqual(told);
		expect((await call("/deletions")).json.deletions).toMatchObject([{ id, state: "restored" }]);
		expect((await call(`/deletions?state=restored&binding=${cdn25}`)).json.deletions).toHaveLength(1);
		expect((await call("/deletions?state=deleted")).json.deletions).toEqual([]);
		// Even after it has left the Ledger's memory of recent changes.
		vi.setSystemTime(Date.now() + 11 * 60_000);
		expect((await call("/deletions")).json.deletions).toMatchObject([{ id, state: "restored" }]);
	});

	it("shows a running restoration at the location from the answer", async () => {
		const id = await deleted();
		await expect.poll(() => HISTORY.get(`deletion:${id}`)).not.toBeNull();
		await cloudflare.order({ method: "POST", fault: { kind: "hang_before" } });
		const answer = await restore(id, operator.token, "wait=0");
		const shown = await call(answer.headers.get("location") ?? "");
		expect(shown.json.restoration).toMatchObject({ state: "restoring" });
		await cloudflare.release();
	});
});
