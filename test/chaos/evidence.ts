// Gathers what the judge needs: what the witness saw, and the final state on every side: the history as callers read
// it, the Ledger's rows and KV's keys. It compares nothing.
import type { Deletion, Summary } from "../../src/deletion/record/deletion.ts";
import { callers, headersOf } from "./account.ts";
import type { Kv } from "./kv/kv.ts";
import type { Victim } from "./victim.ts";
import type { Seen, Witness } from "./witness.ts";

export interface LedgerRow {
	id: string;
	open: number;
	settle_at: number | null;
	publish_at: number | null;
	record: Deletion;
}

export interface DeliveryRow {
	id: string;
	event_id: string;
	type: string;
	deletion_id: string | null;
	destination: string;
	state: string;
	next_at: number | null;
}

export interface Published {
	name: string;
	metadata: unknown;
	value: string;
}

export interface Evidence {
	seen: readonly Seen[];
	/** What was still open or unpublished three minutes after the faults ended, except waiting deletions. */
	open: { id: string; state: string }[];
	/** The keys in KV a minute after it worked again. */
	reachedKv: ReadonlySet<string>;
	/** The history's rows, and the record of each. */
	history: Summary[];
	records: Deletion[];
	/** The records behind ids that callers were given but the history does not list; null if there is none. */
	given: ReadonlyMap<string, Deletion | null>;
	ledger: LedgerRow[];
	kv: Published[];
	/** The interval that the watch keeps. */
	watchIntervalMs: number;
	/** The bindings that the watch has seen, and whether they are gone by what it knows. */
	inventory: ReadonlyMap<string, boolean>;
	/** The Ledger's rows of deliveries, once no destination fails any more. */
	deliveries: DeliveryRow[];
}

const readAtOnce = 20;

type Ending = Pick<Evidence, "open" | "reachedKv">;

export async function gather(
	victim: Victim,
	kv: Kv,
	witness: Witness,
	ending: Ending,
): Promise<Omit<Evidence, "deliveries">> {
	const history: Summary[] = [];
	for (let path: string | null = "/deletions?limit=1000"; path !== null; ) {
		const page: { deletions: Summary[]; next: string | null } = await read(victim, path);
		history.push(...page.deletions);
		path = page.next === null ? null : `/deletions?limit=1000&cursor=${encodeURIComponent(page.next)}`;
	}
	const records = (
		await each(
			victim,
			history.map(({ id }) => id),
		)
	).filter((record) => record !== null);
	const listed = new Set(history.map(({ id }) => id));
	const ids = witness
		.all()
		.flatMap((one) => ((one.kind === "told" || one.kind === "given") && one.id !== null ? [one.id] : []));
	const others = [...new Set(ids)].filter((id) => !listed.has(id));
	const found = await each(victim, others);
	const given = new Map(others.map((id, number) => [id, found[number] ?? null]));
	const ledger: LedgerRow[] = [];
	for (let last: LedgerRow | undefined; ; last = ledger.at(-1)) {
		const path = `/chaos/rows?after=${last?.id ?? ""}`;
		const rows: (Omit<LedgerRow, "record"> & { record: string })[] = await read(victim, path);
		if (rows.length === 0) break;
		ledger.push(...rows.map((row) => ({ ...row, record: JSON.parse(row.record) })));
	}
	const { watch }: { watch: { interval_seconds: number } } = await read(victim, "/status");
	const watchIntervalMs = watch.interval_seconds * 1000;
	const watched: { id: string; isGone: number }[] = await read(victim, "/chaos/inventory");
	const inventory = new Map(watched.map(({ id, isGone }) => [id, isGone === 1]));
	return {
		seen: witness.all(),
		watchIntervalMs,
		inventory,
		...ending,
		history,
		records,
		given,
		ledger,
		kv: kv.keys(),
	};
}

/** In the order of the ids; null if there is no record. */
async function each(victim: Victim, ids: readonly string[]): Promise<(Deletion | null)[]> {
	const records: (Deletion | null)[] = [];
	for (let start = 0; start < ids.length; start += readAtOnce) {
		const some = ids.slice(start, start + readAtOnce);
		records.push(...(await Promise.all(some.map((id) => read<Deletion>(victim, `/deletions/${id}`, null)))));
	}
	return records;
}

export const unfinished = (victim: Victim): Promise<Evidence["open"]> => read(victim, "/chaos/unfinished");

/** @param otherwise the result for a 404, which is an error without it. */
async function read<Body>(victim: Victim, path: string, otherwise?: null): Promise<Body> {
	const response = await victim.fetch(path, { headers: headersOf(callers[0] ?? "") });
	const text = await response.text();
	if (response.status === 404 && otherwise !== undefined) return otherwise as Body;
	if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
	return JSON.parse(text);
}
