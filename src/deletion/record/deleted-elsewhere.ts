// The record of a binding that disappeared without unbind. The watch decides that; these functions only write it down.
import { at, type BindingSnapshot, type Deletion, formatVersion, withEvent } from "./deletion.ts";
import type { Effect } from "./effect.ts";
import type { Identified } from "./elsewhere.ts";

/** The actor until the audit log names one. It may do nothing. */
const unknown = "unknown";

/** The audit log's names are not ours: longer ones would not fit into KV's metadata. */
const longestName = 100;

export interface Loss {
	/** Of the new record. */
	id: string;
	/** As it was last seen; `cidr` is empty if Cloudflare gave none. */
	binding: BindingSnapshot;
	effect: Effect | null;
	lastSeenMs: number;
	noticedMs: number;
}

/** It is settled from the start, and claims nothing: nobody requested it. */
export function deletedElsewhere({ id, binding, effect, lastSeenMs, noticedMs }: Loss): Deletion {
	const noticed = at(noticedMs);
	return {
		id,
		state: "deleted_elsewhere",
		target: binding.cidr === "" ? binding.id : binding.cidr,
		reason: null,
		actor: { name: unknown, door: "watch" },
		created_at: noticed,
		settled_at: noticed,
		binding,
		effect,
		guards: [],
		cloudflare: null,
		failure: null,
		timeline: [{ at: noticed, event: "deleted_elsewhere" }],
		not_before: null,
		approval: null,
		restoration: null,
		form: formatVersion,
		elsewhere: {
			noticed_at: noticed,
			last_seen_at: at(lastSeenMs),
			by: null,
			how: null,
			token_name: null,
			ray: null,
		},
	};
}

/** Fills in what the audit log says. Only once: a record that was named before is returned as it is. */
export function namedBy(deletion: Deletion, identified: Identified, nowMs: number): Deletion {
	const { elsewhere, actor } = deletion;
	if (elsewhere === undefined || isNamed(deletion)) return deletion;
	const { how, ray } = identified;
	const by = identified.by && { ...identified.by, name: shortened(identified.by.name) };
	const token_name = identified.token_name && shortened(identified.token_name);
	const name = by?.name ?? token_name ?? (how === "cloudflare" ? "Cloudflare" : unknown);
	const story = withEvent(deletion, nowMs, "identified", { by: by?.name ?? null, how, token_name, ray });
	return { ...story, actor: { ...actor, name }, elsewhere: { ...elsewhere, by, how, token_name, ray } };
}

/** Whether the audit log has said who did it. */
export const isNamed = ({ timeline }: Deletion): boolean => timeline.some(({ event }) => event === "identified");

function shortened(name: string): string {
	const characters = [...name];
	return characters.length > longestName ? `${characters.slice(0, longestName - 1).join("")}…` : name;
}
