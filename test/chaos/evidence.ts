// What the judge goes by: what the witness saw, and what stands in the end, on every side: the history as callers read
// it, the Ledger's own rows, KV's keys. It gathers, and compares nothing.
import type { Deletion, Summary } from "../../src/deletion/deletion.ts";
import { callers, headersOf } from "./account.ts";
import type { Victim } from "./victim.ts";
import type { Seen, Witness } from "./witness.ts";

export interface LedgerRow {
	id: string;
	open: number;
	settle_at: number | null;
	publish_at: number | null;
	record: Deletion;
}

export interface Published {
	name: string;
	metadata: unknown;
	value: string;
}

export interface Evidence {
	seen: readonly Seen[];
	/** What was open, or not in KV, a minute after the faults ended. */
	open: { id: string; state: string }[];
	/** The history's rows, and the record of each. */
	history: Summary[];
	records: Deletion[];
	ledger: LedgerRow[];
	kv: Published[];
}

const readAtOnce = 20;

export async function gather({ url }: Victim, witness: Witness, open: Evidence["open"]): Promise<Evidence> {
	const history: Summary[] = [];
	for (let path: string | null = "/deletions?limit=1000"; path !== null; ) {
		const page: { deletions: Summary[]; next: string | null } = await read(url, path);
		history.push(...page.deletions);
		path = page.next === null ? null : `/deletions?limit=1000&cursor=${encodeURIComponent(page.next)}`;
	}
	const records: Deletion[] = [];
	for (let start = 0; start < history.length; start += readAtOnce) {
		const ids = history.slice(start, start + readAtOnce).map(({ id }) => id);
		records.push(...(await Promise.all(ids.map((id) => read<Deletion>(url, `/deletions/${id}`)))));
	}
	const ledger: LedgerRow[] = [];
	for (let last: LedgerRow | undefined; ; last = ledger.at(-1)) {
		const rows: (Omit<LedgerRow, "record"> & { record: string })[] = await read(
			url,
			`/chaos/rows?after=${last?.id ?? ""}`,
		);
		if (rows.length === 0) break;
		ledger.push(...rows.map((row) => ({ ...row, record: JSON.parse(row.record) })));
	}
	const kv: Published[] = [];
	for (let cursor: string | null = ""; cursor !== null; ) {
		const query: string = cursor === "" ? "" : `?cursor=${encodeURIComponent(cursor)}`;
		const page: { keys: Published[]; cursor: string | null } = await read(url, `/chaos/published${query}`);
		kv.push(...page.keys);
		cursor = page.cursor;
	}
	return { seen: witness.all(), open, history, records, ledger, kv };
}

export const unfinished = (url: string): Promise<Evidence["open"]> => read(url, "/chaos/unfinished");

async function read<Body>(url: string, path: string): Promise<Body> {
	const response = await fetch(url + path, { headers: headersOf(callers[0] ?? "") });
	const text = await response.text();
	if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
	return JSON.parse(text);
}
