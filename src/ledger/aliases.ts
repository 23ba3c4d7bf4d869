// Ids that have no row, and the record that answers each. An alias is in memory first; once a caller has the id, it is in a
// table and then in KV.

import type { Deletion } from "../deletion/record/deletion.ts";
import { answersAtMost, publishLookAfterMs } from "./limits.ts";

/** Another record's id, or a refusal that is counted on another record. */
export type Answer = string | Deletion;

export function createRecordAliases(sql: SqlStorage, now: () => number, onDue: (atMs: number) => void) {
	const answers = new Map<string, Answer>();
	return {
		/** What answers the id, of what this object remembers. */
		remembered: (id: string): Answer | null => answers.get(id) ?? null,
		remember(id: string, answer: Answer): void {
			answers.set(id, answer);
			for (const oldest of answers.keys()) {
				if (answers.size <= answersAtMost) break;
				answers.delete(oldest);
			}
		},
		/** The id of the record that answers, of what is stored. */
		stored(id: string): string | null {
			const query = "SELECT deletion_id FROM aliases WHERE id = ?";
			return sql.exec<{ deletion_id: string }>(query, id).toArray()[0]?.deletion_id ?? null;
		},
		/** Stores that the record answers this id, which a caller has. */
		store(id: string, deletionId: string): void {
			const insert = "INSERT OR IGNORE INTO aliases (id, deletion_id, made_at, publish_at) VALUES (?, ?, ?, ?)";
			sql.exec(insert, id, deletionId, now(), now() + publishLookAfterMs);
			onDue(now() + publishLookAfterMs);
		},
	};
}
