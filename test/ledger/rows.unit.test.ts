import { expect, it } from "vitest";
import { at } from "../../src/deletion/record/deletion.ts";
import { notYetSent } from "../../src/deletion/record/progress.ts";
import { adoptRow, putRow } from "../../src/ledger/rows.ts";
import { madeRecord, noonMs, sqlOf } from "./a-storage.ts";

const times = { nowMs: noonMs, publishAtMs: null, mirrorAtMs: null };
const rowOf = (sql: SqlStorage, id: string) => sql.exec("SELECT * FROM deletions WHERE id = ?", id).one();
const terms = { acknowledge: [], ifMatch: null, ranges: null, approved: [] };

it("keeps received work out of the column that version 0.1.0's alarm reads", () => {
	const sql = sqlOf();
	const work = { terms, progress: notYetSent(noonMs), dueAtMs: noonMs + 5 };
	const [received, deleting] = [madeRecord({ state: "received" }), madeRecord({ state: "deleting" })];
	putRow(sql, { ...received, binding: null }, work, times);
	putRow(sql, deleting, work, times);
	expect(rowOf(sql, received.id)).toMatchObject({ open: 1, settle_at: null, due_at: noonMs + 5 });
	expect(rowOf(sql, deleting.id)).toMatchObject({ open: 1, settle_at: noonMs + 5, due_at: null });
});

it("counts the budget from the first DELETE, and no later one", () => {
	const sql = sqlOf();
	const record = madeRecord({ state: "deleting" });
	const sent = (callsSent: number, nowMs: number) => {
		const progress = { ...notYetSent(noonMs), phase: "sent" as const, callsSent };
		putRow(sql, record, { terms, progress, dueAtMs: nowMs }, { ...times, nowMs });
	};
	putRow(sql, record, { terms, progress: notYetSent(noonMs), dueAtMs: noonMs }, times);
	sent(1, noonMs + 50_000);
	expect(rowOf(sql, record.id)).toMatchObject({ begun_at: noonMs + 50_000 });
	sent(2, noonMs + 55_000);
	expect(rowOf(sql, record.id)).toMatchObject({ begun_at: noonMs + 50_000 });
});

it("adopts a record from KV with a higher change number than any before", () => {
	const sql = sqlOf();
	const [own, adopted] = [madeRecord(), madeRecord({ settled_at: at(noonMs - 1000) })];
	putRow(sql, own, null, times);
	adoptRow(sql, adopted, noonMs - 1000, 40);
	expect(rowOf(sql, adopted.id)).toMatchObject({ open: 0, change: 41, changed_at: noonMs - 1000, publish_at: null });
});
