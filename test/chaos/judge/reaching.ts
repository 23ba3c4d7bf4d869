// Never lost: every record that callers heard was settled before KV recovered is in KV a minute after KV works again.
import type { Deletion } from "../../../src/deletion/deletion.ts";
import type { Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

/** Refusals within a minute share a record, which is published after that minute. */
const sharedForMs = 60_000;
const isShared = ({ state, created_at }: Deletion, endedAtMs: number): boolean =>
	state === "refused" && Date.parse(created_at) > endedAtMs - sharedForMs;

export function reaching({ seen, recordById, reachedKv }: Facts): Verdict {
	const { verdict, look } = createBench();
	const endedAtMs = seen.find(({ kind }) => kind === "faults_ended")?.atMs ?? 0;
	const told = new Set(
		seen.flatMap((one) =>
			one.kind === "told" && one.settled && one.atMs <= endedAtMs && one.id !== null ? [one.id] : [],
		),
	);
	for (const id of told) {
		const record = recordById.get(id);
		if (record === undefined || isShared(record, endedAtMs)) continue;
		const isThere = reachedKv.has(`deletion:${record.id}`);
		look(isThere ? null : "it is not in KV a minute after KV works again", { recordId: record.id });
	}
	return verdict;
}
