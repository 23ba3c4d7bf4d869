// The imitation's own clock. A control order moves it, so that tests need not wait for audit entries, lag or settling. It goes
// on from where it was put.
import * as v from "valibot";

const longestSeconds = 366 * 86_400;

export const clockSchema = v.union(
	[
		v.strictObject({ at: v.pipe(v.string(), v.isoTimestamp('Expected a time, such as "2030-01-02T12:00:00Z"')) }),
		v.strictObject({ advance_seconds: v.pipe(v.number(), v.minValue(0), v.maxValue(longestSeconds)) }),
	],
	'Expected {"at": "<time>"} or {"advance_seconds": <number>}',
);

export type ClockOrder = v.InferOutput<typeof clockSchema>;

export interface Clock {
	now(): number;
	move(order: ClockOrder): void;
	/** Goes back to the time it was made with. */
	reset(): void;
}

export function createClock(source: () => number): Clock {
	let aheadMs = 0;
	return {
		now: () => source() + aheadMs,
		move(order) {
			aheadMs = "at" in order ? Date.parse(order.at) - source() : aheadMs + order.advance_seconds * 1000;
		},
		reset() {
			aheadMs = 0;
		},
	};
}
