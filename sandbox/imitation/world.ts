// The account's state as time goes by: what it is now, what it was for a read that lags, and bindings that become active. It
// knows no request and no rule of the API.
import * as v from "valibot";
import { type Behaviour, lagMsOf } from "./behaviour.ts";
import { createPast, type Past } from "./past.ts";
import { beginSettling, settle } from "./settling.ts";
import { freshState, type State, type StateInput, stateSchema } from "./state.ts";

interface Surroundings {
	state?: StateInput | undefined;
	now: () => number;
	behaviour: () => Behaviour;
	/** Comes before the lags of the behaviour. */
	lagMs?: ((path: string) => number) | undefined;
	onChange?: ((state: State) => void) | undefined;
}

export interface World {
	/** The present, which a change may act on. */
	present(): State;
	/** The state for a read of that path, which may be a past one. */
	seenFrom(path: string): State;
	/** After a change of the present. New bindings begin to settle. */
	changed(newBindingIds?: string[]): void;
	snapshot(): State;
	replace(state: StateInput, newBindingIds?: string[]): void;
	/** The fixed account, without a past. */
	reset(): void;
	/** From now on the past is kept, for reads that lag. */
	keepPast(): void;
}

const read = (state: StateInput): State => v.parse(stateSchema, structuredClone(state));

export function createWorld({ state: given, now, behaviour, lagMs, onChange }: Surroundings): World {
	let state = given ? read(given) : freshState();
	const snapshot = () => structuredClone(state);
	const freshPast = () => (lagMs === undefined ? null : createPast(now, snapshot()));
	let past: Past | null = freshPast();
	const keep = (fromMs?: number) => {
		past?.keep(snapshot(), fromMs);
		onChange?.(snapshot());
	};
	const present = (): State => {
		settle(state, now(), keep);
		return state;
	};
	function changed(newBindingIds: string[] = []): void {
		const { settling_seconds: seconds } = behaviour();
		if (seconds !== null) beginSettling(state, newBindingIds, now() + seconds * 1000);
		keep();
	}

	return {
		present,
		seenFrom(path) {
			const current = present();
			const ms = lagMs?.(path) || lagMsOf(behaviour(), path);
			return (ms > 0 ? past?.at(now() - ms) : null) ?? current;
		},
		changed,
		snapshot() {
			present();
			return snapshot();
		},
		replace(input, newBindingIds) {
			state = read(input);
			changed(newBindingIds);
		},
		reset() {
			state = freshState();
			past = freshPast();
			keep();
		},
		keepPast() {
			past ??= createPast(now, snapshot());
		},
	};
}
