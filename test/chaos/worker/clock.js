// The world's clock inside the runtime: dates, timers and alarms go by it, and the bundle knows of no other. It is imported
// before the bundle. `clock-settings.js` is written for each run.
import { speed, startMs } from "./clock-settings.js";

const RealDate = Date;
let offsetMs = 0;

const now = () => Math.floor(startMs + (RealDate.now() - startMs) * speed + offsetMs);
const toReal = (worldMs) => startMs + (worldMs - offsetMs - startMs) / speed;
const toWorld = (realMs) => startMs + (realMs - startMs) * speed + offsetMs;

globalThis.Date = class extends RealDate {
	constructor(...given) {
		if (given.length === 0) super(now());
		else super(...given);
	}
	static now() {
		return now();
	}
};

const { setTimeout: realSetTimeout, setInterval: realSetInterval } = globalThis;
globalThis.setTimeout = (act, ms = 0, ...given) => realSetTimeout(act, ms / speed, ...given);
globalThis.setInterval = (act, ms = 0, ...given) => realSetInterval(act, ms / speed, ...given);
const realTimeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => realTimeout(Math.ceil(ms / speed));
const realWait = scheduler.wait.bind(scheduler);
scheduler.wait = (ms, options) => realWait(ms / speed, options);

const offsetKey = "chaos.offset";
let isWound = false;

/** Before the Ledger is constructed: the alarm may be what has woken it, and then no request has brought the time. */
export function wind(storage) {
	setOffset(storage.kv.get(offsetKey) ?? 0);
	if (isWound) return;
	isWound = true;
	const prototype = Object.getPrototypeOf(storage);
	const { setAlarm, getAlarm } = prototype;
	prototype.setAlarm = function (at, options) {
		return setAlarm.call(this, Math.ceil(toReal(Number(at))), options);
	};
	prototype.getAlarm = async function (options) {
		const at = await getAlarm.call(this, options);
		return at === null ? null : Math.floor(toWorld(at));
	};
}

/** It never goes back. */
export function setOffset(ms) {
	if (ms > offsetMs) offsetMs = ms;
}

/**
 * The runtime tries an alarm again that was cut off, after two seconds, then four, and so on. In real seconds these would
 * be minutes here; so it comes at once.
 */
export async function hastenAlarm(storage) {
	const alarmAt = await storage.getAlarm();
	if (alarmAt !== null && alarmAt <= now()) await storage.setAlarm(alarmAt);
}

/** An alarm keeps its time, and comes sooner. */
export async function moveTo(ms, storage) {
	const alarmAt = await storage.getAlarm();
	setOffset(ms);
	storage.kv.put(offsetKey, ms);
	if (alarmAt !== null) await storage.setAlarm(alarmAt);
	await storage.sync();
}
