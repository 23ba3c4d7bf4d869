// SQLite in Node behind the platform's interface, as much of it as the Ledger uses: the Ledger's own SQL runs in tests of
// plain functions and in the benchmark, where an object would have to be started otherwise.
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

export type LedgerStorage = Pick<DurableObjectStorage, "sql" | "transactionSync">;

export function storageOf(database: DatabaseSync): LedgerStorage {
	const statements = new Map<string, StatementSync>();
	const exec = (query: string, ...values: SQLInputValue[]) => {
		// Several statements at once take no values.
		if (/;\s*\S/.test(query)) database.exec(query);
		else {
			const statement = statements.get(query) ?? database.prepare(query);
			statements.set(query, statement);
			const rows = statement.all(...values);
			return { toArray: () => rows, one: () => rows[0] };
		}
		return { toArray: () => [], one: () => undefined };
	};
	return {
		sql: { exec } as unknown as SqlStorage,
		transactionSync(work) {
			database.exec("BEGIN");
			try {
				const value = work();
				database.exec("COMMIT");
				return value;
			} catch (error) {
				database.exec("ROLLBACK");
				throw error;
			}
		},
	};
}
