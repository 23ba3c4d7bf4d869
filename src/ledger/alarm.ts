// What the alarm does when it goes off, and when there is anything to do next. It decides nothing about a deletion.
import { log, traceOf } from "../log.ts";
import type { AlarmClock } from "./alarm-clock.ts";
import { probeCredential, probeDueMs } from "./credential.ts";
import { finishDue, nextWakeMs } from "./due.ts";
import { hasReadHistory } from "./freezes.ts";
import { alarmPauseMs, deliveriesBesideLook, deliveriesPerAlarm } from "./limits.ts";
import { nextMirrorMs } from "./mirrors.ts";
import { nextDeliveryMs } from "./notify/deliveries.ts";
import { announceFreezeEnd, freezeEndsMs } from "./notify/freeze-end.ts";
import { nextPublishMs } from "./outbox.ts";
import { nextRestoringMs } from "./restorations/items.ts";
import type { Services } from "./services.ts";

/**
 * Finishes what is due and sets the alarm for what is due next. It must never throw: the platform would retry it a few times and
 * then drop it for good.
 * @param waitUntil keeps the object going until it is done.
 */
export async function runAlarm(
	sql: SqlStorage,
	alarm: AlarmClock,
	ready: () => Promise<Services>,
	waitUntil: (doing: Promise<unknown>) => void,
): Promise<void> {
	alarm.wentOff();
	try {
		const services = await ready();
		const { ports, journal, work, restoring, watch, notifier } = services;
		announceFreezeEnd(sql, notifier.announce, Date.now());
		const due = await finishDue(sql, journal, work.advance);
		// Don't wait for KV: what is due next is due whether KV answers or not.
		const publishing = sendToKv(sql, services).catch((error) => log("error", "publishing_failed", traceOf(error)));
		// Last, and without waiting: it must not delay any work.
		if (probeDueMs(sql, Date.now()) <= Date.now()) waitUntil(probeCredential(sql, ports.cloudflare, ports.now));
		// Read this before the looks start: afterwards nothing is due.
		const isLooking = watch.isDue() || restoring.nextMs() !== null;
		waitUntil(lookOrRestore(services, due > 0).then(() => alarm.wakeForNext()));
		const sending = notifier.sendDue(isLooking ? deliveriesBesideLook : deliveriesPerAlarm);
		waitUntil(sending.then(() => alarm.wakeForNext()));
		alarm.wakeForNext();
		void publishing.then(() => alarm.wakeForNext());
	} catch (error) {
		log("error", "alarm_failed", traceOf(error));
		alarm.wakeBy(Date.now() + alarmPauseMs);
	}
}

/** Each needs an invocation's calls to itself. The watch goes first, because it keeps to its share of the rate limit. */
async function lookOrRestore({ watch, restoring }: Services, isBusy: boolean): Promise<void> {
	if (watch.isDue()) await watch.look();
	else if (!isBusy) await restoring.work();
}

/** A new Ledger writes nothing before it has read the history: it would take its own records for one. */
async function sendToKv(sql: SqlStorage, { outbox, mirrors }: Services): Promise<void> {
	if (hasReadHistory(sql)) await Promise.all([outbox.sendDue(), mirrors.sendDue()]);
}

/**
 * When the alarm has anything to do next; null if never.
 * @param services null until something needed them: then it goes by the tables alone.
 */
export function nextAlarmMs(
	sql: SqlStorage,
	services: Services | null,
	isConfigured: boolean,
	nowMs: number,
): number | null {
	const probeMs = isConfigured ? probeDueMs(sql, nowMs) : null;
	const ofOthers = [probeMs, freezeEndsMs(sql)];
	if (services === null)
		return nextWakeMs(
			sql,
			[nextPublishMs(sql), nextMirrorMs(sql)],
			[...ofOthers, nextDeliveryMs(sql), nextRestoringMs(sql, nowMs)],
			nowMs,
		);
	const { outbox, mirrors, watch, restoring, notifier } = services;
	return nextWakeMs(
		sql,
		[outbox.nextDueMs(), mirrors.nextDueMs()],
		[...ofOthers, notifier.nextMs(), restoring.nextMs(), watch.nextMs()],
		nowMs,
	);
}
