// Counts what comes in within a window, and says for how long no more is taken after too much of it. In memory: a restart
// forgets it.

export type CallLimit = ReturnType<typeof createCallLimit>;

export function createCallLimit(atMost: number, windowMs: number) {
	const windows = new Map<string, { sinceMs: number; count: number }>();
	const present = (key: string, nowMs: number) => {
		const window = windows.get(key);
		return window !== undefined && nowMs - window.sinceMs < windowMs ? window : null;
	};
	return {
		count(key: string, nowMs: number): void {
			const window = present(key, nowMs);
			if (window !== null) {
				window.count += 1;
				return;
			}
			for (const [other, { sinceMs }] of windows) if (nowMs - sinceMs >= windowMs) windows.delete(other);
			windows.set(key, { sinceMs: nowMs, count: 1 });
		},
		/** 0 if it is not blocked. The window ends the block by itself. */
		blockedMs(key: string, nowMs: number): number {
			const window = present(key, nowMs);
			return window === null || window.count < atMost ? 0 : window.sinceMs + windowMs - nowMs;
		},
	};
}
