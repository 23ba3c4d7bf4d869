// KV can hang, so every call to it gets a time limit here. The call itself can't be cancelled: a write that timed out may
// still take effect later.

export class KvTimeout extends Error {}

/** Rejects with a `KvTimeout` if the work takes longer. */
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
