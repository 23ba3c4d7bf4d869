// What others do to the account behind unbind's back, derived from the seed: they delete, create and change bindings, and now
// and then delete so many at once that the watch freezes deletions. Nothing here acts.
import type { ElsewhereInput } from "../../sandbox/imitation/elsewhere-order.ts";
import { type Slot, serviceIds, slots } from "./account.ts";
import { createDice, type Dice } from "./dice.ts";

export interface Deed {
	/** Not before this many deletions were requested. */
	afterDeletions: number;
	what: "delete" | "delete_many" | "create" | "replace" | "change_in_place";
	dice: Dice;
}

/** More than the watch's default for a mass deletion. */
const manyAtOnce = 12;

/** Over the first 90 % of the deletions. */
export function deedsOf(seed: number, deeds: number, bursts: number, deletions: number): Deed[] {
	const dice = createDice(seed, "others");
	return Array.from({ length: deeds }, (_, number): Deed => {
		const isBurst = Math.floor((number * bursts) / deeds) !== Math.floor(((number + 1) * bursts) / deeds);
		const what = dice.weigh([
			[5, "delete" as const],
			[2, "create" as const],
			[1, "replace" as const],
			[1, "change_in_place" as const],
		]);
		return {
			afterDeletions: Math.floor(((number + dice.next()) / deeds) * deletions * 0.9),
			what: isBurst ? "delete_many" : what,
			dice: createDice(seed, `others/${number}`),
		};
	});
}

/** After the faults. */
export const lastDeeds = (seed: number): Deed[] =>
	(["delete", "replace", "delete_many", "create"] as const).map((what) => ({
		afterDeletions: 0,
		what,
		dice: createDice(seed, `others/last/${what}`),
	}));

/** The order for it, as the account is now; null if it does not fit. */
export function orderOf({ what, dice }: Deed, isBound: (slot: Slot) => boolean): ElsewhereInput | null {
	const bound = slots.filter(isBound);
	const some = bound.map((slot) => [dice.next(), slot.cidr] as const).toSorted(([a], [b]) => a - b);
	const [cidr, ...more] = some.map(([, name]) => name);
	if (cidr === undefined) return null;
	const by = dice.pick([{ how: "dash" }, { how: "api_token" }, { how: "system" }] as const);
	const service_id = dice.pick(serviceIds);
	switch (what) {
		case "delete":
			return { delete: [cidr], by };
		case "delete_many":
			return { delete: [cidr, ...more].slice(0, manyAtOnce), by };
		case "replace":
			return { change: [{ cidr, service_id }], by };
		case "change_in_place":
			return { change: [{ cidr, service_id, keep_id: true }], by };
		case "create": {
			const free = slots.filter((slot) => !isBound(slot));
			return free.length === 0 ? null : { create: [{ cidr: dice.pick(free).cidr, service_id }], by };
		}
	}
}
