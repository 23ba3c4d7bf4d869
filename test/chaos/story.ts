// The story of one broken promise: everything that touched the binding or the record, from all sides, in order of time.
import type { Facts } from "./judge/facts.ts";
import type { Breach } from "./judge/verdict.ts";
import type { Seen } from "./witness.ts";

/** Only events this close to the record's own are included. */
const nearMs = 60_000;

export function storyOf({ what, step, ...about }: Breach, facts: Facts): string {
	const { recordId } = about;
	const bindingId = about.bindingId ?? facts.recordById.get(recordId ?? "")?.binding?.id ?? null;
	const records = facts.records.filter(
		({ id, binding }) => id === recordId || (bindingId !== null && binding?.id === bindingId),
	);
	const steps = new Set([step, ...records.map(({ reason }) => reason)]);
	const prefixId = records[0]?.binding?.prefix_id ?? facts.lives.get(bindingId ?? "")?.prefixId;

	const singles = new Set(
		facts.seen.flatMap((one) =>
			one.kind === "arrived" && bindingId !== null && one.bindingId === bindingId ? [one.call] : [],
		),
	);
	const concerns = (one: Seen): boolean => {
		switch (one.kind) {
			case "asked":
			case "told":
				return steps.has(one.step) && isTelling(one);
			case "arrived":
				if (bindingId === null) return false;
				return one.bindingId === bindingId || (one.method !== "DELETE" && one.prefixId === prefixId);
			case "answered":
				return (one.listed?.includes(bindingId ?? "") ?? false) || singles.has(one.call);
			case "deleted":
			case "created":
				return one.bindingId === bindingId;
			case "history_read":
			case "kv_outage":
				return false;
			case "given":
				return one.id === recordId;
			case "kv_fault":
				return records.some(({ id }) => one.key.endsWith(id));
			case "fault":
				return false;
			default:
				return true;
		}
	};
	const isTelling = (one: Seen): boolean => one.kind !== "told" || one.status !== 200 || one.settled || one.id === null;
	const own = records.flatMap(({ id, timeline }) =>
		timeline.map(({ at, ...event }) => ({ atMs: Date.parse(at), text: `record ${id} ${JSON.stringify(event)}` })),
	);
	const times = own.map(({ atMs }) => atMs);
	const isNear = ({ atMs }: { atMs: number }) =>
		times.length === 0 || (atMs >= Math.min(...times) - nearMs && atMs <= Math.max(...times) + nearMs);
	const seen = facts.seen.filter((one) => concerns(one) && isNear(one));
	const lines = [...own, ...seen.map(({ atMs, ...one }) => ({ atMs, text: short(one, bindingId) }))]
		.toSorted((one, other) => one.atMs - other.atMs)
		.map(({ atMs, text }) => `  ${new Date(atMs).toISOString().slice(11, 23)}  ${text}`);
	return [`  ${what} (binding ${bindingId}, record ${recordId})`, ...lines].join("\n");
}

/** Replaces a long list by whether the binding is on it. */
function short(one: Record<string, unknown>, bindingId: string | null): string {
	const { listed, askedAtMs: _, restorationAskedAt: __, ...rest } = one;
	const shown = Array.isArray(listed) ? { ...rest, shows: listed.includes(bindingId) } : rest;
	const told = Object.entries(shown).filter(([, value]) => value !== null);
	return JSON.stringify(Object.fromEntries(told));
}
