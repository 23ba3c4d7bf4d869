// When the process should end. Signals belong to the process itself, but miniflare takes them when it is constructed
// and exits with an error code. Its `exit` hook, which kills the runtime, stays.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function onSignals(act: () => void): void {
	for (const signal of signals) process.on(signal, act);
}

/**
 * npm runs a script in a shell that dies of a SIGTERM without passing it on, so the sandbox would live on as an orphan
 * and keep its port. Only under npm: started from a shell, the sandbox may outlive it.
 */
export function onParentGone(act: () => void): void {
	if (process.env.npm_lifecycle_event === undefined) return;
	const parent = process.ppid;
	const watch = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(watch);
		act();
	}, 250);
	watch.unref();
}

/** Runs `make`, then removes the signal listeners it added. */
export function withoutSignalListeners<Made>(make: () => Made): Made {
	const before = signals.map((signal) => new Set<unknown>(process.listeners(signal)));
	const made = make();
	for (const [index, signal] of signals.entries()) {
		for (const listener of process.listeners(signal)) {
			if (!before[index]?.has(listener)) process.off(signal, listener);
		}
	}
	return made;
}
