// Sends deletions for a minute as fast as one Ledger takes them, and checks that all are published.
import { published, unbindDeletion } from "../deletions.ts";
import { atLeast, told } from "../table.ts";
import type { Item } from "./item.ts";

const atOnce = 16;
const stretchMs = 10_000;

export const sustained: Item = async ({ world, client, quick }) => {
	const lengthMs = quick ? 10_000 : 60_000;
	const ids: string[] = [];
	const inStretch: number[] = [];
	const startedAtMs = performance.now();
	let index = 0;
	const lane = async () => {
		for (let elapsedMs = 0; elapsedMs < lengthMs; elapsedMs = performance.now() - startedAtMs) {
			const { text } = await client.send(unbindDeletion(world, "unbind", index++));
			const { id, state }: { id: string; state: string } = JSON.parse(text);
			if (state !== "deleted") throw new Error(`${id} is ${state}`);
			ids.push(id);
			const stretch = Math.floor((performance.now() - startedAtMs) / stretchMs);
			inStretch[stretch] = (inStretch[stretch] ?? 0) + 1;
		}
	};
	await Promise.all(Array.from({ length: atOnce }, lane));
	const perSecond = ids.length / ((performance.now() - startedAtMs) / 1000);

	const endedAtMs = performance.now();
	await published(world, "unbind", ids);
	const slowest = Math.min(...inStretch.slice(0, lengthMs / stretchMs)) / (stretchMs / 1000);
	const seconds = lengthMs / 1000;
	return [
		atLeast(
			`deletions/s through one Ledger for ${seconds} s, the slowest ten`,
			slowest,
			100,
			`${Math.round(slowest)} (${Math.round(perSecond)} over all, ${ids.length} in all)`,
		),
		told("  every one of them read from KV after", `${((performance.now() - endedAtMs) / 1000).toFixed(1)} s`),
	];
};
