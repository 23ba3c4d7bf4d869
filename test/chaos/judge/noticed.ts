// Seen: every binding that disappears without unbind is on record exactly once, by the watch or by a request that named it,
// within one interval and three minutes, as soon as it is calm. The watch records no other loss.
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import { claimedAtMs, claimOf, type Facts, type Life } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

const slackMs = 180_000;

export function noticed({ seen, records, recordsOf, lives, watchIntervalMs, inventory }: Facts): Verdict {
	const { verdict, look } = createBench();
	const calmFromMs = seen.find(({ kind }) => kind === "faults_ended")?.atMs ?? 0;
	const restored = new Set(
		records.flatMap(({ restoration }) => (restoration?.state === "restored" ? [restoration.binding_id] : [])),
	);

	for (const record of records) {
		if (record.elsewhere === undefined) continue;
		const { goneBy, goneAtMs } = lives.get(record.binding?.id ?? "") ?? { goneBy: null, goneAtMs: null };
		const isReal = goneBy === "others" && (goneAtMs ?? 0) <= Date.parse(record.elsewhere.noticed_at);
		const truth = goneBy === "call" ? "unbind had deleted it" : "it was there";
		look(isReal ? null : `the watch recorded its loss, and ${truth}`, about(record.binding?.id, record.id));
	}
	for (const life of lives.values()) {
		const { bindingId, goneBy, goneAtMs } = life;
		const isGone = inventory.get(bindingId);
		if (goneAtMs === null)
			look(isGone === false ? null : "it is there, and the watch does not know it", about(bindingId));
		else if (isGone !== undefined)
			look(isGone ? null : "it is gone, and the watch believes it is there", about(bindingId));
		if (goneBy !== "others" || goneAtMs === null) continue;
		const [told, others] = parted(recordsOf.get(bindingId) ?? []);
		if (told.length === 0 && !isKnown(life)) continue;
		const [first] = told;
		look(
			told.length === 1 ? null : `it disappeared without unbind, and ${told.length} records say so`,
			about(bindingId),
		);
		if (first === undefined) continue;
		// As long as a request for the binding waits, the loss is its to report.
		const waitedMs = others.map(({ settled_at }) => Date.parse(settled_at ?? first.created_at));
		const lateMs = claimedAtMs(first) - Math.max(goneAtMs, calmFromMs, ...waitedMs) - watchIntervalMs - slackMs;
		look(
			lateMs <= 0 ? null : `its loss was noticed ${Math.ceil(lateMs / 1000)} s too late`,
			about(bindingId, first.id),
		);
	}
	return verdict;

	/** Whether unbind has to know of it: it was there when the watch began, unbind created it, or a look has shown it. */
	function isKnown({ bindingId, bornAtMs }: Life): boolean {
		return bornAtMs === null || restored.has(bindingId) || inventory.has(bindingId);
	}
}

/** The records that say it is gone, and the others. */
function parted(records: readonly Deletion[]): [told: Deletion[], others: Deletion[]] {
	const { told = [], others = [] } = Object.groupBy(records, (one) => (claimOf(one) === null ? "others" : "told"));
	return [told, others];
}

const about = (bindingId: string | null = null, recordId: string | null = null) => ({ bindingId, recordId });
