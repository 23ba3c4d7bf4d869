// The settling times that the watch saw, in one row: every page reads it.
import type { Deletion } from "../../deletion/record/deletion.ts";
import {
	type SettledTime,
	type Settling,
	settledTime,
	settlingOf,
	withSettledTime,
} from "../../deletion/settling-times.ts";
import { getFlag, setFlag } from "../tables.ts";

const flag = "settling_times";

/** Only this Ledger writes it. */
const read = (sql: SqlStorage): SettledTime[] => JSON.parse(getFlag(sql, flag) ?? "[]");

/** @param record has just become active; anything else is left out. */
export function noteSettled(sql: SqlStorage, record: Deletion): void {
	const one = settledTime(record);
	if (one !== null) setFlag(sql, flag, JSON.stringify(withSettledTime(read(sql), one)));
}

export const settlingTimes = (sql: SqlStorage, nowMs: number): Settling => settlingOf(read(sql), nowMs);
