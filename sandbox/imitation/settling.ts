// How a new binding comes to be `active`: some time after it was created. It only looks at bindings that began to settle, so
// that one which was provisioning from the start stays so.
import type { State } from "./state.ts";

/** Notes that these bindings became, or will become, active at that time. */
export function beginSettling(state: State, bindingIds: string[], atMs: number): void {
	for (const id of bindingIds) state.settling = { ...state.settling, [id]: new Date(atMs).toISOString() };
}

/**
 * Makes what has settled by now active, one moment at a time, so that the past shows each when it was due.
 * `settledAt` is called after each moment.
 */
export function settle(state: State, nowMs: number, settledAt: (atMs: number) => void): void {
	const due = Object.entries(state.settling ?? {}).filter(([, at]) => Date.parse(at) <= nowMs);
	for (const at of [...new Set(due.map(([, time]) => time))].sort()) {
		const ids = new Set(due.filter(([, time]) => time === at).map(([id]) => id));
		for (const { bindings } of state.prefixes)
			for (const binding of bindings) if (ids.has(binding.id)) binding.provisioning = { state: "active" };
		state.settling = Object.fromEntries(Object.entries(state.settling ?? {}).filter(([id]) => !ids.has(id)));
		settledAt(Date.parse(at));
	}
}
