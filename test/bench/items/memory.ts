// Compares workerd's memory after many published deletions with its memory after fewer, in its own process. V8 only
// collects garbage when it needs the space, so a collection is forced before each measurement.
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { deletionsOf, published } from "../deletions.ts";
import { residentBytes } from "../process.ts";
import { atMost, told } from "../table.ts";
import { startWorld, unbindWorker, upstreamWorker } from "../world.ts";
import type { Item } from "./item.ts";

const restMs = 3000;

export const memory: Item = async ({ bundles, directory, client, quick }) => {
	const [some, many, more] = quick ? [200, 2000, 3000] : [1000, 10_000, 20_000];
	const workers = [await unbindWorker("unbind", bundles.unbind), upstreamWorker(bundles.upstream)];
	const world = await startWorld(join(directory, "memory"), workers, { inspector: true });
	try {
		const upTo = async (from: number, to: number) => {
			const indices = Array.from({ length: to - from }, (_, index) => from + index);
			const deletions = await deletionsOf(client, world, "unbind", indices);
			await published(
				world,
				"unbind",
				deletions.map(({ id }) => id),
			);
			await setTimeout(restMs);
			const full = residentBytes(world.workerd);
			await world.collectGarbage();
			await setTimeout(restMs);
			return { full, held: residentBytes(world.workerd) };
		};
		const before = await upTo(0, some);
		const after = await upTo(some, many);
		const later = await upTo(many, more);
		const figures = (now: number, then: number) =>
			`${(now / then).toFixed(2)} (${(now / 1e6).toFixed(0)} MB : ${(then / 1e6).toFixed(0)} MB)`;
		const what = `workerd after ${many.toLocaleString("en")} deletions against after ${some.toLocaleString("en")}`;
		return [
			atMost(`memory of ${what}`, after.held / before.held, 1.2, figures(after.held, before.held)),
			told(
				`  after ${more.toLocaleString("en")} against after ${many.toLocaleString("en")}`,
				figures(later.held, after.held),
			),
			told("  with the garbage that V8 has not collected yet", figures(after.full, before.full)),
		];
	} finally {
		await world.stop();
	}
};
