// Arranges the evidence for the judge's look-ups: calls with their answers, bindings with their lives, records with
// what they claim. It judges nothing.
import type { Deletion, TimelineEvent } from "../../../src/deletion/record/deletion.ts";
import type { Evidence } from "../evidence.ts";
import type { Seen } from "../witness.ts";

export interface Call {
	/** The position of the call, and of its answer, among everything that was seen. */
	order: number;
	answeredOrder: number;
	atMs: number;
	answeredAtMs: number;
	method: string;
	prefixId: string | null;
	bindingId: string | null;
	/** The ids in its answer, if that was a complete list. */
	listed: string[] | null;
	/** Whether the answer to a read of one binding showed it. */
	found: boolean | null;
}

export interface Life {
	bindingId: string;
	prefixId: string;
	cidr: string;
	/** Null for a binding that was there from the start. */
	bornAtMs: number | null;
	bornBy: "call" | "others" | null;
	goneAtMs: number | null;
	goneBy: "call" | "others" | null;
}

export interface Facts extends Evidence {
	calls: Call[];
	/** By binding id. */
	lives: ReadonlyMap<string, Life>;
	deletesOf: ReadonlyMap<string, Call[]>;
	recordsOf: ReadonlyMap<string, Deletion[]>;
	/** Includes ids that became aliases. */
	recordById: ReadonlyMap<string, Deletion>;
	/** The requests of each step, by the step's name. */
	asked: ReadonlyMap<string, (Seen & { kind: "asked" })[]>;
}

export function factsOf(evidence: Evidence): Facts {
	const calls = callsIn(evidence.seen);
	const deletes = calls.filter(({ method }) => method === "DELETE");
	const asked = evidence.seen.filter((one) => one.kind === "asked");
	return {
		...evidence,
		calls,
		lives: livesIn(evidence),
		deletesOf: Map.groupBy(deletes, ({ bindingId }) => bindingId ?? ""),
		recordsOf: Map.groupBy(evidence.records, ({ binding }) => binding?.id ?? ""),
		recordById: new Map([...recordsGiven(evidence), ...evidence.records.map((record) => [record.id, record] as const)]),
		asked: Map.groupBy(asked, ({ step }) => step),
	};
}

const recordsGiven = ({ given }: Evidence) =>
	[...given].flatMap(([id, record]) => (record === null ? [] : [[id, record] as const]));

function callsIn(seen: readonly Seen[]): Call[] {
	const calls = new Map<number, Call>();
	for (const [order, one] of seen.entries()) {
		if (one.kind === "arrived") {
			const { atMs, method, prefixId, bindingId } = one;
			const never = {
				answeredOrder: Number.POSITIVE_INFINITY,
				answeredAtMs: Number.POSITIVE_INFINITY,
				listed: null,
				found: null,
			};
			calls.set(one.call, { order, atMs, method, prefixId, bindingId, ...never });
		}
		const call = one.kind === "answered" ? calls.get(one.call) : undefined;
		if (one.kind === "answered" && call !== undefined) {
			const { listed, found } = one;
			Object.assign(call, { answeredOrder: order, answeredAtMs: one.atMs, listed, found });
		}
	}
	return [...calls.values()];
}

const unchanged = { bornAtMs: null, bornBy: null, goneAtMs: null, goneBy: null };

/** Bindings that were neither created nor deleted are known only if a record names them. */
function livesIn({ seen, records }: Evidence): Map<string, Life> {
	const lives = new Map<string, Life>();
	for (const { binding } of records) {
		if (binding === null) continue;
		const { id: bindingId, prefix_id: prefixId, cidr } = binding;
		lives.set(bindingId, { bindingId, prefixId, cidr, ...unchanged });
	}
	for (const one of seen) {
		if (one.kind !== "created" && one.kind !== "deleted") continue;
		const { bindingId, prefixId, cidr, by } = one;
		const life = lives.get(bindingId) ?? { bindingId, prefixId, cidr, ...unchanged };
		const change = one.kind === "created" ? { bornAtMs: one.atMs, bornBy: by } : { goneAtMs: one.atMs, goneBy: by };
		lives.set(bindingId, { ...life, ...change });
	}
	return lives;
}

const asksBack = ({ event }: TimelineEvent): boolean => event === "restoration_requested";

/** The timeline up to the first restoration. */
export function wayThere({ timeline }: Deletion): TimelineEvent[] {
	const end = timeline.findIndex(asksBack);
	return end === -1 ? timeline : timeline.slice(0, end);
}

/** From the first restoration on. */
export const wayBack = (record: Deletion): TimelineEvent[] => record.timeline.slice(wayThere(record).length);

const claims = ["deleted", "already_gone", "deleted_elsewhere"] as const;
type Claim = (typeof claims)[number];

/** The outcome of the deletion according to the record, whatever happened later. */
export function claimOf(record: Deletion): Claim | null {
	const word = wayThere(record).findLast(({ event }) => claims.some((claim) => claim === event))?.event;
	return claims.find((claim) => claim === word) ?? null;
}

/** When the record says that it happened. */
export const claimedAtMs = (record: Deletion): number =>
	Date.parse(wayThere(record).findLast(({ event }) => event === claimOf(record))?.at ?? "");

export const sentAt = (events: readonly TimelineEvent[]): number[] =>
	events.filter(({ event }) => event === "sent").map(({ at }) => Date.parse(at));
