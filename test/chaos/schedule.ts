// What each caller does and which faults strike, all derived from the seed. Nothing here acts: a step finds out in its
// turn whether there is a binding to delete or one to restore.
import type { Fault, OrderInput } from "../../sandbox/imitation/faults.ts";
import { type Slot, slots } from "./account.ts";
import { createDice, type Dice } from "./dice.ts";

/** A kill strikes when one of these has just happened. */
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
	"commit",
] as const;
export type Point = (typeof points)[number];

export interface Kill {
	/** Not before this many deletions were requested. */
	afterDeletions: number;
	point: Point;
	delayMs: number;
}

/** Resets only the object, which starts again, as the next release or today's if `as` says so. */
export interface Reset extends Kill {
	as: "next" | "today" | null;
}

export interface Freezing {
	afterDeletions: number;
	lastsMs: number;
}

/** A period in which a share of KV's operations goes wrong. */
export interface Outage {
	afterDeletions: number;
	lastsMs: number;
	share: number;
	faults: readonly ("refuse" | "hang" | "late")[];
	/** Reads show old data, from the start of the outage or later. */
	old: boolean;
	/** All but about a minute of it is skipped. */
	isLong: boolean;
	/** Meanwhile Cloudflare cannot be read, and calls get no answer. */
	isDark: boolean;
}

/** A call that was cut off takes effect within this time. */
export const longestLandingMs = 6000;

/** What Cloudflare does to the call that changes something, or to the read before it. */
export type Mischief =
	| { on: "call" | "list" | "single"; fault: OrderInput["fault"] }
	/** The connection breaks, but the call takes effect later. */
	| { on: "call"; landsAfterMs: number }
	/** Someone else deletes the binding just before the call does. */
	| { on: "call"; stolen: true };

export interface Step {
	/** Used as the reason and the Idempotency-Key, so that a record can be matched to this step. */
	name: string;
	slot: Slot;
	/** From 0 to 1: instead of its own slot, the step takes an empty one and restores its binding. */
	brings: number | null;
	door: "api" | "webhook" | "chat" | "page";
	named: "cidr" | "in_body" | "by_id";
	/** The deletion is scheduled this much later. */
	laterMs: number | null;
	/** The deletion is cancelled while it waits. */
	cancels: boolean;
	/** Sends a plan's ETag: the one just read, or a wrong one. */
	ifMatch: "right" | "wrong" | null;
	/** Only asks what would happen. */
	dryRun: boolean;
	/** Sends the request twice at the same time. */
	doubled: boolean;
	/** The caller leaves before the answer and never asks again. */
	walksAwayAfterMs: number | null;
	/** Requests the deletion even if nothing is bound there. */
	insists: boolean;
	word: "approve" | "reject";
	mischief: Mischief | null;
	pauseMs: number;
}

/** Popular slots, where callers meet. */
const crowded = slots.filter((_, number) => number % 37 === 0);

export function* stepsOf(seed: number, caller: string, longestPauseMs: number): Generator<Step, never> {
	const dice = createDice(seed, caller);
	for (let number = 1; ; number++) {
		const slot = dice.pick(dice.chance(0.15) ? crowded : slots);
		yield {
			name: `${caller}-step-${number}`,
			slot,
			brings: dice.chance(0.4) ? dice.next() : null,
			door: dice.weigh([
				[7, "api"],
				[1.5, "webhook"],
				[0.8, "chat"],
				[0.8, "page"],
			]),
			laterMs: dice.chance(0.06) ? dice.between(15_000, 120_000) : null,
			cancels: dice.chance(0.4),
			ifMatch: dice.weigh([
				[8, null],
				[1, "right"],
				[0.5, "wrong"],
			]),
			dryRun: dice.chance(0.02),
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
		[2, "list" as const],
		[2, "single" as const],
	]);
	const effect = dice.chance(0.5);
	const fault = dice.weigh<Fault | "late" | "stolen">([
		[6, { kind: "delay", milliseconds: dice.between(20, 1500) }],
		// Only a few, because each one holds every caller back.
		[1.5, { kind: "throttle", retry_after: dice.between(0, 2), code: 971 }],
		[0.3, { kind: "throttle", code: 971 }],
		[5, { kind: "reject", status: dice.pick([500, 502, 503]), effect }],
		[5, { kind: "html", status: 502, effect }],
		[5, { kind: "drop_before" }],
		[5, { kind: "drop_after" }],
		[2, { kind: "drop_mid_body" }],
		[3, { kind: "garbage", status: 200, effect }],
		[3, { kind: "empty", status: 200, effect }],
		[0.5, { kind: "hang_before" }],
		[0.5, { kind: "hang_after" }],
		[3, "late"],
		[2, "stolen"],
	]);
	if (fault === "late") return { on: "call", landsAfterMs: dice.between(100, longestLandingMs) };
	if (fault === "stolen") return { on: "call", stolen: true };
	return { on, fault };
}

/** Spread over the first 90% of the deletions, so that some work is left after the last one. */
const spread = (number: number, of: number, deletions: number, dice: Dice): number =>
	Math.floor(((number + dice.next()) / of) * deletions * 0.9);

const strike = (number: number, of: number, deletions: number, dice: Dice): Kill => ({
	afterDeletions: spread(number, of, deletions, dice),
	point: dice.chance(0.3) ? "commit" : dice.pick(points),
	delayMs: dice.chance(0.5) ? 0 : dice.between(1, 40),
});

export function killsOf(seed: number, kills: number, deletions: number): Kill[] {
	const dice = createDice(seed, "kills");
	return Array.from({ length: kills }, (_, number) => strike(number, kills, deletions, dice));
}

/** About every fifth reset switches the release back and forth, ending with today's. */
export function resetsOf(seed: number, resets: number, deletions: number): Reset[] {
	const dice = createDice(seed, "resets");
	const changes = Math.max(2, 2 * Math.floor(resets / 10));
	return Array.from({ length: resets }, (_, number) => {
		const change = Math.floor((number * changes) / resets);
		const isChange = number === Math.ceil((change * resets) / changes);
		const as = isChange ? (change % 2 === 0 ? "next" : "today") : null;
		return { ...strike(number, resets, deletions, dice), as };
	});
}

export function freezesOf(seed: number, freezes: number, deletions: number): Freezing[] {
	const dice = createDice(seed, "freezes");
	return Array.from({ length: freezes }, (_, number) => ({
		afterDeletions: spread(number, freezes, deletions, dice),
		lastsMs: dice.between(5_000, 40_000),
	}));
}

const minuteMs = 60_000;

/** Most are short. A few last up to an hour, the first of them a full hour. */
export function outagesOf(seed: number, short: number, long: number, deletions: number): Outage[] {
	const dice = createDice(seed, "outages");
	const outage = (number: number, of: number, isLong: boolean): Outage => ({
		afterDeletions: spread(number, of, deletions, dice),
		lastsMs: dice.between(4_000, 50_000),
		share: dice.pick([0.3, 1]),
		faults: dice.pick([["refuse"], ["hang"], ["late"], ["refuse", "hang", "late"]] as const),
		old: dice.chance(0.6),
		isLong,
		isDark: false,
	});
	const longOnes = Array.from({ length: long }, (_, number) => ({
		...outage(number, long, true),
		lastsMs: (number === 0 ? 60 : dice.between(12, 60)) * minuteMs,
		share: 1,
		old: number % 2 === 0,
		isDark: number % 2 === 0,
	}));
	const shortOnes = Array.from({ length: short }, (_, number) => outage(number, short, false));
	return [...shortOnes, ...longOnes].toSorted((one, other) => one.afterDeletions - other.afterDeletions);
}
