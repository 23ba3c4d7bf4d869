// What every item of the benchmark gets.
import type { Bundles } from "../bundles.ts";
import type { Client } from "../load.ts";
import type { Row } from "../table.ts";
import type { World } from "../world.ts";

export interface Bench {
	/** Fewer and shorter rounds, to check that it runs, not to measure. */
	quick: boolean;
	rounds: number;
	bundles: Bundles;
	/** Where an item can keep files. */
	directory: string;
	client: Client;
	/** The one runtime that everything runs in. */
	world: World;
}

export type Item = (bench: Bench) => Promise<Row[]>;
