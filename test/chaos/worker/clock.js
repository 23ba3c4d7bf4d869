// The world's clock inside the runtime. Dates, timers and alarms follow it, and the bundle sees no other clock. It is
// imported before the bundle. `clock-start.js` is written for each run.
import { start } from "./clock-start.js";

const RealDate = Date;
let set = start;

const toReal = (worldMs) => set.realMs + (worldMs - set.worldMs) / set.speed;
const toWorld = (realMs) => set.worldMs + (realMs - set.realMs) * set.speed;
const now = () => Math.floor(toWorld(RealDate.now()));

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
globalThis.setTimeout = (act, ms = 0, ...given) => realSetTimeout(act, ms / set.speed, ...given);
globalThis.setInterval = (act, ms = 0, ...given) => realSetInterval(act, ms / set.speed, ...given);
const realTimeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => realTimeout(Math.ceil(ms / set.speed));
const realWait = scheduler.wait.bind(scheduler);
scheduler.wait = (ms, options) => realWait(ms / set.speed, options);

const settingKey = "chaos.clock";
let isWound = false;

/** Runs before the Ledger is constructed. If the alarm woke it, no request has brought the time. */
export function wind(storage) {
	setHere(storage.kv.get(settingKey) ?? start);
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

/** The clock never goes back. */
export function setHere(setting) {
	if (setting.turn > set.turn) set = setting;
}

/**
 * The runtime retries an alarm that was cut off after two seconds, then four, and so on. Real seconds are minutes here,
 * so the retry is brought forward.
 */
export async function hastenAlarm(storage) {
	const alarmAt = await storage.getAlarm();
	if (alarmAt !== null && alarmAt <= now()) await storage.setAlarm(alarmAt);
}

/** An alarm keeps its world time, so it comes sooner in real time. */
export async function setClock(setting, storage) {
	const alarmAt = await storage.getAlarm();
	setHere(setting);
	storage.kv.put(settingKey, setting);
	if (alarmAt !== null) await storage.setAlarm(alarmAt);
	await storage.sync();
}
