// Promise: a binding that disappears without unbind is noticed within one sweep and three minutes, recorded, and can be
// restored.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { cdn25, cdn26, prefixes, spectrum26, withoutPauses } from "../doors/account.ts";
import { call, cloudflare, deletes, HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, minuteMs, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { cidr, deleted, freeze, lift, restore } from "../lifecycle/people.ts";
import { goneElsewhere, losses, restarted, watch, watched } from "../lifecycle/watching.ts";

beforeEach(startClock);
afterEach(endClock);

const anyList = `prefixes/${prefixes.amsterdam}/bindings`;

const inLedger = (id: string) =>
	runInDurableObject<Ledger, unknown[]>(ledger(), (_, { storage }) =>
		storage.sql.exec("SELECT id FROM deletions WHERE id = ?", id).toArray(),
	);

describe("a binding that disappears without unbind", () => {
	it("is recorded within one interval and three minutes, and can be restored", async () => {
		await watch();
		await watched(15);
		expect(await losses()).toEqual([]);
		await goneElsewhere(cdn25);
		await watched(13);
		const [row, ...others] = await losses();
		expect(others).toEqual([]);
		expect(row).toMatchObject({ state: "deleted_elsewhere", binding_id: cdn25, actor: "unknown", door: "watch" });
		const record = (await call(`/deletions/${row?.id}`)).json;
		expect(record.binding).toMatchObject({ id: cdn25, cidr: "203.0.113.128/25", service_name: "CDN" });
		expect(record.effect.falls_back_to).toMatchObject({ cidr: "203.0.113.0/24", service_name: "Magic Transit" });
		const restored = await restore(record.id);
		expect(restored.json).toMatchObject({ state: "restored" });
		await watched(30);
		expect(await losses()).toMatchObject([{ id: record.id, state: "restored" }]);
		expect(await deletes()).toEqual([]);
	});

	it("is recorded once, however long it is watched", async () => {
		await watch();
		await goneElsewhere(cdn25);
		await watched(60);
		expect(await losses()).toHaveLength(1);
	});

	it("is recorded once if the Ledger is reset on the way", async () => {
		await watch();
		await goneElsewhere(cdn25);
		for (let minutes = 0; minutes < 15; minutes++) {
			await watched(1);
			await restarted();
		}
		expect(await losses()).toHaveLength(1);
	});

	it("is recorded though its record could not be stored at first", async () => {
		await watch();
		await goneElsewhere(cdn25);
		const trouble = vi.spyOn(crypto, "getRandomValues").mockImplementationOnce(() => {
			throw new Error("no random bytes");
		});
		await watched(15);
		expect(trouble.mock.results[0]?.type).toBe("throw");
		expect(await losses()).toHaveLength(1);
	});

	it("is recorded though unbind had just restored it, and no look had seen it yet", async () => {
		await watch();
		const id = await deleted("203.0.113.0/26");
		const { binding_id } = (await restore(id)).json.restoration;
		await goneElsewhere(binding_id);
		await watched(13);
		expect(await losses()).toMatchObject([{ state: "deleted_elsewhere", binding_id }]);
	});

	it("is recorded while deletions are frozen", async () => {
		await watch();
		await freeze();
		await goneElsewhere(cdn25);
		await watched(13);
		expect(await losses()).toHaveLength(1);
	});
});

describe("the watch records nothing", () => {
	it("for what unbind deleted itself, nor for what it restored and deleted again", async () => {
		await watch();
		const id = await deleted("203.0.113.0/26");
		await watched(15);
		await restore(id);
		await watched(15);
		await deleted("203.0.113.0/26", "?acknowledge=still_provisioning");
		await watched(30);
		expect(await losses()).toEqual([]);
	});

	it("for what unbind deleted long before the watch was on again, whether KV can be read then or not", async () => {
		await watch();
		await restarted({ WATCH_MINUTES: 0 });
		const id = await deleted(cidr);
		await expect.poll(async () => (await HISTORY.get(`deletion:${id}`)) !== null).toBe(true);
		await wakeAfter(9 * dayMs);
		// The newest record stays; this one makes the other leave the Ledger.
		await deleted("203.0.113.0/26");
		await wakeAfter(minuteMs);
		expect(await inLedger(id)).toEqual([]);
		await restarted();
		const list = vi.spyOn(HISTORY, "list").mockRejectedValue(new Error("KV GET failed: 500"));
		await watched(20);
		expect(list).toHaveBeenCalled();
		list.mockRestore();
		await watched(20);
		expect(await losses()).toEqual([]);
		expect((await call("/status")).json.watch).toMatchObject({ missed: 0 });
	});

	it("while Cloudflare can't be read, or its answers can't be understood", async () => {
		withoutPauses();
		await watch();
		await cloudflare.order({ method: "GET", path: "addressing", times: 400, fault: { kind: "html" } });
		await watched(30);
		expect(await losses()).toEqual([]);
	});

	it("for a list that is empty for a minute", async () => {
		await watch();
		const empty = { success: true, errors: [], messages: [], result: [] };
		await cloudflare.order({ method: "GET", path: anyList, times: 1, fault: { kind: "respond", body: empty } });
		await watched(30);
		expect(await cloudflare.pendingOrders()).toEqual([]);
		expect(await losses()).toEqual([]);
	});

	it("for lists that stay empty while the bindings can't be read by their ids", async () => {
		await watch();
		const empty = { success: true, errors: [], messages: [], result: [] };
		await cloudflare.order({ method: "GET", path: `${anyList}/`, times: 400, fault: { kind: "reject", status: 400 } });
		await cloudflare.order({ method: "GET", path: anyList, times: 400, fault: { kind: "respond", body: empty } });
		await watched(15);
		expect((await call("/status")).json.watch.missed).toBeGreaterThan(0);
		expect(await losses()).toEqual([]);
	});

	it("for an account whose prefixes all vanish at the same time", async () => {
		const log = vi.spyOn(console, "warn");
		await watch();
		const state = await cloudflare.state();
		await cloudflare.put({ ...state, prefixes: [] });
		await watched(30);
		expect(await losses()).toEqual([]);
		expect(log.mock.calls.flat().filter((line) => String(line).includes("watch_implausible"))).not.toEqual([]);
	});
});

describe("many bindings that disappear within one interval", () => {
	const many = [cdn25, cdn26, spectrum26];

	it("freeze deletions once, and lifting the freeze does not bring it back", async () => {
		await watch({ WATCH_MASS: 3 });
		await goneElsewhere(...many);
		await watched(13);
		expect(await losses()).toHaveLength(3);
		const frozen = (await call("/freeze")).json;
		expect(frozen).toMatchObject({ frozen: true, by: { name: "unbind", door: "watch" }, until: null });
		expect(frozen.reason).toMatch(/^3 bindings disappeared without unbind: 203\.0\.113\./);
		await lift();
		await watched(60);
		await restarted({ WATCH_MASS: 3 });
		await watched(15);
		expect((await call("/freeze")).json.frozen).toBe(false);
	});

	it("leave a freeze in force as it is", async () => {
		await watch({ WATCH_MASS: 3 });
		await freeze({ reason: "INC-1" });
		await goneElsewhere(...many);
		await watched(13);
		expect((await call("/freeze")).json).toMatchObject({ frozen: true, reason: "INC-1" });
	});

	it("freeze nothing with WATCH_FREEZE off, nor if they are fewer", async () => {
		await watch({ WATCH_MASS: 3, WATCH_FREEZE: false });
		await goneElsewhere(...many);
		await watched(13);
		expect((await call("/freeze")).json.frozen).toBe(false);
	});
});

describe("the watch", () => {
	it("asks nothing while it is off", async () => {
		await watch({ WATCH_MINUTES: 0 });
		await cloudflare.forgetLog();
		await wakeAfter(3_600_000);
		expect(await cloudflare.calls()).toEqual([]);
		expect((await call("/status")).json.watch).toMatchObject({ every_seconds: 0, bindings: 0 });
	});

	it("costs one call for the account and one for each prefix", async () => {
		await watch();
		await watched(20);
		await cloudflare.forgetLog();
		await watched(17);
		const { prefixes: all } = await cloudflare.state();
		// Two periods of eight and a half minutes.
		expect(await cloudflare.calls()).toHaveLength(2 * (1 + all.length));
		expect((await call("/status")).json.watch).toMatchObject({
			every_seconds: 600,
			interval_seconds: 600,
			prefixes: all.length,
			bindings: all.flatMap(({ bindings }) => bindings).length,
			missed: 0,
		});
	});

	it("notes when a restored binding becomes active", async () => {
		await watch();
		const id = await deleted("203.0.113.0/26");
		const { binding_id } = (await restore(id)).json.restoration;
		await watched(15);
		expect((await call(`/deletions/${id}`)).json.restoration.active_at ?? null).toBeNull();
		const state = await cloudflare.state();
		for (const prefix of state.prefixes)
			for (const binding of prefix.bindings) if (binding.id === binding_id) binding.provisioning = { state: "active" };
		await cloudflare.put(state);
		await watched(15);
		const { restoration, timeline } = (await call(`/deletions/${id}`)).json;
		expect(restoration.active_at).toMatch(/^2030-/);
		expect(timeline).toContainEqual({ event: "active", binding_id, at: restoration.active_at });
		const seconds = Math.round((Date.parse(restoration.active_at) - Date.parse(restoration.settled_at)) / 1000);
		const settling = { count: 1, median_seconds: seconds, slowest_seconds: seconds };
		expect((await call("/status")).json.watch.settling).toEqual(settling);
	});
});
