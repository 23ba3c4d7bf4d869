// What the Ledger's records say about a prefix's bindings.
import { expect, it } from "vitest";
import { oursIn } from "../../../src/ledger/watch/ours.ts";
import { binding, restorationIn } from "../../notify/records.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "../a-storage.ts";

const bound = (mark: string) => ({ binding: { ...binding, id: mark.repeat(16) } });

it("names open deletions, deletions that were carried out, and restored bindings, of that prefix only", () => {
	const sql = sqlOf();
	const journal = journalOf(sql);
	journal.keep(madeRecord({ state: "deleting", ...bound("01") }));
	journal.keep(madeRecord({ state: "deleted", ...bound("02") }));
	journal.keep(madeRecord({ state: "failed", ...bound("03") }));
	journal.keep(madeRecord({ state: "restored", ...bound("04"), ...restorationIn("restored") }));
	journal.keep(
		madeRecord({ state: "deleted", binding: { ...binding, id: "05".repeat(16), prefix_id: "ff".repeat(16) } }),
	);
	expect(oursIn(sql, binding.prefix_id)).toEqual({
		open: new Set(["01".repeat(16)]),
		deleted: new Map([
			["02".repeat(16), noonMs],
			["04".repeat(16), noonMs],
		]),
		restored: new Set(["d1".repeat(16)]),
		restoring: new Set(),
	});
});

it("leaves out a record that can't be parsed", () => {
	const sql = sqlOf();
	const { id } = journalOf(sql).keep(madeRecord({ state: "deleted", ...bound("02") }));
	sql.exec("UPDATE deletions SET record = '{', unreadable = change WHERE id = ?", id);
	expect(oursIn(sql, binding.prefix_id).deleted).toEqual(new Map());
});
