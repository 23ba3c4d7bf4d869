// The object's one alarm: set for the earliest time that anything is due, and set again if the platform lost it. It does
// not know what is due.
import { alarmLostMs } from "./limits.ts";

export type AlarmClock = ReturnType<typeof createAlarmClock>;

/** @param nextMs when anything is due next; null if nothing is. */
export function createAlarmClock(
	storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">,
	nextMs: () => number | null,
) {
	let alarmAtMs: number | null = null;
	const isLost = () => alarmAtMs !== null && alarmAtMs < Date.now() - alarmLostMs;

	/** Sets the alarm, unless it is set for an earlier time and not lost: then it sets the next one itself. */
	function wakeBy(atMs: number): void {
		if (alarmAtMs !== null && alarmAtMs <= atMs && !isLost()) return;
		alarmAtMs = atMs;
		void storage.setAlarm(atMs);
	}

	return {
		/** Reads the alarm that is set. If the platform gave up on one, any call that wakes the object sets it again. */
		async start(): Promise<void> {
			alarmAtMs = await storage.getAlarm();
			const atMs = nextMs();
			if (atMs !== null) wakeBy(atMs);
		},
		/** When the alarm goes off; null if it is not set. */
		atMs: () => alarmAtMs,
		/** The alarm is going off, so none is set. */
		wentOff(): void {
			alarmAtMs = null;
		},
		wakeBy,
		/** Sets the alarm for the next due time, even if it was set for an earlier time. */
		wakeForNext(): void {
			const atMs = nextMs();
			alarmAtMs = null;
			// If work is still overdue after the alarm has done what it could, pause for a moment.
			if (atMs !== null) wakeBy(atMs > Date.now() ? atMs : Date.now() + 1000);
		},
		/** Restores a lost alarm. */
		heal(): void {
			if (isLost()) wakeBy(Date.now());
		},
	};
}
