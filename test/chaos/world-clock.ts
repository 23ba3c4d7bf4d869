// The clock of the chaos's world. It runs faster than real time and can be moved forward, so that two minutes of lag or
// an hour without KV fit into a run. Everything follows it: the Worker, Cloudflare, KV and the callers.
import { setTimeout as pause } from "node:timers/promises";

/** Fast enough for many seeds, slow enough that a busy machine does not exceed time limits of seconds. */
const stormSpeed = 12;
/** In the calm, the rest has to be done in a minute. That tests how long unbind waits, not how fast this machine is. */
export const calmSpeed = 3;

/** A pair of matching times, and the speed from there on. */
export interface ClockSetting {
	/** Counts the settings; the latest one applies. */
	turn: number;
	realMs: number;
	worldMs: number;
	speed: number;
}

export interface WorldClock {
	/** What the Worker's side needs to tell the same time. */
	readonly setting: ClockSetting;
	/** When the clock was last set; 0 before that. */
	readonly movedAtMs: number;
	now(): number;
	/** The same duration in real time. */
	realMs(worldMs: number): number;
	/** Rejects when aborted. */
	pause(worldMs: number, signal?: AbortSignal): Promise<void>;
	/** A setting that is this much later or runs at this speed. It applies once it is set. */
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
