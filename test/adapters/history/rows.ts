// Records and rows for the history's tests, and their keys in KV.
import { metadataOf } from "../../../src/adapters/history/keys.ts";
import { doors } from "../../../src/deletion/actor.ts";
import { type Deletion, type Summary, states, summaryOf } from "../../../src/deletion/deletion.ts";
import type { HistoryFilter } from "../../../src/deletion/history.ts";
import { newRecordId } from "../../../src/deletion/record-id.ts";
import { HISTORY } from "../../harness.ts";

export const nowMs = Date.UTC(2026, 10, 3, 12);
export const bindingIds = ["c01d0000000000000000000000000001", "c01d0000000000000000000000000002"];
export const prefixIds = ["2af39739cc4e3b5910c918468bb89828", "b10c0000000000000000000000000002"];

export const everything: HistoryFilter = {
	state: null,
	actor: null,
	door: null,
	bindingId: null,
	prefixId: null,
	sinceMs: null,
	untilMs: null,
};

let made = 0;
/** Each one is unique. A test sets when it was made and what it is about. */
export function deletionAt(ms: number, change: Partial<Deletion> = {}): Deletion {
	made += 1;
	const random = new Uint8Array(16);
	for (let rest = made, index = 15; rest > 0; rest = Math.floor(rest / 32), index--) random[index] = rest % 32;
	const at = new Date(ms).toISOString();
	return {
		id: newRecordId(ms, random),
		state: "deleted",
		target: "203.0.113.0/26",
		reason: "INC-1",
		actor: { name: "ci", door: "api" },
		created_at: at,
		settled_at: at,
		binding: bindingAt(0, 0),
		effect: null,
		guards: [],
		cloudflare: null,
		failure: null,
		timeline: [{ at, event: "requested" }],
		not_before: null,
		approval: null,
		restoration: null,
		...change,
	};
}

export const bindingAt = (binding: number, prefix: number): NonNullable<Deletion["binding"]> => ({
	account_id: "258def64c72dae45f3e4c8516e2111f2",
	prefix_id: prefixIds[prefix] ?? "",
	id: bindingIds[binding] ?? "",
	cidr: `203.0.113.${binding * 64}/26`,
	service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52",
	service_name: "CDN",
	provisioning: { state: "active" },
});

/** Writes the keys that `publish` writes, with metadata but no records, which a list does not need. */
export async function put(...deletions: Deletion[]): Promise<void> {
	const keysOf = ({ id, binding }: Deletion) => [
		`deletion:${id}`,
		...(binding === null ? [] : [`binding:${binding.id}:${id}`, `prefix:${binding.prefix_id}:${id}`]),
	];
	await Promise.all(
		deletions.flatMap((one) => keysOf(one).map((key) => HISTORY.put(key, "", { metadata: metadataOf(one) }))),
	);
}

/** What the filter means, in plain code. */
export function matching(rows: readonly Summary[], filter: HistoryFilter): Summary[] {
	const ms = (row: Summary) => Date.parse(row.created_at);
	return rows
		.filter(
			(row) =>
				(filter.state === null || row.state === filter.state) &&
				(filter.actor === null || row.actor === filter.actor) &&
				(filter.door === null || row.door === filter.door) &&
				(filter.bindingId === null || row.binding_id === filter.bindingId) &&
				(filter.prefixId === null || row.prefix_id === filter.prefixId) &&
				(filter.sinceMs === null || ms(row) >= filter.sinceMs) &&
				(filter.untilMs === null || ms(row) <= filter.untilMs),
		)
		.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export const rowsOf = (deletions: readonly Deletion[]): Summary[] => deletions.map(summaryOf);
export { doors, states };
