// Ids without a row of their own, and what answers each: in memory for the callers of the moment, and in a table, and from
// there in KV, once a caller has the id.

import type { Deletion } from "../deletion/record/deletion.ts";
import { answersAtMost, publishLookAfterMs } from "./limits.ts";

/** Another record's id, or a refusal that is counted on another record. */
export type Answer = string | Deletion;

export interface Aliases {
	/** What answers the id, of what this object remembers. */
	remembered(id: string): Answer | null;
	remember(id: string, answer: Answer): void;
	/** The id of the record that answers, of what is stored. */
	stored(id: string): string | null;
	/** Stores that the record answers this id, which a caller has. */
	store(id: string, deletionId: string): void;
}

export function createAliases(sql: SqlStorage, now: () => number, onDue: (atMs: number) => void): Aliases {
	const answers = new Map<string, Answer>();
	return {
		remembered: (id) => answers.get(id) ?? null,
		remember(id, answer) {
			answers.set(id, answer);
			for (const oldest of answers.keys()) {
				if (answers.size <= answersAtMost) break;
				answers.delete(oldest);
			}
		},
		stored(id) {
			const query = "SELECT deletion_id FROM aliases WHERE id = ?";
			return sql.exec<{ deletion_id: string }>(query, id).toArray()[0]?.deletion_id ?? null;
		},
		store(id, deletionId) {
			const insert = "INSERT OR IGNORE INTO aliases (id, deletion_id, made_at, publish_at) VALUES (?, ?, ?, ?)";
			sql.exec(insert, id, deletionId, now(), now() + publishLookAfterMs);
			onDue(now() + publishLookAfterMs);
		},
	};
}
