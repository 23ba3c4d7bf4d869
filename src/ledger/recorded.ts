// The record that a person decides about, wherever it is kept, and the log of decisions that were refused.

import { aliasInKv, recordInKv } from "../adapters/history/record.ts";
import type { Party } from "../deletion/record/actor.ts";
import type { Deletion } from "../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import type { HistoryUnreadable } from "../deletion/steps/decisions.ts";
import { log, traceOf } from "../log.ts";

/** From the journal, or from KV once it has left the journal. KV's failure is a reason; the journal's is an exception. */
export async function recorded(
	id: string,
	kept: (id: string) => Promise<Deletion | null>,
	kv: KVNamespace,
): Promise<Result<Deletion | null, HistoryUnreadable>> {
	const present = await kept(id);
	if (present !== null) return ok(present);
	const published = await inKv(() => recordInKv(kv, id));
	if (!published.ok || published.value !== null) return published;
	const answeredBy = await inKv(() => aliasInKv(kv, id));
	if (!answeredBy.ok) return answeredBy;
	if (answeredBy.value === null) return ok(null);
	const { value: answering } = answeredBy;
	const answer = await kept(answering);
	return answer === null ? inKv(() => recordInKv(kv, answering)) : ok(answer);
}

async function inKv<Value>(read: () => Promise<Value>): Promise<Result<Value, HistoryUnreadable>> {
	try {
		return ok(await read());
	} catch (error) {
		log("warn", "history_unreadable", traceOf(error));
		return fail(unreadable);
	}
}

const unreadable: HistoryUnreadable = {
	code: "history_unreadable",
	detail: "This record is older than a week, and the history in KV can't be read right now. Try again in a minute.",
	retry_after_seconds: 60,
};

/** Logs a refused decision, which changes no record and would otherwise leave no trace. */
export function logRefused<Value, Failure extends { code: string }>(
	what: string,
	id: string,
	{ name, door }: Party,
	result: Result<Value, Failure>,
): Result<Value, Failure> {
	if (!result.ok) log("warn", `${what}_refused`, { deletion_id: id, actor: name, door, code: result.failure.code });
	return result;
}
