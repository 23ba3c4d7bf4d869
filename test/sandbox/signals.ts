// When the process shall end. Signals belong to whoever runs it: miniflare takes them when it is
// constructed, and ends the process with an error code; its hook on `exit`, which kills the
// runtime, stays.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function onSignals(act: () => void): void {
	for (const signal of signals) process.on(signal, act);
}

/**
 * npm runs a script in a shell, and that shell dies of a SIGTERM without passing it on: the sandbox
 * would live on as an orphan and keep its port. Only for npm: from a shell it may go on alone.
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

/** Runs `make`, and removes the listeners for signals that it has added. */
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
