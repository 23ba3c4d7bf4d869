// `npm run bench` measures unbind against its peers and its bars, and prints one table. It exits with 1 if a bar is
// missed. `--only reads,pages` picks items; `--quick` only checks that everything runs.
import { mkdirSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { root } from "../../sandbox/wrangler.ts";
import { buildBundles } from "./bundles.ts";
import { costs } from "./items/costs.ts";
import { deletes } from "./items/deletes.ts";
import { hostile } from "./items/hostile.ts";
import type { Item } from "./items/item.ts";
import { memory } from "./items/memory.ts";
import { notify } from "./items/notify.ts";
import { pages } from "./items/pages.ts";
import { reads } from "./items/reads.ts";
import { scale } from "./items/scale.ts";
import { size } from "./items/size.ts";
import { sustained } from "./items/sustained.ts";
import { watch } from "./items/watch.ts";
import { openClient } from "./load.ts";
import { prepareHistories } from "./prepare.ts";
import { printed, type Row } from "./table.ts";
import { everyWorker, startWorld } from "./world.ts";

/** The order matters: a start is measured before anything else has run. */
const items: Record<string, Item> = {
	size,
	costs,
	reads,
	pages,
	deletes,
	sustained,
	notify,
	hostile,
	memory,
	scale,
	watch,
};

const { values } = parseArgs({
	options: { only: { type: "string" }, quick: { type: "boolean", default: false } },
});
const chosen = values.only?.split(",") ?? Object.keys(items);
const unknown = chosen.filter((name) => !(name in items));
if (unknown.length > 0) {
	console.error(`There is no ${unknown.join(", ")}; there are ${Object.keys(items).join(", ")}.`);
	process.exit(2);
}

const directory = `${root}.wrangler/bench`;
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const say = (text: string) => console.error(text);

say("building …");
const bundles = await buildBundles(`${directory}/bundles`);
const dataPath = `${directory}/world`;
const client = openClient();
const histories = await prepareHistories({
	dataPath,
	bundles,
	client,
	quick: values.quick,
	wanted: chosen.includes("pages"),
	say,
});
const world = await startWorld(dataPath, await everyWorker(bundles, histories));
const rows: Row[] = [];
try {
	for (const name of chosen) {
		say(`${name} …`);
		const bench = { quick: values.quick, rounds: values.quick ? 2 : 5, bundles, directory, client, world };
		const made = (await items[name]?.(bench)) ?? [];
		rows.push(...made);
	}
} finally {
	client.close();
	await world.stop();
	rmSync(directory, { recursive: true, force: true });
}
console.log(printed(rows));
process.exit(rows.some(({ verdict }) => verdict === "missed") ? 1 : 0);
