// The record that a person decides about, wherever it is kept, and the log of decisions that were refused.

import { aliasInKv, recordInKv } from "../adapters/history/record.ts";
import type { Party } from "../deletion/record/actor.ts";
import type { Deletion } from "../deletion/record/deletion.ts";
import type { Result } from "../deletion/result.ts";
import { log } from "../log.ts";

/** From the journal, or from KV once it has left the journal. */
export async function recorded(
	id: string,
	kept: (id: string) => Promise<Deletion | null>,
	kv: KVNamespace,
): Promise<Deletion | null> {
	const present = (await kept(id)) ?? (await recordInKv(kv, id));
	if (present !== null) return present;
	const answeredBy = await aliasInKv(kv, id);
	return answeredBy === null ? null : ((await kept(answeredBy)) ?? recordInKv(kv, answeredBy));
}

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
