import { afterEach, expect, it, vi } from "vitest";
import { dueIds, finishDue, nextDueMs, nextWakeMs, postpone, prune } from "../../src/ledger/due.ts";
import { noteHistory } from "../../src/ledger/freezes.ts";
import { alarmPauseMs, keptMs } from "../../src/ledger/limits.ts";
import { getFlag } from "../../src/ledger/tables.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "./a-storage.ts";

afterEach(() => vi.useRealTimers());

function threeOpen() {
	const sql = sqlOf();
	const journal = journalOf(sql);
	const keep = (name: string, dueAtMs: number) => {
		const record = madeRecord({ state: "scheduled", target: name });
		const binding = record.binding && { ...record.binding, id: name.padEnd(32, "0"), cidr: `${name}.0.0.0/8` };
		return journal.keep({ ...record, binding }, dueAtMs).id;
	};
	return { sql, journal, late: keep("1", noonMs - 2), due: keep("2", noonMs - 1), later: keep("3", noonMs + 1) };
}

it("lists what is due, longest overdue first, up to a number", () => {
	const { sql, late, due } = threeOpen();
	expect(dueIds(sql, noonMs, 10)).toEqual([late, due]);
	expect(dueIds(sql, noonMs, 1)).toEqual([late]);
	expect(nextDueMs(sql)).toBe(noonMs - 2);
});

it("postpones open work only", () => {
	const { sql, journal, late } = threeOpen();
	postpone(sql, late, noonMs + 60_000);
	expect(dueIds(sql, noonMs, 10)).not.toContain(late);
	const settled = journal.keep(madeRecord());
	postpone(sql, settled.id, noonMs - 1);
	expect(dueIds(sql, noonMs, 10)).not.toContain(settled.id);
});

it("advances what is due, and nothing else, and notes that the alarm succeeded", async () => {
	vi.useFakeTimers({ toFake: ["Date"], now: noonMs });
	const { sql, journal, late, due } = threeOpen();
	const advanced: string[] = [];
	await finishDue(sql, journal, async (id) => void advanced.push(id));
	expect(advanced).toEqual([late, due]);
	expect(getFlag(sql, "alarm_succeeded")).toBe(String(noonMs));
});

it("drops settled and published records after a week, but never the newest change", () => {
	const sql = sqlOf();
	const journal = journalOf(sql);
	const [first, second] = [journal.keep(madeRecord()), journal.keep(madeRecord())];
	const left = () => [first, second].filter(({ id }) => journal.get(id) !== null);
	prune(sql, noonMs + keptMs);
	expect(left()).toEqual([first, second]);
	sql.exec("UPDATE deletions SET publish_at = NULL, mirror_at = NULL");
	prune(sql, noonMs + keptMs - 1);
	expect(left()).toEqual([first, second]);
	prune(sql, noonMs + keptMs);
	expect(left()).toEqual([second]);
});

it("wakes for KV only once the history has been read, and until then to read it", () => {
	const sql = sqlOf();
	expect(nextWakeMs(sql, [null], [], noonMs)).toBeNull();
	expect(nextWakeMs(sql, [noonMs + 5], [], noonMs)).toBe(noonMs + alarmPauseMs);
	noteHistory(sql, "read");
	expect(nextWakeMs(sql, [noonMs + 5, null], [noonMs + 9], noonMs)).toBe(noonMs + 5);
});
