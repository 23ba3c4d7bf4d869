// What a person decides about a record, wherever the record is kept. A refusal changes no record and would otherwise leave no
// trace, so it is logged.

import type { Party } from "../deletion/record/actor.ts";
import type { Deletion } from "../deletion/record/deletion.ts";
import type { Result } from "../deletion/result.ts";
import type { HistoryUnreadable } from "../deletion/steps/decisions.ts";
import { log } from "../log.ts";

export async function decideAbout<Value, Failure extends { code: string }>(
	what: string,
	id: string,
	{ name, door }: Party,
	find: (id: string) => Promise<Result<Deletion | null, HistoryUnreadable>>,
	decide: (record: Deletion | null) => Result<Value, Failure> | Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure | HistoryUnreadable>> {
	const record = await find(id);
	const decided = record.ok ? await decide(record.value) : record;
	if (!decided.ok) log("warn", `${what}_refused`, { deletion_id: id, actor: name, door, code: decided.failure.code });
	return decided;
}
