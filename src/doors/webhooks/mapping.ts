// Reads what a payload asks for, using only the sender's configuration. Pure: it returns the deletions, none, or why it
// cannot tell.

import type { Mapping } from "../../config/sender.ts";
import type { Json } from "../../deletion/record/json.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type JsonPointer, valueAt } from "../../json-pointer.ts";
import { askedAtMost, longestReason } from "../limits.ts";
import { controls } from "../request/input.ts";

/** One deletion, as the payload names it. */
export interface Asked {
	target: string;
	reason: string | null;
	/** Identifies the event among all of the sender's; empty if the payload has no id. */
	id: Json[];
	/** The id an earlier release used; empty if it has not changed. */
	formerId: Json[];
	/** Its position in the payload. */
	index: number;
}

export type Unreadable = { problem: string; index?: number };
/** The sender says it left something out, so the payload may not say what was meant. */
export type Truncated = { truncated: number };

const runsOfControls = new RegExp(`${controls.source}+`, "gu");

/** One unreadable element stops them all: a payload understood by half is not understood. */
export function askedFor(payload: Json, mapping: Mapping): Result<Asked[], Unreadable[] | Truncated> {
	const omitted = mapping.truncated === null ? undefined : valueAt(mapping.truncated, payload, payload);
	if (omitted !== undefined && omitted !== 0)
		return fail(
			typeof omitted === "number"
				? { truncated: omitted }
				: [{ problem: "the count of omitted alerts is not a number" }],
		);

	const elements = mapping.each === null ? [payload] : (valueAt(mapping.each, payload, payload) ?? null);
	if (!Array.isArray(elements)) {
		// A test message has no list and asks for nothing.
		return mapping.when.length > 0 && elements === null ? ok([]) : fail([{ problem: "each does not point to a list" }]);
	}
	const asked: Asked[] = [];
	const unreadable: Unreadable[] = [];
	for (const [index, element] of elements.entries()) {
		const at = (pointer: JsonPointer) => valueAt(pointer, element, payload);
		if (!mapping.when.every((condition) => condition.is.some((value) => value === at(condition.at)))) continue;
		const target = at(mapping.target);
		if (typeof target === "string" && target !== "") {
			const partsAt = (pointers: readonly JsonPointer[]) => pointers.map((pointer) => at(pointer) ?? null);
			const id = partsAt(mapping.id);
			// An id of the whole payload needs the index to tell its elements apart.
			const ofAll = mapping.each !== null && mapping.id.every((pointer) => pointer.of === "payload");
			const reason = mapping.reason.map((pointer) => reasonOf(at(pointer))).find((text) => text !== null) ?? null;
			const known = id.some((part) => part !== null);
			asked.push({
				target,
				reason,
				id: known ? [...id, ...(ofAll ? [index] : [])] : [],
				formerId: partsAt(mapping.formerId),
				index,
			});
		} else {
			unreadable.push({ problem: "target does not point to a string", index });
		}
	}
	if (asked.length > askedAtMost)
		unreadable.push({ problem: `it asks for ${asked.length} deletions; the limit is ${askedAtMost}` });
	return unreadable.length > 0 ? fail(unreadable) : ok(asked);
}

/** A sender's text was not written for unbind, so it is trimmed to fit a reason instead of refused. */
function reasonOf(value: Json | undefined): string | null {
	if (typeof value !== "string" && typeof value !== "number") return null;
	const text = String(value).toWellFormed().replace(runsOfControls, " ").trim();
	return text === "" ? null : text.slice(0, longestReason).toWellFormed().trim();
}
