// Limits how much of one caller's work an isolate does at once, because all requests of an isolate share one thread. Work that is
// refused here has not begun.

import { fail, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { forgottenAfterMs, lateByMs, lookAgainMs, readTurns } from "../limits.ts";
import { failureProblem, type LedgerFailure, tooManyReads } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";

interface Turns {
	atOnce: number;
	waitingAtMost: number;
	longestWaitMs: number;
	/** While requests wait, one begins this often. A caller that sends one request at a time never waits. */
	gapMs: number;
}

/** When each began. */
type Entries = Set<{ atMs: number }>;
interface Lane {
	working: Entries;
	waiting: Entries;
	lastBegunMs: number;
}

/** In this isolate. */
const lanes = new Map<string, Lane>();

/** Does the work when it is the lane's turn; null if too much waits already, or the turn did not come in time. */
export async function takeTurn<Value>(name: string, turns: Turns, work: () => Promise<Value>): Promise<Value | null> {
	const lane = lanes.get(name) ?? { working: new Set(), waiting: new Set(), lastBegunMs: 0 };
	lanes.set(name, lane);
	const isFirst = count(lane.waiting) === 0;
	const leave = (isFirst ? tryBegin(lane, turns) : null) ?? (await waitedFor(lane, turns));
	try {
		return leave === null ? null : await work();
	} finally {
		leave?.();
		if (lane.working.size === 0 && lane.waiting.size === 0) lanes.delete(name);
	}
}

/** Reads from the Ledger when it is the caller's turn. @param what each kind of read has its own lane. */
export async function readInTurn<Value>(
	what: string,
	{ caller }: Context,
	read: () => Promise<Result<Value, LedgerFailure>>,
): Promise<Result<Value, Problem>> {
	const known = await takeTurn(`${what}/${caller}`, readTurns, read);
	if (known === null) return fail(tooManyReads);
	return known.ok ? known : fail(failureProblem(known.failure));
}

/** Each waits on its own timer, so an abandoned request cannot hold up another. */
async function waitedFor(lane: Lane, turns: Turns): Promise<(() => void) | null> {
	const stopWaiting = tryEnter(lane.waiting, turns.waitingAtMost);
	if (stopWaiting === null) {
		await late();
		return null;
	}
	const untilMs = Date.now() + turns.longestWaitMs;
	let leave: (() => void) | null = null;
	while (leave === null && Date.now() < untilMs) {
		await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
		if (performance.now() - lane.lastBegunMs >= turns.gapMs) leave = tryBegin(lane, turns);
	}
	stopWaiting();
	return leave;
}

function tryBegin(lane: Lane, { atOnce }: Turns): (() => void) | null {
	const leave = tryEnter(lane.working, atOnce);
	if (leave !== null) lane.lastBegunMs = performance.now();
	return leave;
}

/** Returns how to leave again; null if it is full. */
function tryEnter(entries: Entries, atMost: number): (() => void) | null {
	if (count(entries) >= atMost) return null;
	const one = { atMs: performance.now() };
	entries.add(one);
	return () => entries.delete(one);
}

function count(entries: Entries): number {
	const nowMs = performance.now();
	for (const one of entries) if (nowMs - one.atMs > forgottenAfterMs) entries.delete(one);
	return entries.size;
}

export const late = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, lateByMs));
