import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { at } from "../../src/deletion/record/deletion.ts";
import { freezeInForce, freezeLog, noteHistory, setFreeze, turnFreeze, waiting } from "../../src/ledger/freezes.ts";
import { freezesKept, freezesShown } from "../../src/ledger/limits.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "./a-storage.ts";

const by = { name: "alice", door: "api" } as const;
const freeze = { reason: "INC-1", by, since: at(noonMs), until: null };
const announce = () => {};
const reading = () => {
	const sql = sqlOf();
	noteHistory(sql, "read");
	return sql;
};

beforeEach(() => void vi.spyOn(console, "warn").mockReturnValue());
afterEach(() => vi.restoreAllMocks());

it("is frozen until the history has been read", () => {
	expect(freezeInForce(sqlOf(), noonMs)).toMatchObject({ by: { name: "unbind" }, until: null });
	expect(freezeInForce(reading(), noonMs)).toBeNull();
});

it("is frozen until someone lifts it, or until its end", () => {
	const sql = reading();
	setFreeze(sql, { ...freeze, until: at(noonMs + 1000) }, by, noonMs, announce);
	expect(freezeInForce(sql, noonMs + 999)?.reason).toBe("INC-1");
	expect(freezeInForce(sql, noonMs + 1000)).toBeNull();
	setFreeze(sql, freeze, by, noonMs, announce);
	setFreeze(sql, null, by, noonMs + 2000, announce);
	expect(freezeInForce(sql, noonMs + 2000)).toBeNull();
});

it("logs who froze and lifted, latest first, and not a lift of nothing", () => {
	const sql = reading();
	setFreeze(sql, null, by, noonMs, announce);
	setFreeze(sql, freeze, by, noonMs, announce);
	setFreeze(sql, null, { name: "bob", door: "page" }, noonMs + 1000, announce);
	expect(freezeLog(sql)).toEqual([
		{ at: at(noonMs + 1000), event: "lifted", by: { name: "bob", door: "page" }, reason: null, until: null },
		{ at: at(noonMs), event: "frozen", by, reason: "INC-1", until: null },
	]);
});

it("shows the latest freezes, and keeps a bounded log", () => {
	const sql = reading();
	for (let count = 0; count < freezesKept + 5; count++) setFreeze(sql, freeze, by, noonMs + count, announce);
	expect(freezeLog(sql)).toHaveLength(freezesShown);
	expect(sql.exec("SELECT count(*) AS count FROM freezes").one()).toMatchObject({ count: freezesKept });
});

it("refuses to be lifted by someone without the scope, and stays on", () => {
	const sql = reading();
	setFreeze(sql, freeze, by, noonMs, announce);
	const turned = turnFreeze(sql, null, { ...by, scopes: ["read"], ranges: null }, noonMs, announce);
	expect(turned).toMatchObject({ ok: false, failure: { code: "scope_missing" } });
	expect(freezeInForce(sql, noonMs)).not.toBeNull();
});

it("counts what waits for an approval, for its time, or only for the freeze to end", () => {
	const sql = reading();
	const journal = journalOf(sql);
	const records = [
		madeRecord({ state: "pending_approval" }),
		madeRecord({ state: "scheduled", not_before: at(noonMs + 1000) }),
		madeRecord({ state: "scheduled", not_before: at(noonMs) }),
	];
	for (const [index, one] of records.entries())
		journal.keep({ ...one, binding: one.binding && { ...one.binding, id: `${index}`.padEnd(32, "0") } });
	expect(waiting(sql, noonMs)).toEqual({ approval: 1, time: 1, held: 1 });
});
