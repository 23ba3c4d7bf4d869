// POST /restorations and what follows from it, as a caller of the API sees it; and the mass deletions that it is for.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { restorationsADay, restorationsAtMost } from "../../../src/deletion/limits.ts";
import { newRecordId } from "../../../src/deletion/record/record-id.ts";
import type { Ledger } from "../../../src/index.ts";
import { call, ledger } from "../../harness.ts";
import { endClock, startClock } from "../../lifecycle/clock.ts";
import { callAs, configureLedger, tokensWith } from "../../lifecycle/configured-ledger.ts";
import { creations, deleted, operator, record } from "../../lifecycle/people.ts";
import { lastGone, restorations, restoreMany } from "../../lifecycle/restoring-many.ts";
import { goneElsewhere, losses, watch, watched } from "../../lifecycle/watching.ts";
import { cdn25, cdn26, shop24, spectrum26 } from "../account.ts";

beforeEach(startClock);
afterEach(endClock);

const nobody = "7zzzzzzzzzzzzzzzzzzzzzzzzz";
const idOf = (index: number) =>
	newRecordId(
		Date.now(),
		new Uint8Array(16)
			.with(0, index & 31)
			.with(1, (index >> 5) & 31)
			.with(2, index >> 10),
	);

describe("a request", () => {
	it.each([
		["no body", undefined],
		["no list", {}],
		["an empty list", { deletions: [] }],
		["an unknown field", { deletions: [nobody], state: "deleted" }],
		["an id of another form", { deletions: [nobody, "all"] }],
		["an id that is named twice", { deletions: [nobody, nobody] }],
		["an empty reason", { deletions: [nobody], reason: "" }],
		["a number", { deletions: [7] }],
	])("is refused as a whole if it has %s", async (_, json) => {
		const answer = await call("/restorations", { method: "POST", token: operator.token, json });
		expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
	});

	it("is refused as a whole if it names more than a thousand records", async () => {
		const ids = Array.from({ length: restorationsAtMost + 1 }, (_, index) => idOf(index));
		expect(await restoreMany(ids)).toMatchObject({ status: 400, json: { code: "invalid_request" } });
		expect((await restoreMany(ids.slice(1))).status).toBe(202);
	});

	it("is refused as a whole if it has a parameter", async () => {
		const answer = await call("/restorations?state=deleted", { method: "POST", json: { deletions: [nobody] } });
		expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
	});

	it("is refused as a whole after ten thousand within a day", async () => {
		const named = (from: number) => Array.from({ length: restorationsAtMost }, (_, index) => idOf(from + index));
		for (let from = 0; from < restorationsADay; from += restorationsAtMost)
			expect((await restoreMany(named(from))).status).toBe(202);
		const answer = await restoreMany([nobody]);
		expect([answer.status, answer.json.code]).toEqual([429, "too_many_restorations"]);
		expect(answer.headers.get("retry-after")).toBe("3600");
		let read = 0;
		await runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => {
			const prototype = Object.getPrototypeOf(sql);
			const exec = prototype.exec;
			vi.spyOn(prototype, "exec").mockImplementation(function (this: unknown, ...given: unknown[]) {
				const cursor: SqlStorageCursor<Record<string, SqlStorageValue>> = Reflect.apply(exec, this, given);
				const all = cursor.toArray();
				read += cursor.rowsRead;
				return { toArray: () => all, one: () => all[0] };
			});
		});
		expect((await restoreMany([nobody])).status).toBe(429);
		vi.restoreAllMocks();
		expect(read).toBeLessThan(100);
	});

	it("is refused by the core too", async () => {
		const actor = { name: "eve", door: "page" as const, scopes: ["read" as const], ranges: null };
		const refused = await ledger().restoreMany({ deletions: [nobody], reason: null, actor, key: null });
		expect(refused).toMatchObject({ ok: false, failure: { code: "scope_missing" } });
		const many = { deletions: [nobody, nobody], reason: null, key: null };
		const may = { ...actor, scopes: ["restore" as const] };
		expect(await ledger().restoreMany({ ...many, actor: may })).toMatchObject({ failure: { code: "invalid_request" } });
	});
});

describe("an idempotency key", () => {
	it("gets the same answer for the same request, also once it is done", async () => {
		const ids = [await deleted()];
		const first = await restoreMany(ids, { key: "one" });
		expect((await restoreMany(ids, { key: "one" })).json).toEqual(first.json);
		await lastGone(first.json.id);
		const again = await restoreMany(ids, { key: "one" });
		expect([again.status, again.json.id, again.json.state]).toEqual([200, first.json.id, "done"]);
		expect(again.headers.get("location")).toBe(`/restorations/${first.json.id}`);
		expect(await creations()).toHaveLength(1);
	});

	it("can't be reused for another request, nor for a deletion's", async () => {
		const ids = [await deleted()];
		const { json } = await restoreMany(ids, { key: "one" });
		const other = await restoreMany(ids, { key: "one", reason: "another" });
		expect([other.status, other.json.code, other.json.deletion_id]).toEqual([422, "idempotency_key_reused", json.id]);
		const headers = { "idempotency-key": "one" };
		const deletion = await call("/bindings/203.0.113.0/26", { method: "DELETE", headers });
		expect([deletion.status, deletion.json.code]).toEqual([422, "idempotency_key_reused"]);
	});
});

describe("GET /restorations/{id}", () => {
	it("shows the request to anyone who may read, and says when to ask again", async () => {
		const { json } = await restoreMany([await deleted()]);
		const shown = await call(`/restorations/${json.id}`);
		expect([shown.status, shown.json]).toEqual([200, json]);
		expect(shown.headers.get("retry-after")).toBe("5");
		await lastGone(json.id);
		const done = await call(`/restorations/${json.id}`);
		expect([done.json.state, done.headers.get("retry-after")]).toEqual(["done", null]);
	});

	it.each([nobody, "nonsense"])("is 404 for %s", async (id) => {
		expect(await call(`/restorations/${id}`)).toMatchObject({ status: 404, json: { code: "not_found" } });
	});
});

it("a caller's ranges limit each record by itself", async () => {
	const [inside, outside] = [await deleted("203.0.113.0/26"), await deleted()];
	const tokens = tokensWith("narrow", ["restore"], ["203.0.113.0/26"]);
	await configureLedger(tokens);
	const json = { deletions: [inside, outside] };
	const answer = await callAs("narrow", tokens, "/restorations", { method: "POST", json });
	expect(answer.status).toBe(202);
	const done = await lastGone(answer.json.id);
	expect(done.counts).toMatchObject({ restored: 1, refused: 1 });
	expect(done.deletions.find(({ deletion_id }) => deletion_id === outside)).toMatchObject({ code: "out_of_range" });
	expect((await record(outside)).state).toBe("deleted");
});

describe("a mass deletion", () => {
	const many = [cdn25, cdn26, spectrum26];

	it("is listed with its records, and leads to their restoration", async () => {
		await watch({ WATCH_MASS: 3 });
		expect((await call("/mass-deletions")).json).toEqual({ mass_deletions: [] });
		await goneElsewhere(...many);
		await watched(13);
		const { mass_deletions } = (await call("/mass-deletions")).json;
		expect(mass_deletions).toMatchObject([{ count: 3, froze: true, restorations_id: null }]);
		const [{ id, since }] = mass_deletions;
		expect(id).toMatch(/^[0-9a-z-]+$/);
		const event = (await call(`/mass-deletions/${id}`)).json;
		expect(event.deletions.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill("deleted_elsewhere"));
		const cidrs = event.deletions.map(({ cidr }: { cidr: string }) => cidr);
		expect(cidrs).toEqual(["203.0.113.0/26", "203.0.113.64/26", "203.0.113.128/25"]);
		expect((await call("/status")).json.watch.mass_deletions).toEqual({ count: 1, newest: { id, since } });

		const ids = event.deletions.map((one: { id: string }) => one.id);
		const { json } = await restoreMany(ids);
		await lastGone(json.id);
		const after = (await call(`/mass-deletions/${id}`)).json;
		expect(after).toMatchObject({ restorations_id: json.id, count: 3 });
		expect(after.deletions.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill("restored"));
		expect((await restorations(json.id)).counts.restored).toBe(3);
	});

	it("grows with losses that are noticed later", async () => {
		await watch({ WATCH_MASS: 3 });
		await goneElsewhere(...many);
		while ((await losses()).length < 3) await watched(1);
		const before = (await call("/mass-deletions")).json.mass_deletions;
		expect(before).toMatchObject([{ count: 3 }]);
		await goneElsewhere(shop24);
		await watched(13);
		const after = (await call("/mass-deletions")).json.mass_deletions;
		expect(after).toEqual([{ ...before[0], count: 4 }]);
	});

	it("answers 404 if it is unknown", async () => {
		expect(await call("/mass-deletions/abc")).toMatchObject({ status: 404, json: { code: "not_found" } });
	});
});

describe("a request that is repeated many times at once", () => {
	it("takes turns, and what can't begin soon is refused", async () => {
		const answers = await Promise.all(Array.from({ length: 40 }, () => restoreMany([nobody])));
		const statuses = answers.map(({ status }) => status);
		expect([new Set(statuses), statuses.filter((one) => one === 202).length]).toEqual([new Set([202, 429]), 32]);
		expect(answers.find(({ status }) => status === 429)?.json.code).toBe("too_many_reads");
	});
});

describe("a caller without the scope read", () => {
	it("learns of a binding outside its ranges only that it is outside", async () => {
		const ids = [await deleted(), await deleted("203.0.113.0/26")];
		const tokens = tokensWith("edge", ["restore"], ["203.0.113.0/26"]);
		const { status, json } = await callAs("edge", tokens, "/restorations", {
			method: "POST",
			json: { deletions: ids },
		});
		expect([status, json.counts]).toMatchObject([202, { waiting: 1, refused: 1 }]);
		expect(json.deletions[0]).toMatchObject({ deletion_id: ids[1], cidr: "203.0.113.0/26" });
		expect(json.deletions[1]).toEqual({
			...{ deletion_id: ids[0], state: "refused", code: "out_of_range", detail: expect.any(String) },
			...{ cidr: null, prefix_id: null, service_name: null, binding_id: null },
		});
	});
});
