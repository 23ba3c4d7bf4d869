// Reads records from KV: one by its id, together with the Ledger, and what KV remembers beyond the Ledger's week.

import type { LastDeletionQuery } from "../../deletion/ports.ts";
import type { Deletion, Summary } from "../../deletion/record/deletion.ts";
import { isGone } from "../../deletion/record/gone.ts";
import type { AskLedger, RecordRead } from "../../deletion/record/history.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { aliasKey, prefixOf, recordKey, rowOf, type Space, spellingsOf } from "./keys.ts";
import { limited } from "./limited.ts";
import { readLimitMs } from "./limits.ts";

/**
 * A record in one of these states can't change any more, so KV's copy is as good as the Ledger's. The exception is a record
 * resolved by hand: its binding may turn out to be missing, and be restored.
 */
const finalBeginning = /^\{"id":"\w+","state":"(?:refused|failed|cancelled|expired)"/;
const isFinal = (text: string): boolean => finalBeginning.test(text) && !text.includes('"resolution":');

interface Copy {
	text: string;
	isFinal: boolean;
}

/**
 * KV and the Ledger are asked at the same time, and a failure of one does not affect the other. If the Ledger has the record, its
 * answer wins.
 * @param onUnreadable called with KV's error if it can't be read.
 */
export async function readRecord(
	kv: KVNamespace,
	askLedger: AskLedger["record"],
	id: string,
	onUnreadable: (error: unknown) => void,
): Promise<RecordRead> {
	const read = await readUnder(kv, askLedger, id, onUnreadable);
	if (read.kind !== "none") return read;
	try {
		const answeredBy = await aliasInKv(kv, id);
		return answeredBy === null ? read : await readUnder(kv, askLedger, answeredBy, onUnreadable);
	} catch (error) {
		onUnreadable(error);
		return { kind: "unavailable" };
	}
}

function readUnder(
	kv: KVNamespace,
	askLedger: AskLedger["record"],
	id: string,
	onUnreadable: (error: unknown) => void,
): Promise<RecordRead> {
	const { promise, resolve } = Promise.withResolvers<RecordRead>();
	const published = copyInKv(kv, id, onUnreadable);
	const kept = askLedger(id);
	const copied = ({ text }: Copy, stale: boolean): RecordRead => ({ kind: "record", text, stale });
	void published.then((copy) => {
		if (copy.ok && copy.value?.isFinal) resolve(copied(copy.value, false));
	});
	void kept.then(async (answer) => {
		if (answer.ok && answer.value !== null) return resolve(recordOf(answer.value));
		const copy = await published;
		// The Ledger no longer has the record, so KV's copy decides.
		if (copy.ok && copy.value !== null) return resolve(copied(copy.value, !answer.ok && !copy.value.isFinal));
		// Only both together can rule out that it exists.
		resolve({ kind: copy.ok && answer.ok ? "none" : "unavailable" });
	});
	return promise;
}

const recordOf = (deletion: Deletion): RecordRead => ({ kind: "record", text: JSON.stringify(deletion), stale: false });

/** Never rejects. */
async function copyInKv(
	kv: KVNamespace,
	id: string,
	onUnreadable: (error: unknown) => void,
): Promise<Result<Copy | null, null>> {
	try {
		const text = await limited(readLimitMs, kv.get(recordKey(id), "text"));
		return ok(text === null ? null : { text, isFinal: isFinal(text) });
	} catch (error) {
		onUnreadable(error);
		return fail(null);
	}
}

/** A record as the Ledger once published it. Like the following, it rejects if KV fails or takes too long. */
export const recordInKv = (kv: KVNamespace, id: string): Promise<Deletion | null> =>
	limited(readLimitMs, kv.get<Deletion>(recordKey(id), "json"));

/** The id of the record that answers this one; null if this id is not an alias. */
export async function aliasInKv(kv: KVNamespace, id: string): Promise<string | null> {
	const deletionId = await limited(readLimitMs, kv.get(aliasKey(id), "text"));
	return deletionId !== null && isRecordId(deletionId) ? deletionId : null;
}

/**
 * The newest completed deletion of a binding, or of a CIDR in a prefix. Takes one list operation per spelling of the id, and
 * looks through the prefix's last thousand records.
 */
export async function lastDeletionInKv(kv: KVNamespace, query: LastDeletionQuery): Promise<Summary | null> {
	const { bindingId, prefixId, cidr } = query;
	const space: Space | null =
		bindingId !== undefined
			? { kind: "binding", of: bindingId }
			: prefixId !== undefined
				? { kind: "prefix", of: prefixId }
				: null;
	if (space === null) return null;
	const lists = spellingsOf(space).map((one) => limited(readLimitMs, kv.list({ prefix: prefixOf(one) })));
	const rows = (await Promise.all(lists))
		.flatMap(({ keys }) => keys.map((key) => rowOf(key.name, key.metadata)))
		.filter((row) => row !== null)
		.filter(({ state }) => isGone(state))
		.filter((row) => cidr === undefined || row.cidr === cidr);
	return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null;
}
