// What callers may see beyond the binding they named: everything with the scope `read`, otherwise only their own ranges.

import { isWithin } from "../address/cidr.ts";
import { type Actor, sameName } from "../record/actor.ts";
import type { Deletion, Summary } from "../record/deletion.ts";

export interface Visible {
	cidr(text: string): boolean;
	record(summary: Summary): boolean;
}

export const allVisible: Visible = { cidr: () => true, record: () => true };

/** Without `read`, a caller sees only its own records. */
export const ownVisible = (name: string, ranges: readonly string[] | null): Visible => ({
	cidr: (text) => isWithin(ranges, text),
	// A name in Cloudflare's audit log does not prove that it is this caller's.
	record: ({ actor, door }) => door !== "watch" && sameName(actor, name),
});

export const visibleTo = ({ name, scopes, ranges }: Pick<Actor, "name" | "scopes" | "ranges">): Visible =>
	scopes.includes("read") ? allVisible : ownVisible(name, ranges);

/** The record as its requester may see it. Of a binding outside the caller's ranges, it shows only that it is outside. */
export function shownTo(actor: Actor, deletion: Deletion): Deletion {
	if (deletion.binding === null || visibleTo(actor).cidr(deletion.binding.cidr)) return deletion;
	return { ...deletion, binding: null, effect: null, guards: [{ guard: "out_of_range", verdict: "refuse" }] };
}
