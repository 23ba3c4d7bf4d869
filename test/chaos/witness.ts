// What happened, in order, as it was seen from outside: by the callers, at Cloudflare's door, inside the imitation, at
// the runtime. It notes and judges nothing.
import type { Point } from "./schedule.ts";

/** An answer to a caller. `id` and `state` are the record's, where the answer shows them. */
export interface Told {
	status: number;
	code: string | null;
	id: string | null;
	state: string | null;
	settled: boolean;
	restoration: string | null;
}

export type Happening =
	| { kind: "asked"; caller: string; step: string; what: "deletion" | "restoration" | "approval"; target: string }
	| ({ kind: "told"; caller: string; step: string; what: "deletion" | "restoration" | "approval" | "record" } & Told)
	/** A call has come to Cloudflare; `call` counts them. */
	| { kind: "arrived"; call: number; method: string; prefixId: string | null; bindingId: string | null }
	/** `listed`: the ids in an answer that was a whole list. */
	| { kind: "answered"; call: number; status: number | null; listed: string[] | null }
	| { kind: "deleted" | "created"; bindingId: string; prefixId: string; cidr: string; by: "call" | "others" }
	| { kind: "fault"; on: string; fault: string }
	| { kind: "kv_refused"; key: string; written: boolean }
	| { kind: "killed"; point: Point }
	| { kind: "back" }
	| { kind: "faults_ended" }
	| { kind: "calm" };

export type Seen = Happening & { atMs: number };

export interface Witness {
	note(happening: Happening): void;
	all(): readonly Seen[];
}

export function createWitness(): Witness {
	const seen: Seen[] = [];
	return {
		note: (happening) => void seen.push({ atMs: Date.now(), ...happening }),
		all: () => seen,
	};
}
