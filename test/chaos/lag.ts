// How far Cloudflare's reads lag behind its own answers, each by its own amount.
import type { Dice } from "./dice.ts";
import { longestLandingMs } from "./schedule.ts";

/** How long after a call was sent Cloudflare's answers agree with each other. */
export const lagBoundMs = 120_000;
/** Leaves room within the bound for late calls and a busy machine. */
const longestLagMs = lagBoundMs - longestLandingMs - 9_000;

export const lagOf = (dice: Dice): number =>
	dice.weigh([
		[4, 0],
		[3, dice.between(0, 15_000)],
		[3, dice.between(0, longestLagMs)],
	]);
