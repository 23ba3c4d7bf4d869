// What the replay has to reach, and what it reached. Pure.
import { intervalsOf } from "../../src/watch/pace.ts";
import type { Bound } from "./account.ts";
import type { Call, Kind } from "./cloudflare.ts";
import type { Seen } from "./run.ts";

export interface Bar {
	bar: string;
	/** What was measured. */
	found: string;
	isReached: boolean;
}

const slackMs = 180_000;
const callsEach = 1.5;

/** @param callsAKill for what a kill interrupts: nothing in a large account, where it does not count. */
export function barsOf(seen: Seen, callsAKill = 0): Bar[] {
	const { lost, intervalMs, lostAtMs, recordedAtMs, frozenAtMs, calls, states, kills } = seen;
	const within = intervalMs + slackMs;
	const lastMs = recordedAtMs.length < lost.length ? Number.POSITIVE_INFINITY : Math.max(...recordedAtMs) - lostAtMs;
	const frozenMs = frozenAtMs === null ? Number.POSITIVE_INFINITY : frozenAtMs - lostAtMs;
	const created = calls.flatMap((call) => call.created ?? []);
	const back = lost.filter((one) => seen.present.some((other) => isSame(one, other))).length;
	const settled = seen.restorations.reduce((sum, { counts }) => sum + counts.restored, 0);
	const twice = created.length - new Set(created.map(({ prefixId, cidr }) => `${prefixId} ${cidr}`)).size;
	const spent = spentOn(seen);
	const callsAtMost = callsEach * lost.length + seen.size.prefixes + callsAKill * kills.struck;
	const late = servedLate(seen);
	const isElsewhere = states.filter((state) => state !== "restored").length;
	return [
		{
			bar: `all losses on record within one interval and three minutes (${minutes(within)})`,
			found: `${recordedAtMs.length} of ${lost.length}, the last after ${minutes(lastMs)}`,
			isReached: lastMs <= within,
		},
		{
			bar: "deletions frozen within the same time",
			found: minutes(frozenMs),
			isReached: frozenMs <= within,
		},
		{
			bar: `${lost.length} of ${lost.length} restored`,
			found: `${back} are back, ${settled} by unbind`,
			isReached: back === lost.length && settled === lost.length,
		},
		{ bar: "none twice", found: `${created.length} created, ${twice} of them twice`, isReached: twice === 0 },
		{
			bar: `at most ${callsEach} calls a binding and one list a prefix (${callsAtMost})`,
			found: `${spent.calls}, of ${spent.all} calls; the watch's share is ${spent.all - spent.calls}`,
			isReached: spent.calls <= callsAtMost,
		},
		{
			bar: "prefixes without any binding first, and in each the least specific one",
			found: `${late.prefixes} prefixes late, ${late.bindings} bindings out of order`,
			isReached: late.prefixes === 0 && late.bindings === 0,
		},
		{
			bar: `${kills.wanted} kills of the runtime on the way`,
			found: `${kills.struck}`,
			isReached: kills.struck === kills.wanted,
		},
		{
			bar: "nothing else on record, after the watch has looked at everything again",
			found: `${states.length} records, ${isElsewhere} not restored`,
			isReached: states.length === lost.length && isElsewhere === 0,
		},
	];
}

const isSame = (one: Bound, other: Bound): boolean =>
	one.prefixId === other.prefixId && one.cidr === other.cidr && one.serviceId === other.serviceId;

export const isReached = (bars: readonly Bar[]): boolean => bars.every((bar) => bar.isReached);

export const countsOf = (calls: readonly Call[]): [kind: Kind, calls: number, refused: number][] =>
	[...Map.groupBy(calls, ({ kind }) => kind)].map(([kind, some]) => [
		kind,
		some.length,
		some.filter(({ status }) => status === 429).length,
	]);

const isOfTheWatch: readonly Kind[] = ["page of the audit log", "read of what a prefix announces"];

/** The calls that the restorations took. Meanwhile the watch goes on looking, at its own pace. */
function spentOn({ size, calls, watchMinutes, restoreAtMs, restoredAtMs }: Seen) {
	const { periodMs } = intervalsOf(watchMinutes * 60_000, size.prefixes);
	const sweeps = Math.round(((1 + size.prefixes) * (restoredAtMs - restoreAtMs)) / periodMs);
	const others = calls.filter(({ kind }) => isOfTheWatch.includes(kind)).length;
	return { all: calls.length, calls: calls.length - sweeps - others };
}

/** Prefixes without a binding whose turn came after that of a prefix that had one, and bindings created before a wider one. */
function servedLate({ calls, kept }: Seen): { prefixes: number; bindings: number } {
	const had = new Set(kept.map(({ prefixId }) => prefixId));
	const posts = calls.filter(({ kind }) => kind === "creation");
	const turns = [...new Set(posts.map(({ prefixId }) => prefixId ?? ""))];
	const first = turns.findIndex((prefixId) => had.has(prefixId));
	const prefixes = first === -1 ? 0 : turns.slice(first).filter((prefixId) => !had.has(prefixId)).length;
	const created = Map.groupBy(
		calls.flatMap((call) => call.created ?? []),
		({ prefixId }) => prefixId,
	);
	const lengths = [...created.values()].map((some) => some.map(({ cidr }) => Number(cidr.split("/")[1])));
	const bindings = lengths.reduce(
		(sum, some) => sum + some.filter((length, index) => length < (some[index - 1] ?? length)).length,
		0,
	);
	return { prefixes, bindings };
}

export const minutes = (ms: number): string =>
	Number.isFinite(ms) ? `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s` : "never";
