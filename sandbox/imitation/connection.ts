// A broken connection, and a gate that holds requests. `handle` cannot break a connection itself: it throws, and
// node-handler.ts, which owns the socket, destroys it.

const name = "ConnectionDropped";

export function connectionDropped(): Error {
	return Object.assign(new Error("the connection was dropped"), { name });
}

export function isConnectionDropped(error: unknown): boolean {
	return error instanceof Error && error.name === name;
}

export interface Gate {
	/** Resolves when the gate opens. Rejects when it breaks or the caller has gone away. */
	pass(signal: AbortSignal): Promise<void>;
	/** Lets all waiting requests continue. */
	open(): void;
	/** Drops the connections of all waiting requests. */
	break(): void;
}

export function createGate(): Gate {
	const waiting = new Set<{ goOn: () => void; drop: () => void }>();
	return {
		pass(signal) {
			return new Promise((resolve, reject) => {
				const leave = (then: () => void) => () => {
					waiting.delete(one);
					signal.removeEventListener("abort", one.drop);
					then();
				};
				const one = { goOn: leave(resolve), drop: leave(() => reject(connectionDropped())) };
				waiting.add(one);
				signal.addEventListener("abort", one.drop);
				if (signal.aborted) one.drop();
			});
		},
		open() {
			for (const one of [...waiting]) one.goOn();
		},
		break() {
			for (const one of [...waiting]) one.drop();
		},
	};
}
