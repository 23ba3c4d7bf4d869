// The keys of the history in KV, and what stands beside them as metadata: all that a list row shows, so that a page of
// the list needs no reads.
//
//   deletion:<id>               the record
//   binding:<binding id>:<id>   empty
//   prefix:<prefix id>:<id>     empty

import * as v from "valibot";
import { doors } from "../../deletion/actor.ts";
import { type Deletion, type Summary, states, summaryOf } from "../../deletion/deletion.ts";
import { isRecordId } from "../../deletion/record-id.ts";

export type Space = { kind: "deletion" } | { kind: "binding" | "prefix"; of: string };

export const prefixOf = (space: Space): string =>
	space.kind === "deletion" ? "deletion:" : `${space.kind}:${space.of}:`;

export const recordKey = (id: string): string => `deletion:${id}`;

export function indexKeys(deletion: Deletion): string[] {
	const { binding, id } = deletion;
	return binding === null ? [] : [`binding:${binding.id}:${id}`, `prefix:${binding.prefix_id}:${id}`];
}

const metadataCapBytes = 1024;
const longestServiceName = 60;
const longestRay = 60;
const text = v.nullable(v.string());
const metadataSchema = v.object({
	state: v.picklist(states),
	cidr: text,
	binding_id: text,
	prefix_id: text,
	service_name: text,
	actor: v.string(),
	door: v.picklist(doors),
	reason: text,
	created_at: v.string(),
	settled_at: text,
	ray: v.optional(text, null),
});

/** A list row without its id (the key has it); a long reason is shortened until all fits into KV's 1,024 bytes. */
export function metadataOf(deletion: Deletion): Omit<Summary, "id"> {
	const { id: _, ...whole } = summaryOf(deletion);
	const row = {
		...whole,
		service_name: whole.service_name?.slice(0, longestServiceName) ?? null,
		ray: whole.ray?.slice(0, longestRay) ?? null,
	};
	const size = (candidate: typeof row) => new TextEncoder().encode(JSON.stringify(candidate)).byteLength;
	let fitting = row;
	const characters = [...(row.reason ?? "")];
	while (size(fitting) > metadataCapBytes && characters.length > 0) {
		characters.splice(Math.floor(characters.length * 0.9));
		fitting = { ...row, reason: `${characters.join("")}…` };
	}
	return fitting;
}

/** The row of a key, or null for a key that is none of ours. */
export function rowOf(key: string, metadata: unknown): Summary | null {
	const id = key.slice(key.lastIndexOf(":") + 1);
	const row = v.safeParse(metadataSchema, metadata);
	return isRecordId(id) && row.success ? { id, ...row.output } : null;
}
