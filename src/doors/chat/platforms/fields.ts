// The fields that unbind reads from platforms' messages. It ignores the rest and limits the length of these.
import * as v from "valibot";
import { choices } from "../../../deletion/course/offer.ts";

const longest = 2000;

export const text = v.pipe(v.string(), v.maxLength(longest));
export const optionalText = v.optional(text, "");

/** What a button carries. */
export const offerId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
export const choice = v.picklist(choices);

/** null if the body is not UTF-8 or does not match the schema. */
export function readBody<Output>(
	body: Uint8Array,
	schema: v.GenericSchema<string, Output> | v.GenericSchema<unknown, Output>,
): Output | null {
	try {
		const read = v.safeParse(schema, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
		return read.success ? read.output : null;
	} catch {
		return null;
	}
}

/** A form's fields; the first value of each name. */
export const form = v.pipe(
	v.string(),
	v.transform((body): unknown => Object.fromEntries([...new URLSearchParams(body)].toReversed())),
);
