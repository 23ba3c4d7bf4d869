// A mass deletion and the records that belong to it.
import { expect, it } from "vitest";
import { keptMs } from "../../../src/ledger/limits.ts";
import {
	keepMassDeletion,
	massDeletions,
	massFacts,
	massGlances,
	pruneMassDeletions,
} from "../../../src/ledger/watch/mass-deletions.ts";
import { lifetimeOf } from "../../../src/watch/lifetime.ts";
import { bindingOf } from "../../deletion/world.ts";
import { binding, lost } from "../../notify/records.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "../a-storage.ts";

const loss = (id: string) =>
	lifetimeOf({ ...bindingOf("", binding.cidr), id }, binding.prefix_id, "first_look", noonMs);

function twoLosses(sql: SqlStorage) {
	const journal = journalOf(sql);
	const records = ["01", "02"].map((mark) => {
		const one = { ...lost(), binding: { ...binding, id: mark.repeat(16) } };
		return journal.keep({ ...one, id: madeRecord().id });
	});
	const losses = ["01", "02", "03"].map((mark) => loss(mark.repeat(16)));
	keepMassDeletion(sql, { startMs: noonMs, noticedMs: noonMs + 1000, froze: true }, losses.slice(0, 1));
	keepMassDeletion(sql, { startMs: noonMs, noticedMs: noonMs + 9000, froze: false }, losses.slice(1));
	return { journal, records };
}

it("keeps what was noticed first, and grows by later losses that have a record", () => {
	const sql = sqlOf();
	const { records } = twoLosses(sql);
	const [event, ...others] = massDeletions(sql, noonMs);
	expect(others).toEqual([]);
	expect(event).toMatchObject({ noticed_at: "2030-01-01T12:00:01.000Z", froze: true, restorations_id: null });
	expect(event?.deletions.map(({ id }) => id).toSorted()).toEqual(records.map(({ id }) => id).toSorted());
	expect(massFacts(sql, noonMs)).toEqual({ count: 1, newest: { id: event?.id, sinceMs: noonMs } });
});

it("is a glance until all of it is restored, and gone after a week", () => {
	const sql = sqlOf();
	const { journal, records } = twoLosses(sql);
	expect(massGlances(sql, noonMs)).toMatchObject([{ total: 2, missing: 2 }]);
	for (const record of records) journal.keep({ ...record, state: "restored" });
	expect(massGlances(sql, noonMs)).toEqual([]);
	pruneMassDeletions(sql, noonMs + keptMs);
	expect(massDeletions(sql, noonMs)).toHaveLength(1);
	pruneMassDeletions(sql, noonMs + 1000 + keptMs);
	expect(massDeletions(sql, noonMs)).toEqual([]);
});
