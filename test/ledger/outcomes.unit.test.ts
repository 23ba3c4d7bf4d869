import { expect, it } from "vitest";
import { at } from "../../src/deletion/record/deletion.ts";
import { outcomesSince } from "../../src/ledger/outcomes.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "./a-storage.ts";

const day = at(noonMs).slice(0, 10);

it("counts each settled record once, by the day it was requested, as what it is now", () => {
	const sql = sqlOf();
	const journal = journalOf(sql);
	const open = journal.keep(madeRecord({ state: "deleting" }));
	expect(outcomesSince(sql, day)).toEqual([]);
	const deleted = journal.keep({ ...open, state: "deleted", settled_at: at(noonMs) });
	journal.keep(deleted);
	journal.keep(madeRecord({ state: "refused" }));
	expect(outcomesSince(sql, day)).toEqual([
		{ day, state: "deleted", count: 1 },
		{ day, state: "refused", count: 1 },
	]);
	journal.keep({ ...deleted, state: "restored" });
	expect(outcomesSince(sql, day)).toEqual([
		{ day, state: "refused", count: 1 },
		{ day, state: "restored", count: 1 },
	]);
	expect(outcomesSince(sql, "2099-01-01")).toEqual([]);
});
