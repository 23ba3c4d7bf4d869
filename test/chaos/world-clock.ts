// The clock of the chaos's world: it runs faster than a real one, and can be moved forward, so that two minutes of lag or
// an hour without KV fit into a run. Everything in the run goes by it: the Worker, Cloudflare, KV, the callers.
import { setTimeout as pause } from "node:timers/promises";

/** Fast enough for many seeds; slow enough that a time limit of seconds does not strike because the machine is busy. */
const speed = 12;

export interface WorldClock {
	/** What the Worker's side needs to tell the same time. */
	readonly startMs: number;
	readonly speed: number;
	readonly offsetMs: number;
	/** 0 until it is first moved. */
	readonly movedAtMs: number;
	now(): number;
	/** How long that takes outside. */
	realMs(worldMs: number): number;
	/** Rejects when aborted. */
	pause(worldMs: number, signal?: AbortSignal): Promise<void>;
	move(worldMs: number): void;
}

export function createWorldClock(): WorldClock {
	const startMs = Date.now();
	let offsetMs = 0;
	let movedAtMs = 0;
	const now = () => Math.floor(startMs + (Date.now() - startMs) * speed + offsetMs);
	const realMs = (worldMs: number) => worldMs / speed;
	return {
		startMs,
		speed,
		get offsetMs() {
			return offsetMs;
		},
		get movedAtMs() {
			return movedAtMs;
		},
		now,
		realMs,
		pause: (worldMs, signal) => pause(realMs(worldMs), undefined, signal && { signal }),
		move(worldMs) {
			offsetMs += worldMs;
			movedAtMs = now();
		},
	};
}
