// The object's one alarm: set for the earliest time that anything is due, and set again if the platform lost it. It does
// not know what is due.
import { alarmLostMs } from "./limits.ts";

export interface AlarmClock {
	/** Reads the alarm that is set. If the platform gave up on one, any call that wakes the object sets it again. */
	start(): Promise<void>;
	/** When the alarm goes off; null if it is not set. */
	atMs(): number | null;
	/** The alarm is going off, so none is set. */
	wentOff(): void;
	/** Sets the alarm, unless it is set for an earlier time. */
	wakeBy(atMs: number): void;
	/** Sets the alarm for the next due time, even if it was set for an earlier time. */
	wakeForNext(): void;
	/** Restores a lost alarm. */
	heal(): void;
}

/** @param nextMs when anything is due next; null if nothing is. */
export function createAlarmClock(
	storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">,
	nextMs: () => number | null,
): AlarmClock {
	let alarmAtMs: number | null = null;
	const isLost = () => alarmAtMs !== null && alarmAtMs < Date.now() - alarmLostMs;

	/** An alarm set for an earlier time is enough, unless it was lost: it sets the next one itself. */
	function wakeBy(atMs: number): void {
		if (alarmAtMs !== null && alarmAtMs <= atMs && !isLost()) return;
		alarmAtMs = atMs;
		void storage.setAlarm(atMs);
	}

	return {
		async start() {
			alarmAtMs = await storage.getAlarm();
			const atMs = nextMs();
			if (atMs !== null) wakeBy(atMs);
		},
		atMs: () => alarmAtMs,
		wentOff() {
			alarmAtMs = null;
		},
		wakeBy,
		wakeForNext() {
			const atMs = nextMs();
			alarmAtMs = null;
			// If work is still overdue after the alarm has done what it could, pause for a moment.
			if (atMs !== null) wakeBy(atMs > Date.now() ? atMs : Date.now() + 1000);
		},
		heal() {
			if (isLost()) wakeBy(Date.now());
		},
	};
}
