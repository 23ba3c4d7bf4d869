// Tracks what is bound in the imitation's account. It sees each new state and notes what was created and deleted.
import type { State } from "../../sandbox/imitation/state.ts";
import type { Witness } from "./witness.ts";

export interface Standing {
	/** The binding at exactly this CIDR. */
	at(cidr: string): string | null;
	/** @param by who made the change */
	see(state: State, by: "call" | "others"): void;
}

interface Bound {
	bindingId: string;
	prefixId: string;
	cidr: string;
}

export function createStanding(begin: State, witness: Witness): Standing {
	let standing = boundIn(begin);
	let byCidr = idsByCidr(standing);
	return {
		at: (cidr) => byCidr.get(cidr) ?? null,
		see(state, by) {
			const now = boundIn(state);
			for (const [id, bound] of standing) if (!now.has(id)) witness.note({ kind: "deleted", by, ...bound });
			for (const [id, bound] of now) if (!standing.has(id)) witness.note({ kind: "created", by, ...bound });
			standing = now;
			byCidr = idsByCidr(now);
		},
	};
}

const idsByCidr = (bound: ReadonlyMap<string, Bound>): Map<string, string> =>
	new Map([...bound.values()].map(({ bindingId, cidr }) => [cidr, bindingId]));

const boundIn = ({ prefixes }: State): Map<string, Bound> =>
	new Map(
		prefixes.flatMap((prefix) =>
			prefix.bindings.map(({ id, cidr = "" }) => [id, { bindingId: id, prefixId: prefix.id, cidr }]),
		),
	);
