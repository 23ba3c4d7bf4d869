import { afterEach, expect, it, vi } from "vitest";
import { countUnreadable, getFlag, idsIn, readRow, setAsideIfUnreadable, setFlag } from "../../src/ledger/tables.ts";
import { journalOf, madeRecord, sqlOf } from "./a-storage.ts";

afterEach(() => vi.restoreAllMocks());

it("sets, replaces and removes a flag", () => {
	const sql = sqlOf();
	for (const value of ["one", "two", null]) {
		setFlag(sql, "flag", value);
		expect(getFlag(sql, "flag")).toBe(value);
	}
});

it("sets a row aside that can't be parsed, logs it once, and reads it again once it is written again", () => {
	const logged = vi.spyOn(console, "error").mockReturnValue();
	const sql = sqlOf();
	const journal = journalOf(sql);
	const record = journal.keep(madeRecord());
	const readable = () => idsIn(sql, "SELECT id FROM deletions WHERE unreadable IS NOT change");
	sql.exec("UPDATE deletions SET record = 'x'");
	expect(countUnreadable(sql)).toBe(1);
	for (let count = 0; count < 2; count++) expect(readRow(sql, { id: record.id, record: "x" })).toBeNull();
	setAsideIfUnreadable(sql, record.id);
	expect(logged).toHaveBeenCalledTimes(1);
	expect([readable(), countUnreadable(sql)]).toEqual([[], 1]);
	journal.keep(record);
	expect([readable(), countUnreadable(sql)]).toEqual([[record.id], 0]);
});

it("does not set aside a row whose work failed for another reason", () => {
	const sql = sqlOf();
	const record = journalOf(sql).keep(madeRecord());
	setAsideIfUnreadable(sql, record.id);
	expect(countUnreadable(sql)).toBe(0);
});
