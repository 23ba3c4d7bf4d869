// What every item of the benchmark has at hand.
import type { Bundles } from "../bundles.ts";
import type { Client } from "../load.ts";
import type { Row } from "../table.ts";
import type { World } from "../world.ts";

export interface Bench {
	/** Fewer rounds and shorter ones: to see that it runs, not what it says. */
	quick: boolean;
	rounds: number;
	bundles: Bundles;
	/** For what an item keeps on disk. */
	directory: string;
	client: Client;
	/** The one runtime in which everything stands. */
	world: World;
}

export type Item = (bench: Bench) => Promise<Row[]>;
