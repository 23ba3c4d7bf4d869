// What three destinations cost: deletions per second through one Ledger that notifies them, against one that notifies nobody.
// The destinations answer at once, from within the same workerd.
import { unbindDeletion } from "../deletions.ts";
import { ratio, rounds } from "../rounds.ts";
import { atLeast } from "../table.ts";
import type { Item } from "./item.ts";

const atOnce = 16;

export const notify: Item = async ({ world, client, quick, rounds: count }) => {
	const lengthMs = quick ? 2000 : 8000;
	let index = 0;
	const perSecond = (worker: string) => async () => {
		const startedAtMs = performance.now();
		let done = 0;
		const lane = async () => {
			while (performance.now() - startedAtMs < lengthMs) {
				await client.send(unbindDeletion(world, worker, index++));
				done++;
			}
		};
		await Promise.all(Array.from({ length: atOnce }, lane));
		return done / ((performance.now() - startedAtMs) / 1000);
	};
	const measured = await rounds(count, { none: perSecond("unbind"), three: perSecond("unbind-notifying") });
	const value = ratio(measured.three, measured.none);
	const shown = (rates: readonly number[]) => rates.map((rate) => Math.round(rate)).join(", ");
	return [
		atLeast(
			"deletions/s with three destinations, against none",
			value,
			0.9,
			`${value.toFixed(2)} (${shown(measured.three)} against ${shown(measured.none)})`,
		),
	];
};
