// A position in the history as an opaque text for callers. It comes back as untrusted input: it can only say where to go on,
// and only within the filter it was issued for.
import { Buffer } from "node:buffer";
import * as v from "valibot";
import { digestOf } from "../../deletion/record/digest.ts";
import type { HistoryFilter } from "../../deletion/record/history.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import type { Position } from "./page.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000));
const schema = v.strictTuple([
	v.string(),
	count,
	v.nullable(v.pipe(v.string(), v.maxLength(2000))),
	v.union([v.literal(""), v.pipe(v.string(), v.check(isRecordId))]),
	count,
]);

export function encodeCursor({ part, cursor, afterId, skip }: Position, filter: HistoryFilter): string {
	return Buffer.from(JSON.stringify([markOf(filter), part, cursor, afterId, skip])).toString("base64url");
}

/** null: not a cursor, or one for another filter. */
export function decodeCursor(text: string, filter: HistoryFilter): Position | null {
	let value: unknown;
	try {
		value = JSON.parse(Buffer.from(text, "base64url").toString());
	} catch {
		return null;
	}
	const read = v.safeParse(schema, value);
	if (!read.success) return null;
	const [mark, part, cursor, afterId, skip] = read.output;
	return mark === markOf(filter) ? { part, cursor, afterId, skip } : null;
}

const markOf = (filter: HistoryFilter): string =>
	digestOf(JSON.stringify(Object.entries(filter).toSorted()), "base64url").slice(0, 8);
