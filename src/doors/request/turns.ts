// Limits how much of one caller's work an isolate does at once, so that nobody holds up the others: all requests of an isolate
// share one thread. What is refused here was not begun.

export interface Turns {
	atOnce: number;
	waitingAtMost: number;
	longestWaitMs: number;
}
/** A filter that matches little walks thousands of keys; a status counts the rows of the Ledger. */
export const readTurns: Turns = { atOnce: 2, waitingAtMost: 30, longestWaitMs: 5000 };

const lookAgainMs = 25;
/** A request whose caller hung up may never finish; after this long it no longer counts. */
const forgottenAfterMs = 15_000;

/** When each turn began. */
type Lane = Set<{ atMs: number }>;

/** In this isolate. */
const lanes = new Map<string, { working: Lane; waiting: Lane }>();

/** Does the work when it is the lane's turn; null if it was not begun, as too much waits or the turn did not come. */
export async function takeTurn<Value>(
	name: string,
	{ atOnce, waitingAtMost, longestWaitMs }: Turns,
	work: () => Promise<Value>,
): Promise<Value | null> {
	const { working, waiting } = lanes.get(name) ?? { working: new Set(), waiting: new Set() };
	lanes.set(name, { working, waiting });
	const leave = entered(working, atOnce) ?? (await waitedFor());
	try {
		return leave === null ? null : await work();
	} finally {
		leave?.();
		if (working.size === 0 && waiting.size === 0) lanes.delete(name);
	}

	/** Each waits on its own timer, so an abandoned request cannot hold up another. */
	async function waitedFor(): Promise<(() => void) | null> {
		const stopWaiting = entered(waiting, waitingAtMost);
		if (stopWaiting === null) return null;
		const untilMs = Date.now() + longestWaitMs;
		let entry: (() => void) | null = null;
		while (entry === null && Date.now() < untilMs) {
			await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
			entry = entered(working, atOnce);
		}
		stopWaiting();
		return entry;
	}
}

/** Enters the lane and returns how to leave it; null if it is full. */
function entered(lane: Lane, atMost: number): (() => void) | null {
	const nowMs = Date.now();
	for (const one of lane) if (nowMs - one.atMs > forgottenAfterMs) lane.delete(one);
	if (lane.size >= atMost) return null;
	const one = { atMs: nowMs };
	lane.add(one);
	return () => lane.delete(one);
}
