// The clock of the chaos's world: it runs faster than a real one, and can be moved forward, so that two minutes of lag or
// an hour without KV fit into a run. Everything in the run goes by it: the Worker, Cloudflare, KV, the callers.
import { setTimeout as pause } from "node:timers/promises";

/** Fast enough for many seeds; slow enough that a time limit of seconds does not strike because the machine is busy. */
const stormSpeed = 12;
/** In the calm, what is left over is to be done in a minute. That asks how long unbind waits, not how fast this machine is. */
export const calmSpeed = 3;

/** From one pair of times, and how fast it goes from there. */
export interface ClockSetting {
	/** It counts the settings: a later one holds. */
	turn: number;
	realMs: number;
	worldMs: number;
	speed: number;
}

export interface WorldClock {
	/** What the Worker's side needs to tell the same time. */
	readonly setting: ClockSetting;
	/** When it was last moved by hand; 0 until then. */
	readonly movedAtMs: number;
	now(): number;
	/** How long that takes outside. */
	realMs(worldMs: number): number;
	/** Rejects when aborted. */
	pause(worldMs: number, signal?: AbortSignal): Promise<void>;
	/** The setting in which it is so much later, or goes so fast. It holds once it is set. */
	changed(change: { byMs?: number; speed?: number }): ClockSetting;
	set(setting: ClockSetting): void;
}

export function createWorldClock(): WorldClock {
	const startMs = Date.now();
	let setting: ClockSetting = { turn: 0, realMs: startMs, worldMs: startMs, speed: stormSpeed };
	let movedAtMs = 0;
	const now = () => Math.floor(setting.worldMs + (Date.now() - setting.realMs) * setting.speed);
	const realMs = (worldMs: number) => worldMs / setting.speed;
	return {
		get setting() {
			return setting;
		},
		get movedAtMs() {
			return movedAtMs;
		},
		now,
		realMs,
		pause: (worldMs, signal) => pause(realMs(worldMs), undefined, signal && { signal }),
		changed: ({ byMs = 0, speed = setting.speed }) => ({
			turn: setting.turn + 1,
			realMs: Date.now(),
			worldMs: now() + byMs,
			speed,
		}),
		set(next) {
			setting = next;
			movedAtMs = now();
		},
	};
}
