// One record by its id. The Ledger's answer wins whenever it has one; both are asked at once, and neither fails the other.
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { AskLedger, RecordRead } from "../../deletion/record/history.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { recordKey } from "./keys.ts";
import { limited, readLimitMs } from "./limited.ts";
import { aliasInKv } from "./recall.ts";

/**
 * A record in one of these states cannot change any more, so KV's copy is as good as the Ledger's; but for one that was
 * closed by hand, whose binding may be found missing later, and restored.
 */
const finalBeginning = /^\{"id":"\w+","state":"(?:refused|failed|cancelled|expired)"/;
const isFinal = (text: string): boolean => finalBeginning.test(text) && !text.includes('"resolution":');

interface Copy {
	text: string;
	isFinal: boolean;
}

/** @param onUnreadable called with what KV says where it cannot be read. */
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
		// The Ledger has let the record go, and says so: then KV's is the last word.
		if (copy.ok && copy.value !== null) return resolve(copied(copy.value, !answer.ok && !copy.value.isFinal));
		// Only both together can say that there is none.
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
