// SQLite in Node behind the part of the platform's interface that the Ledger uses, so that tests of plain functions and
// the benchmark can run the Ledger's own SQL without starting an object.
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

export type LedgerStorage = Pick<DurableObjectStorage, "sql" | "transactionSync">;

export function storageOf(database: DatabaseSync): LedgerStorage {
	const statements = new Map<string, StatementSync>();
	const exec = (query: string, ...values: SQLInputValue[]) => {
		// Several statements in one call take no values.
		if (/;\s*\S/.test(query)) database.exec(query);
		else {
			const statement = statements.get(query) ?? database.prepare(query);
			statements.set(query, statement);
			const rows = statement.all(...values);
			return { toArray: () => rows, one: () => rows[0], [Symbol.iterator]: () => rows.values() };
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
