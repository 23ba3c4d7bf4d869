// KV and the Ledger agree, and the history shows what they hold: the same records, each under its keys with its summary
// as metadata, and no other keys.
import { isDeepStrictEqual } from "node:util";
import { summaryOf } from "../../../src/deletion/deletion.ts";
import type { Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function agreeing({ ledger, kv, history, recordById, given }: Facts): Verdict {
	const { verdict, look } = createBench();
	const keys = new Map(kv.map((key) => [key.name, key]));
	const rows = new Map(history.map((row) => [row.id, row]));
	for (const { id, record } of ledger) {
		const { binding } = record;
		const about = { recordId: id, bindingId: binding?.id ?? null };
		const { id: _, ...summary } = summaryOf(record);
		const value = keys.get(`deletion:${id}`)?.value;
		const inKv = value === undefined ? null : JSON.parse(value);
		look(isDeepStrictEqual(inKv, record) ? null : `KV ${inKv === null ? "lacks" : "has another version of"} it`, about);
		look(isDeepStrictEqual(recordById.get(id), record) ? null : "the history shows another record", about);
		look(isDeepStrictEqual(rows.get(id), summaryOf(record)) ? null : "the history lists it otherwise", about);
		const names = [
			`deletion:${id}`,
			...(binding ? [`binding:${binding.id}:${id}`, `prefix:${binding.prefix_id}:${id}`] : []),
		];
		for (const name of names) {
			// The metadata also holds the journal's version.
			const { version: _, ...metadata } = Object(keys.get(name)?.metadata);
			const fits = isDeepStrictEqual(metadata, summary);
			look(fits ? null : `the key ${name} ${keys.has(name) ? "has another summary" : "is missing"}`, about);
			keys.delete(name);
		}
	}
	// Keys kept for other purposes are not part of the history.
	const isOfHistory = (name: string) => /^(?:deletion|binding|prefix):/.test(name) && !given.has(name.slice(-26));
	for (const name of [...keys.keys()].filter(isOfHistory))
		look(`the key ${name} belongs to no record`, { recordId: name.slice(-26) });
	look(history.length === ledger.length ? null : `the history lists ${history.length} of ${ledger.length} records`);
	return verdict;
}
