// KV may hang: every call to it ends here after some time. The call itself cannot be called off, so a write that has
// timed out may still take effect later.

/** For people who wait: the Ledger has the last week. */
export const readLimitMs = 3000;
export const writeLimitMs = 10_000;

export class KvTimeout extends Error {}

/** Rejects with a `KvTimeout` when the work takes longer. */
export async function limited<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeUp = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new KvTimeout(`KV did not answer within ${limitMs} ms`)), limitMs);
	});
	try {
		return await Promise.race([work, timeUp]);
	} finally {
		clearTimeout(timer);
	}
}
