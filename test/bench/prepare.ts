// Prepares the data before the world starts: a history of each size to compare, in its own namespace, and a thousand
// records for each peer.
import type { Deletion } from "../../src/deletion/deletion.ts";
import type { Bundles } from "./bundles.ts";
import { deletionOf, deletionsOf } from "./deletions.ts";
import { historyOf, sizes } from "./items/pages.ts";
import type { Client } from "./load.ts";
import { fillHistory, markHistory } from "./seed.ts";
import { everyWorker, startWorld } from "./world.ts";

export interface Preparation {
	dataPath: string;
	bundles: Bundles;
	client: Client;
	quick: boolean;
	wanted: boolean;
	say(text: string): void;
}

/** @returns the names of the histories. */
export async function prepareHistories({
	dataPath,
	bundles,
	client,
	quick,
	wanted,
	say,
}: Preparation): Promise<string[]> {
	if (!wanted) return [];
	const names = sizes.map(historyOf);
	const world = await startWorld(dataPath, await everyWorker(bundles, names));
	let like: Deletion;
	try {
		const record = await deletionOf(client, world, "unbind", 0);
		like = JSON.parse((await client.send({ url: `${world.url("unbind")}/deletions/${record.id}` })).text);
		const thousand = Array.from({ length: sizes[0] }, (_, index) => index);
		say(`${sizes[0]} records for each of the peers …`);
		for (const peer of ["itty", "hono"]) await deletionsOf(client, world, peer, thousand);
		for (const name of names) {
			// A new Ledger that finds a history would start frozen.
			await client.send({ url: `${world.url(name)}/freeze` });
			await markHistory(await world.kv(name), name);
		}
	} finally {
		await world.stop();
	}
	for (const size of sizes) {
		const count = quick ? Math.min(size, 100_000) : size;
		say(`a history of ${count} records …`);
		fillHistory(dataPath, historyOf(size), count, like);
	}
	return names;
}
