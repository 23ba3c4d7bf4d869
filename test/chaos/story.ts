// The story of one broken promise: everything that touched the binding or the record, from all sides, in the order of
// time.
import type { Facts } from "./judge/facts.ts";
import type { Breach } from "./judge/verdict.ts";
import type { Seen } from "./witness.ts";

/** Kills and lists of the prefix are told as far as they are near. */
const nearMs = 5000;

export function storyOf({ what, bindingId, recordId }: Breach, facts: Facts): string {
	const records = facts.records.filter(
		({ id, binding }) => id === recordId || (bindingId !== null && binding?.id === bindingId),
	);
	const steps = new Set(records.map(({ reason }) => reason));
	const prefixId = records[0]?.binding?.prefix_id ?? facts.lives.get(bindingId ?? "")?.prefixId;

	const concerns = (one: Seen): boolean => {
		switch (one.kind) {
			case "asked":
			case "told":
				return steps.has(one.step);
			case "arrived":
				return one.bindingId === bindingId || (one.method !== "DELETE" && one.prefixId === prefixId);
			case "answered":
				return one.listed?.includes(bindingId ?? "") ?? false;
			case "deleted":
			case "created":
				return one.bindingId === bindingId;
			case "kv_refused":
				return records.some(({ id }) => one.key.endsWith(id));
			case "fault":
				return false;
			default:
				return true;
		}
	};
	const own = records.flatMap(({ id, timeline }) =>
		timeline.map(({ at, ...event }) => ({ atMs: Date.parse(at), text: `record ${id} ${JSON.stringify(event)}` })),
	);
	const times = own.map(({ atMs }) => atMs);
	const isNear = ({ atMs }: { atMs: number }) =>
		times.length === 0 || (atMs >= Math.min(...times) - nearMs && atMs <= Math.max(...times) + nearMs);
	const seen = facts.seen.filter((one) => concerns(one) && isNear(one));
	const lines = [...own, ...seen.map(({ atMs, ...one }) => ({ atMs, text: JSON.stringify(one) }))]
		.toSorted((one, other) => one.atMs - other.atMs)
		.map(({ atMs, text }) => `  ${new Date(atMs).toISOString().slice(11, 23)}  ${text}`);
	return [`  ${what} (binding ${bindingId}, record ${recordId})`, ...lines].join("\n");
}
