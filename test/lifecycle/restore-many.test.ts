// Many bindings restored under one request, with the real Ledger, alarm and clock.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newRecordId } from "../../src/deletion/record/record-id.ts";
import type { Ledger } from "../../src/index.ts";
import { cdn26, prefixes } from "../doors/account.ts";
import { call, cloudflare, HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, inMs, minuteMs, pass, startClock, wakeAfter } from "./clock.ts";
import { bound, creations, deleted, freeze, operator, record, restore } from "./people.ts";
import { lastGone, restorations, restoreMany } from "./restoring-many.ts";
import { goneElsewhere, losses, watch, watched } from "./watching.ts";

beforeEach(startClock);
afterEach(endClock);

const inLedger = (act: (sql: SqlStorage) => void): Promise<void> =>
	runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => act(sql));

const cidr26 = "203.0.113.0/26";

describe("many restorations", () => {
	it("are received at once, carried out by the alarm, and each is on its record", async () => {
		const ids = [await deleted(), await deleted(cidr26)];
		const answer = await restoreMany(ids, { reason: "INC-7" });
		expect(answer.status).toBe(202);
		expect(answer.headers.get("location")).toBe(`/restorations/${answer.json.id}`);
		expect(answer.headers.get("retry-after")).toBe("5");
		expect(answer.json).toMatchObject({
			state: "restoring",
			total: 2,
			reason: "INC-7",
			requested_by: { name: operator.name, door: "api" },
			counts: { waiting: 2 },
		});
		expect(await creations()).toEqual([]);
		const done = await lastGone(answer.json.id);
		expect(done).toMatchObject({ state: "done", counts: { restored: 2, waiting: 0 } });
		const there = await bound(prefixes.amsterdam);
		for (const item of done.deletions) {
			expect(there.find(({ id }) => id === item.binding_id)?.cidr).toBe(item.cidr);
			const told = await record(item.deletion_id);
			expect(told).toMatchObject({ state: "restored", restoration: { binding_id: item.binding_id } });
			expect(told.timeline).toContainEqual(
				expect.objectContaining({ event: "restoration_requested", restorations_id: answer.json.id, reason: "INC-7" }),
			);
		}
		expect(await creations()).toHaveLength(2);
	});

	it("go on during a freeze", async () => {
		const ids = [await deleted(), await deleted(cidr26)];
		await freeze();
		const { json } = await restoreMany(ids);
		expect((await lastGone(json.id)).counts.restored).toBe(2);
	});

	it("take the least specific binding first", async () => {
		const ids = [await deleted(cidr26), await deleted()];
		const { json } = await restoreMany(ids);
		expect(json.deletions.map(({ cidr }: { cidr: string }) => cidr)).toEqual(["203.0.113.128/25", cidr26]);
	});

	it("create one binding for a record that is named by two requests and by a single restoration", async () => {
		const id = await deleted();
		const [one, other] = [await restoreMany([id]), await restoreMany([id], { reason: "another" })];
		expect(one.json.id).not.toBe(other.json.id);
		const [first, second, single] = await Promise.all([lastGone(one.json.id), lastGone(other.json.id), restore(id)]);
		expect([first.state, second.state, single.json.state]).toEqual(["done", "done", "restored"]);
		expect(first.deletions[0]?.binding_id).toBe(second.deletions[0]?.binding_id);
		expect(single.json.restoration.binding_id).toBe(first.deletions[0]?.binding_id);
		expect(await creations()).toHaveLength(1);
	});

	it("tell each record's own outcome", async () => {
		const gone = await deleted();
		const refused = (await call("/bindings/198.51.100.0/24", { method: "DELETE" })).json.deletion_id;
		const { json } = await restoreMany([gone, refused, "7zzzzzzzzzzzzzzzzzzzzzzzzz"]);
		const done = await lastGone(json.id);
		expect(done.counts).toMatchObject({ restored: 1, refused: 2 });
		const code = (id: string) => done.deletions.find(({ deletion_id }) => deletion_id === id)?.code;
		expect([code(gone), code(refused), code("7zzzzzzzzzzzzzzzzzzzzzzzzz")]).toEqual([
			null,
			"conflict",
			"deletion_not_found",
		]);
	});

	it("leave the last 200 calls of the rate limit, and go on by themselves when there are more", async () => {
		const ids = [await deleted(), await deleted(cidr26)];
		const { json } = await restoreMany(ids);
		const nearlyUsedUp = { Ratelimit: '"default";r=199;t=240', "Ratelimit-Policy": '"default";q=1200;w=300' };
		const body = { success: true, errors: [], messages: [], result: [] };
		await cloudflare.order({ method: "GET", times: 1, fault: { kind: "respond", body, headers: nearlyUsedUp } });
		await call("/bindings");
		await cloudflare.forgetLog();
		await wakeAfter(1000);
		await wakeAfter(120_000);
		expect(await cloudflare.calls()).toEqual([]);
		expect((await restorations(json.id)).counts.waiting).toBe(2);
		await wakeAfter(120_000);
		expect((await lastGone(json.id)).counts.restored).toBe(2);
	});

	it("give way to a deletion that is due", async () => {
		const scheduled = await call(`/bindings/${cidr26}?not_before=${inMs(10_000)}`, { method: "DELETE" });
		expect(scheduled.json.state).toBe("scheduled");
		const { json } = await restoreMany([await deleted()]);
		await cloudflare.forgetLog();
		pass(10_000);
		await runDurableObjectAlarm(ledger());
		expect((await cloudflare.calls()).filter((one) => !one.startsWith("GET"))).toEqual([`DELETE bindings/${cdn26}`]);
		expect((await lastGone(json.id)).counts.restored).toBe(1);
	});

	it("are noticed again if somebody deletes them within seconds", async () => {
		await watch();
		const { json } = await restoreMany([await deleted(cidr26)]);
		const [item] = (await lastGone(json.id)).deletions;
		await goneElsewhere(item?.binding_id ?? "");
		await watched(13);
		expect(await losses()).toMatchObject([{ state: "deleted_elsewhere", binding_id: item?.binding_id }]);
	});

	it("need only the records: they work from KV a week later", async () => {
		const ids = [await deleted(), await deleted(cidr26)];
		await expect.poll(async () => (await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(2);
		await wakeAfter(7 * dayMs);
		const { json } = await restoreMany([...ids, "7zzzzzzzzzzzzzzzzzzzzzzzzz"]);
		const done = await lastGone(json.id);
		expect(done.counts).toMatchObject({ restored: 2, refused: 1 });
		expect(done.deletions.map(({ cidr }) => cidr)).toEqual(["203.0.113.128/25", cidr26, null]);
	});

	it("write few rows for ids that do not exist, however many are named", async () => {
		const random = () => crypto.getRandomValues(new Uint8Array(16));
		const ids = Array.from({ length: 600 }, () => newRecordId(Date.now(), random()));
		let written = 0;
		await inLedger((sql) => {
			const prototype = Object.getPrototypeOf(sql);
			const exec = prototype.exec;
			vi.spyOn(prototype, "exec").mockImplementation(function (this: unknown, ...given: unknown[]) {
				const cursor: SqlStorageCursor<Record<string, SqlStorageValue>> = Reflect.apply(exec, this, given);
				written += cursor.rowsWritten;
				return cursor;
			});
		});
		const { json } = await restoreMany(ids);
		expect((await lastGone(json.id)).counts.refused).toBe(600);
		expect(written).toBeLessThan(6 * ids.length);
	});

	it("are kept for a week after they are settled", async () => {
		const { json } = await restoreMany([await deleted()]);
		await lastGone(json.id);
		await wakeAfter(7 * dayMs - minuteMs);
		expect((await call(`/restorations/${json.id}`)).status).toBe(200);
		await wakeAfter(2 * minuteMs);
		await expect.poll(async () => (await call(`/restorations/${json.id}`)).status).toBe(404);
	});
});

describe("a record that can't be parsed", () => {
	const garble = (id: string) =>
		inLedger((sql) => void sql.exec("UPDATE deletions SET record = substr(record, 1, 50) WHERE id = ?", id));
	beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());

	it("is refused by itself, and the others of its prefix are restored", async () => {
		const [garbled, other] = [await deleted(), await deleted(cidr26)];
		const { json } = await restoreMany([garbled, other]);
		await garble(garbled);
		const done = await lastGone(json.id);
		expect(done).toMatchObject({ state: "done", counts: { restored: 1, refused: 1 } });
		expect(done.deletions.at(-1)).toMatchObject({ deletion_id: garbled, code: "not_restorable" });
	});

	it("is refused if it was named after that", async () => {
		const [garbled, other] = [await deleted(), await deleted(cidr26)];
		await garble(garbled);
		const { json } = await restoreMany([garbled, other]);
		expect((await lastGone(json.id)).counts).toMatchObject({ restored: 1, refused: 1 });
	});

	it("holds up no other once its restoration has begun, and the request is shown and ends", async () => {
		const [garbled, other] = [await deleted(), await deleted(cidr26)];
		const { json } = await restoreMany([garbled, other]);
		await inLedger((sql) => {
			const begun = `UPDATE restoration_items SET state = 'restoring', item = json_set(item, '$.state', 'restoring')
				WHERE deletion_id = ?`;
			sql.exec(begun, garbled);
		});
		await garble(garbled);
		expect((await restorations(json.id)).counts).toMatchObject({ waiting: 1, unknown: 1 });
		const done = await lastGone(json.id);
		expect(done).toMatchObject({ state: "done", counts: { restored: 1, failed: 1 } });
	});
});
