// A Ledger as the history sees it. It returns its latest rows in order, up to a limit per call.

import type { Deletion, Summary } from "../../../src/deletion/record/deletion.ts";
import type { AskLedger, ReadChanges } from "../../../src/deletion/record/history.ts";
import { fail, ok } from "../../../src/deletion/result.ts";

/** @param records the records it has; null is a Ledger that cannot be reached. */
export const asked = (changes: ReadChanges, records: readonly Deletion[] | null = []): AskLedger => ({
	changes,
	record: async (id) =>
		records === null ? fail("unreachable") : ok(records.find((record) => record.id === id) ?? null),
});

export function ledgerWith(recent: readonly Summary[], toldAtMost = 1000, version = "j-1"): ReadChanges {
	return async ({ afterId, bindingId, prefixId, unless, atMost = toldAtMost }) => {
		const most = Math.min(atMost, toldAtMost);
		if (unless === version) return { version, recent: null, until: null };
		const told = recent
			.filter((row) => row.id > afterId)
			.filter((row) => bindingId === null || row.binding_id === bindingId)
			.filter((row) => prefixId === null || row.prefix_id === prefixId)
			.toSorted((a, b) => (a.id < b.id ? -1 : 1))
			.slice(0, most);
		return { version, recent: told, until: told.length === most ? (told.at(-1)?.id ?? null) : null };
	};
}
