// Fills the Ledger's tables with days of deletions, through its own journal and outbox, over the same SQLite and a
// simulated clock. The result is what a real Ledger would hold.
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Terms } from "../../src/deletion/ports.ts";
import { type Deletion, withEvent } from "../../src/deletion/record/deletion.ts";
import { notYetSent } from "../../src/deletion/record/progress.ts";
import { ok } from "../../src/deletion/result.ts";
import { changes } from "../../src/ledger/changes.ts";
import { nextDueMs, prune } from "../../src/ledger/due.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { createOutbox } from "../../src/ledger/outbox.ts";
import { storageOf } from "../node-sqlite.ts";
import { median } from "./rounds.ts";
import { variantOf } from "./seed.ts";

const dayMs = 24 * 3_600_000;
const terms: Terms = { acknowledge: [], ifMatch: null, ranges: null, approved: [] };
const progress = { ...notYetSent(0), phase: "sent" as const, callsSent: 1 };

export interface Held {
	rows: number;
	bytes: number;
	/** How long a poll, a page, the guards' queries and the alarm's query take, in milliseconds. */
	pollMs: number;
	pageMs: number;
	guardsMs: number;
	alarmMs: number;
}

/** @returns what the Ledger holds at the end of the days. */
export async function simulate(path: string, like: Deletion, aDay: number, days: number): Promise<Held> {
	const database = new DatabaseSync(path);
	database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
	const storage = storageOf(database);
	const { sql } = storage;
	migrate(storage);
	let nowMs = Date.UTC(2026, 9, 1);
	const now = () => nowMs;
	const journal = createJournal(sql, { now, onDue() {}, onSettled() {} });
	const outbox = createOutbox(sql, {
		now,
		sleep: async () => {},
		publish: async () => ok(null),
		publishAlias: async () => ok(null),
		onDue() {},
	});

	const apartMs = dayMs / aDay;
	for (let index = 0; index < aDay * days; index++) {
		nowMs = Date.UTC(2026, 9, 1) + index * apartMs;
		const { deletion } = variantOf(like, index, nowMs);
		const payload = JSON.stringify([deletion.target, deletion.reason, [], null, null]);
		const claim = {
			actor: deletion.actor.name,
			key: `request:${crypto.randomUUID()}`,
			payload,
			payloadOfVersion1: payload,
			lasting: false,
		};
		const open = { ...deletion, state: "deleting" as const, settled_at: null };
		journal.storeOpen({ deletion: open, terms, progress }, nowMs + 15_000, [claim]);
		journal.storeOpen({ deletion: withEvent(open, nowMs, "sent"), terms, progress }, nowMs + 15_000);
		journal.storeSettled(deletion);
		await outbox.send(deletion.id);
		if (index % Math.max(1, Math.round(aDay / 24)) === 0) prune(sql, nowMs);
	}
	prune(sql, nowMs);

	const { binding } = like;
	const prefixId = binding?.prefix_id ?? "";
	const query = { afterId: "", bindingId: null, prefixId: null, unless: null, atMost: 51 };
	const held = {
		rows: sql.exec<{ rows: number }>("SELECT count(*) AS rows FROM deletions").one().rows,
		bytes: usedBytes(sql),
		pollMs: timeOf(() => changes(sql, journal.version(), { ...query, unless: journal.version() }, nowMs)),
		pageMs: timeOf(() => changes(sql, journal.version(), query, nowMs)),
		guardsMs: timeOf(() => [journal.goneSince(prefixId, nowMs - 600_000), journal.pace(prefixId, nowMs - 3_600_000)]),
		alarmMs: timeOf(() => nextDueMs(sql)),
	};
	database.close();
	rmSync(path, { force: true });
	return held;
}

function timeOf(act: () => unknown): number {
	const times = Array.from({ length: 21 }, () => {
		const startedAtMs = performance.now();
		act();
		return performance.now() - startedAtMs;
	});
	return median(times);
}

/** Counts pages in use. Pruning leaves free pages, which are used again. */
function usedBytes(sql: SqlStorage): number {
	const query =
		"SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
	return sql.exec<{ bytes: number }>(query).one().bytes;
}
