// What a caller may see beyond what it named: those with the scope `read` everything, the others what lies in their ranges.
import { type Actor, sameName } from "./actor.ts";
import { cidrsOf } from "./assess.ts";
import { type Cidr, contains, parseCidr } from "./cidr.ts";
import type { Deletion, Summary } from "./deletion.ts";

export interface Sees {
	cidr(text: string): boolean;
	record(summary: Summary): boolean;
}

export const seesAll: Sees = { cidr: () => true, record: () => true };

/** Without `read`, records are a caller's own. */
export function seesOnly(name: string, ranges: readonly string[] | null): Sees {
	const own: Cidr[] | null = cidrsOf(ranges);
	return {
		cidr(text) {
			const cidr = parseCidr(text);
			return own === null || (cidr.ok && own.some((range) => contains(range, cidr.value)));
		},
		record: ({ actor }) => sameName(actor, name),
	};
}

export const sightOf = ({ name, scopes, ranges }: Pick<Actor, "name" | "scopes" | "ranges">): Sees =>
	scopes.includes("read") ? seesAll : seesOnly(name, ranges);

/** The record as the answer to its request: of a binding outside the caller's ranges, that it is outside. */
export function shownTo(actor: Actor, deletion: Deletion): Deletion {
	if (deletion.binding === null || sightOf(actor).cidr(deletion.binding.cidr)) return deletion;
	return { ...deletion, binding: null, effect: null, guards: [{ guard: "out_of_range", verdict: "refuse" }] };
}
