// What the alarm does when it goes off, and when there is anything to do next. It decides nothing about a deletion.
import { log, traceOf } from "../log.ts";
import type { AlarmClock } from "./alarm-clock.ts";
import { probeCredential, probeDueMs } from "./credential.ts";
import { finishDue, nextWakeMs } from "./due.ts";
import { hasReadHistory } from "./freezes.ts";
import { alarmPauseMs, deliveriesBesideLook, deliveriesPerAlarm } from "./limits.ts";
import type { Mirrors } from "./mirrors.ts";
import { nextDeliveryMs } from "./notify/deliveries.ts";
import { announceFreezeEnd, freezeEndsMs } from "./notify/freeze-end.ts";
import { nextPublishMs } from "./outbox.ts";
import type { Restoring } from "./restorations/restoring.ts";
import type { Wired } from "./wiring.ts";
import type { Work } from "./work.ts";

export interface AlarmDuties {
	sql: SqlStorage;
	alarm: AlarmClock;
	work: Work;
	mirrors: Mirrors;
	restoring: Restoring;
	isConfigured(): boolean;
	/** null until something needs them. */
	services(): Wired | null;
	ready(): Promise<Wired>;
	/** Keeps the object going until it is done. */
	waitUntil(doing: Promise<unknown>): void;
}

/**
 * Finishes what is due and sets the alarm for what is due next. It must never throw: the platform would retry it a few times and
 * then drop it for good.
 */
export async function goOff(duties: AlarmDuties): Promise<void> {
	const { sql, alarm, work, restoring, waitUntil } = duties;
	alarm.wentOff();
	try {
		const wired = await duties.ready();
		const { ports, journal, watch, notifier } = wired;
		announceFreezeEnd(sql, notifier.announce, Date.now());
		let due = 0;
		await finishDue(sql, journal, (id) => {
			due += 1;
			return work.advance(id);
		});
		// Don't wait for KV: what is due next is due whether KV answers or not.
		const publishing = sendToKv(duties, wired).catch((error) => log("error", "publishing_failed", traceOf(error)));
		// Last, and without waiting: it must not delay any work.
		if (probeDueMs(sql, Date.now()) <= Date.now()) waitUntil(probeCredential(sql, ports.cloudflare, ports.now));
		// Before the looks: they end later, and then the next one is not due yet.
		const isLooking = watch.isDue() || restoring.nextMs() !== null;
		waitUntil(lookOrRestore(duties, watch, due > 0).then(() => alarm.wakeForNext()));
		const sending = notifier.sendDue(isLooking ? deliveriesBesideLook : deliveriesPerAlarm);
		waitUntil(sending.then(() => alarm.wakeForNext()));
		alarm.wakeForNext();
		void publishing.then(() => alarm.wakeForNext());
	} catch (error) {
		log("error", "alarm_failed", traceOf(error));
		alarm.wakeBy(Date.now() + alarmPauseMs);
	}
}

/** null if there is nothing. */
export function nextDutyMs({ sql, mirrors, restoring, isConfigured, services }: AlarmDuties): number | null {
	const wired = services();
	const publishMs = wired === null ? nextPublishMs(sql) : wired.outbox.nextDueMs();
	const probeMs = isConfigured() ? probeDueMs(sql, Date.now()) : null;
	const notifyMs = wired === null ? nextDeliveryMs(sql) : wired.notifier.nextMs();
	const lookMs = [wired?.watch.nextMs() ?? null, restoring.nextMs()];
	return nextWakeMs(
		sql,
		[publishMs, mirrors.nextDueMs()],
		[probeMs, ...lookMs, notifyMs, freezeEndsMs(sql)],
		Date.now(),
	);
}

/** Each needs an invocation's calls to itself. The watch goes first, because it keeps to its share of the rate limit. */
async function lookOrRestore({ restoring }: AlarmDuties, watch: Wired["watch"], isBusy: boolean): Promise<void> {
	if (watch.isDue()) await watch.look();
	else if (!isBusy) await restoring.work();
}

/** A new Ledger writes nothing before it has read the history: it would take its own records for one. */
async function sendToKv({ sql, mirrors }: AlarmDuties, { outbox }: Wired): Promise<void> {
	if (hasReadHistory(sql)) await Promise.all([outbox.sendDue(), mirrors.sendDue()]);
}
