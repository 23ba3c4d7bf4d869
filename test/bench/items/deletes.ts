// One deletion after another, to measure what unbind adds to the calls that have to be made anyway. Each is published
// in the pause after it. `sustained` measures how many go through at once.
import { setTimeout } from "node:timers/promises";
import { bareDeletion, unbindDeletion } from "../deletions.ts";
import { median, quantile, ratio, rounds } from "../rounds.ts";
import { atMost, type Row } from "../table.ts";
import { slowMs } from "../world.ts";
import type { Item } from "./item.ts";

const pauseMs = 25;

export const deletes: Item = async ({ world, client, quick, rounds: count }) => {
	let index = 0;
	const times = async (make: typeof unbindDeletion, worker: string, requests: number) => {
		const all: number[] = [];
		for (let sent = 0; sent < requests; sent++) {
			all.push((await client.send(make(world, worker, index++))).ms);
			await setTimeout(pauseMs);
		}
		return all;
	};

	// A warm-up, so that unbind knows the prefixes.
	await times(unbindDeletion, "unbind-slow", 5);
	await times(bareDeletion, "bare-slow", 5);
	const slow = await rounds(count, {
		unbind: async () => median(await times(unbindDeletion, "unbind-slow", quick ? 3 : 20)),
		bare: async () => median(await times(bareDeletion, "bare-slow", quick ? 3 : 20)),
	});
	const factor = ratio(slow.unbind, slow.bare);
	const shown = `${factor.toFixed(3)} (${median(slow.unbind).toFixed(1)} ms : ${median(slow.bare).toFixed(1)} ms)`;
	const rows: Row[] = [atMost(`DELETE, ${slowMs} ms a call, time against the calls bare`, factor, 1.05, shown)];

	await times(unbindDeletion, "unbind", 100);
	await times(bareDeletion, "bare", 100);
	const fast = { unbind: [] as number[], bare: [] as number[] };
	const requests = quick ? 50 : 300;
	await rounds(count, {
		unbind: async () => fast.unbind.push(...(await times(unbindDeletion, "unbind", requests))),
		bare: async () => fast.bare.push(...(await times(bareDeletion, "bare", requests))),
	});
	for (const [name, part, bar] of [
		["p50", 0.5, 5],
		["p99", 0.99, 25],
	] as const) {
		const [ours, theirs] = [quantile(fast.unbind, part), quantile(fast.bare, part)];
		const added = ours - theirs;
		const figures = `${added.toFixed(1)} ms (${ours.toFixed(1)} − ${theirs.toFixed(1)})`;
		rows.push(atMost(`DELETE, 0 ms a call, added ${name}`, added, bar, figures, " ms"));
	}
	return rows;
};
