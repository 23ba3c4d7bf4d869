// What each caller does and which faults strike, all of it from the seed. Nothing here acts: whether a step finds a
// binding to delete or one to restore is seen when it is its turn.
import type { Fault, OrderInput } from "../sandbox/imitation/faults.ts";
import { type Slot, slots } from "./account.ts";
import { createDice, type Dice } from "./dice.ts";

/** Where a kill strikes: when this has just happened. */
export const points = [
	"any_moment",
	"request_sent",
	"answer_came",
	"list_arrived",
	"delete_arrived",
	"delete_done",
	"creation_arrived",
	"creation_done",
	"kv_write",
] as const;
export type Point = (typeof points)[number];

export interface Kill {
	/** Not before so many deletions were asked for. */
	afterDeletions: number;
	point: Point;
	delayMs: number;
}

/** KV refuses writes for a while: a share of them, before or after they took effect. */
export interface Outage {
	afterDeletions: number;
	lastsMs: number;
	share: number;
}

/** What Cloudflare does to the call that changes something, or to the list before it. */
export type Mischief =
	| { on: "call" | "list"; fault: OrderInput["fault"] }
	/** The connection breaks, and the call takes effect later all the same. */
	| { on: "call"; landsAfterMs: number }
	/** Somebody else deletes the binding just before the call does. */
	| { on: "call"; stolen: true };

export interface Step {
	/** The reason and the Idempotency-Key: by it a record is known as this step's. */
	name: string;
	slot: Slot;
	/** From 0 to 1: instead of its own slot it takes one where nothing stands, to restore what stood there. */
	brings: number | null;
	named: "cidr" | "in_body" | "by_id";
	/** It asks twice at the same time. */
	doubled: boolean;
	/** It never learns the answer, and never asks again. */
	walksAwayAfterMs: number | null;
	/** It asks for the deletion also where nothing stands. */
	insists: boolean;
	word: "approve" | "reject";
	mischief: Mischief | null;
	pauseMs: number;
}

/** Some places are much asked for, so that callers meet there. */
const crowded = slots.filter((_, number) => number % 37 === 0);

export function* stepsOf(seed: number, caller: string, longestPauseMs: number): Generator<Step, never> {
	const dice = createDice(seed, caller);
	for (let number = 1; ; number++) {
		const slot = dice.pick(dice.chance(0.15) ? crowded : slots);
		yield {
			name: `${caller}-step-${number}`,
			slot,
			brings: dice.chance(0.4) ? dice.next() : null,
			named: dice.weigh([
				[6, "cidr"],
				[2, "in_body"],
				[2, "by_id"],
			]),
			doubled: dice.chance(0.1),
			walksAwayAfterMs: !slot.alone && dice.chance(0.12) ? dice.between(0, 60) : null,
			insists: dice.chance(0.04),
			word: dice.chance(0.15) ? "reject" : "approve",
			mischief: dice.chance(0.3) ? mischief(dice) : null,
			pauseMs: dice.between(0, longestPauseMs),
		};
	}
}

function mischief(dice: Dice): Mischief {
	const on = dice.weigh([
		[7, "call" as const],
		[3, "list" as const],
	]);
	const effect = dice.chance(0.5);
	const fault = dice.weigh<Fault | "late" | "stolen">([
		[6, { kind: "delay", milliseconds: dice.between(20, 1500) }],
		// Few, as each of them holds everybody back.
		[1.5, { kind: "throttle", retry_after: dice.between(0, 2), code: 971 }],
		[0.3, { kind: "throttle", code: 971 }],
		[5, { kind: "reject", status: dice.pick([500, 502, 503]), effect }],
		[5, { kind: "html", status: 502, effect }],
		[5, { kind: "drop_before" }],
		[5, { kind: "drop_after" }],
		[2, { kind: "drop_mid_body" }],
		[2, { kind: "garbage", status: 200, effect }],
		[0.5, { kind: "hang_before" }],
		[0.5, { kind: "hang_after" }],
		[3, "late"],
		[2, "stolen"],
	]);
	if (fault === "late") return { on: "call", landsAfterMs: dice.between(50, 8000) };
	if (fault === "stolen") return { on: "call", stolen: true };
	return { on, fault };
}

/** Spread over the deletions; the last come before the end, so that there is something left to go on with. */
export function killsOf(seed: number, kills: number, deletions: number): Kill[] {
	const dice = createDice(seed, "kills");
	return Array.from({ length: kills }, (_, number) => ({
		afterDeletions: Math.floor(((number + dice.next()) / kills) * deletions * 0.9),
		point: dice.pick(points),
		delayMs: dice.chance(0.5) ? 0 : dice.between(1, 40),
	}));
}

export function outagesOf(seed: number, outages: number, deletions: number): Outage[] {
	const dice = createDice(seed, "outages");
	return Array.from({ length: outages }, (_, number) => ({
		afterDeletions: Math.floor(((number + dice.next()) / outages) * deletions * 0.9),
		lastsMs: dice.between(200, 6000),
		share: dice.pick([0.3, 1]),
	}));
}
