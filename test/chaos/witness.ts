// Notes what happened, in order, as seen from outside: by the callers, at Cloudflare's door, inside the imitation and
// at the runtime. It judges nothing.
import type { Point } from "./schedule.ts";

/** An answer to a caller. `id` and `state` are the record's, if the answer shows them. */
export interface Told {
	status: number;
	code: string | null;
	id: string | null;
	state: string | null;
	settled: boolean;
	bindingId: string | null;
	restoration: string | null;
	restorationAskedAt: string | null;
}

export type Happening =
	| {
			kind: "asked";
			caller: string;
			step: string;
			what: "deletion" | "restoration" | "approval" | "cancellation" | "resolution";
			target: string;
			/** Nothing may be deleted, because it is a dry run or has another plan's ETag. */
			isForbidden?: boolean;
	  }
	| ({
			kind: "told";
			caller: string;
			step: string;
			what: "deletion" | "restoration" | "approval" | "cancellation" | "resolution" | "record" | "history" | "freeze";
			askedAtMs: number;
			/** The id in the path. */
			about: string | null;
	  } & Told)
	/** An id that a caller got in some other way than in an answer. */
	| { kind: "given"; step: string; id: string }
	| {
			kind: "history_read";
			askedAtMs: number;
			/** Only this binding's history. */
			binding: string | null;
			rows: { id: string; state: string }[];
			isWhole: boolean;
	  }
	/** A call reached Cloudflare; `call` is its number. */
	| { kind: "arrived"; call: number; method: string; prefixId: string | null; bindingId: string | null }
	/** `listed`: the ids in a complete list. `found`: whether a single read showed the binding. */
	| { kind: "answered"; call: number; status: number | null; listed: string[] | null; found: boolean | null }
	| { kind: "deleted" | "created"; bindingId: string; prefixId: string; cidr: string; by: "call" | "others" }
	/** A message reached a destination. */
	| { kind: "notified"; destination: string; id: string | null; body: string; isTaken: boolean }
	| { kind: "fault"; on: string; fault: string }
	| { kind: "kv_fault"; fault: string; on: string; key: string }
	| { kind: "kv_outage"; lastsMs: number }
	| { kind: "clock_moved"; ms: number }
	| { kind: "freeze_asked" | "freeze_turned"; to: "on" | "off" }
	| { kind: "frozen_by_watch" }
	| { kind: "killed"; point: Point }
	| { kind: "reset"; point: Point; as: "next" | "today" | null }
	| { kind: "back" }
	| { kind: "faults_ended" }
	| { kind: "calm" };

export type Seen = Happening & { atMs: number };

export interface Witness {
	note(happening: Happening): void;
	all(): readonly Seen[];
	/** The latest records that callers heard were settled. */
	settledLately(atMost: number): { id: string; bindingId: string | null }[];
}

export function createWitness(now: () => number): Witness {
	const seen: Seen[] = [];
	const settled: { id: string; bindingId: string | null }[] = [];
	return {
		note(happening) {
			seen.push({ atMs: now(), ...happening });
			if (happening.kind !== "told" || !happening.settled || happening.id === null) return;
			settled.push({ id: happening.id, bindingId: happening.bindingId });
		},
		all: () => seen,
		settledLately: (atMost) => settled.slice(-atMost),
	};
}
