// The keys of the history in KV, and their metadata: everything a list row shows, so that listing a page needs no reads.
//
//   deletion:<id>               the record
//   binding:<binding id>:<id>   the digests of the record's claims, or empty
//   prefix:<prefix id>:<id>     empty
//   alias:<id>                  the id of the record that answers this one
//   open:<id>                   the mirror of an open record, for a Ledger that lost it
//   open:freeze                 the mirror of the freeze in force

import * as v from "valibot";
import { isCloudflareId, plainId } from "../../deletion/address/cloudflare-id.ts";
import type { KeptClaim } from "../../deletion/ports.ts";
import type { Door } from "../../deletion/record/actor.ts";
import {
	type Deletion,
	type FailureCode,
	formatVersion,
	type State,
	type Summary,
	summaryOf,
} from "../../deletion/record/deletion.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { longestRay, longestServiceName, metadataCapBytes } from "./limits.ts";

export type Space = { kind: "deletion" } | { kind: "binding" | "prefix"; of: string };

export const prefixOf = (space: Space): string =>
	space.kind === "deletion" ? "deletion:" : `${space.kind}:${space.of}:`;

/** Keys were written with the id as Cloudflare spelt it at the time: dashed or plain. */
export const spellingsOf = (space: Space): Space[] =>
	space.kind === "deletion" ? [space] : [plainId(space.of), dashedId(space.of)].map((of) => ({ ...space, of }));

const dashedId = (id: string): string => plainId(id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

export const recordKey = (id: string): string => `deletion:${id}`;
export const openPrefix = "open:";
export const openKey = (id: string): string => openPrefix + id;
export const freezeKey = openKey("freeze");
export const aliasKey = (id: string): string => `alias:${id}`;

export function indexKeys(deletion: Deletion): string[] {
	const { binding, id } = deletion;
	return binding === null ? [] : [`binding:${binding.id}:${id}`, `prefix:${binding.prefix_id}:${id}`];
}

const text = v.nullable(v.string());
/** After a rollback, rows can have states and doors of the newer release: they are shown as they are. */
const metadataSchema = v.object({
	state: v.custom<State>((value) => typeof value === "string"),
	cidr: text,
	binding_id: text,
	prefix_id: text,
	service_name: text,
	actor: v.string(),
	door: v.custom<Door>((value) => typeof value === "string"),
	reason: text,
	created_at: v.string(),
	settled_at: text,
	ray: v.optional(text, null),
	failure_code: v.optional(v.nullable(v.custom<FailureCode>((value) => typeof value === "string")), null),
	not_before: v.optional(text, null),
	expires_at: v.optional(text, null),
});

/** A list row without its id, which is in the key. A long reason is cut until the row fits into KV's metadata. */
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

/** The id that a key ends with. */
export const idOf = (key: string): string => key.slice(key.lastIndexOf(":") + 1);

/** The row of a key; null if unbind did not write the key. */
export function rowOf(key: string, metadata: unknown): Summary | null {
	const id = idOf(key);
	const row = v.safeParse(metadataSchema, metadata);
	return isRecordId(id) && row.success ? { id, ...row.output } : null;
}

/**
 * A record's claims, for a Ledger that lost its own: the value of the record's `binding:` key, which is written anyway and which
 * no caller can read. A record without a binding deleted nothing and has no claims. Earlier releases left the value empty.
 */
export const claimsText = (claims: readonly KeptClaim[]): string =>
	claims.length === 0 ? "" : JSON.stringify({ form: formatVersion, claims });

/** The key that holds them; null for a record without claims. */
export const claimsKey = (deletion: Deletion): string | null =>
	isCloudflareId(deletion.binding?.id ?? "") ? (indexKeys(deletion)[0] ?? null) : null;

const claimsSchema = v.object({
	claims: v.array(v.object({ actor: v.string(), key: v.string(), payload: v.string(), madeAtMs: v.number() })),
});

/** Empty if the value has another form. */
export function claimsIn(value: unknown): KeptClaim[] {
	const read = v.safeParse(claimsSchema, value);
	return read.success ? read.output.claims : [];
}
