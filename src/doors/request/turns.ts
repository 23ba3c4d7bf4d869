// Limits how many history pages a caller reads from KV at once. A filter that matches little walks thousands of keys, and all
// requests of an isolate share one thread.

const atOnce = 2;
const waitingAtMost = 30;
const longestWaitMs = 5000;
const lookAgainMs = 25;
/** A request whose caller hung up may never finish; after this long it no longer counts. */
const forgottenAfterMs = 15_000;

/** When each read started. */
type Lane = Set<{ atMs: number }>;

/** By caller, in this isolate. */
const lanes = new Map<string, { reading: Lane; waiting: Lane }>();

/** Reads a page when it is the caller's turn; null if that takes over five seconds. */
export async function takeTurn<Value>(caller: string, read: () => Promise<Value>): Promise<Value | null> {
	const { reading, waiting } = lanes.get(caller) ?? { reading: new Set(), waiting: new Set() };
	lanes.set(caller, { reading, waiting });
	const leave = entered(reading, atOnce) ?? (await waitedFor(reading, waiting));
	if (leave === null) return null;
	try {
		return await read();
	} finally {
		leave();
		if (reading.size === 0 && waiting.size === 0) lanes.delete(caller);
	}
}

/** Each waits on its own timer, so an abandoned request cannot hold up another. */
async function waitedFor(reading: Lane, waiting: Lane): Promise<(() => void) | null> {
	const stopWaiting = entered(waiting, waitingAtMost);
	if (stopWaiting === null) return null;
	const untilMs = Date.now() + longestWaitMs;
	let leave: (() => void) | null = null;
	while (leave === null && Date.now() < untilMs) {
		await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
		leave = entered(reading, atOnce);
	}
	stopWaiting();
	return leave;
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
