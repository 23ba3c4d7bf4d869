// Moments at which a kill can strike. Code that reaches one reports it, and continues once everything that waited for
// it has acted, so a kill without delay strikes before the next line.
import type { Point } from "./schedule.ts";

export interface Moments {
	/** @param about the id of the thing it happens to */
	reach(point: Point, about?: string | null): void;
	/** Acts at the point, or after a while if it is not reached. Resolves to the result of `act`. */
	at<Outcome>(point: Point, patienceMs: number, act: () => Outcome): Promise<Awaited<Outcome>>;
}

export function createMoments(): Moments {
	const waiting = new Set<{ point: Point; go(): void }>();
	// After a restart the same work continues. If it were struck each time, it would only ever wait for a lost call to
	// land.
	const struck = new Set<string>();
	return {
		reach(point, about = null) {
			if (about !== null && struck.has(about)) return;
			for (const one of [...waiting]) {
				if (one.point !== point) continue;
				if (about !== null) struck.add(about);
				one.go();
			}
		},
		at(point, patienceMs, act) {
			return new Promise((resolve, reject) => {
				const one = {
					point,
					go() {
						clearTimeout(timer);
						waiting.delete(one);
						try {
							resolve(Promise.resolve(act()));
						} catch (error) {
							reject(error);
						}
					},
				};
				const timer = setTimeout(one.go, patienceMs);
				waiting.add(one);
			});
		},
	};
}
