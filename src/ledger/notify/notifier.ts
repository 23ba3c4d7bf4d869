// Notifications as the Ledger sees them: what happens is announced in the commit that makes it happen, and sent by the alarm.
// Without destinations, it writes nothing and is never due.
import type { ConfiguredDestination } from "../../config/notify.ts";
import { folded } from "../../deletion/record/actor.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { newRecordId } from "../../deletion/record/record-id.ts";
import { log, traceOf } from "../../log.ts";
import type { Notifications, NotificationsQuery } from "../../notify/delivery.ts";
import type { Announce, NotifyEvent } from "../../notify/event.ts";
import { eventsOf } from "../../notify/events-of.ts";
import { wants } from "../../notify/subscription.ts";
import { type CallLimit, createCallLimit } from "../call-limit.ts";
import {
	alarmPauseMs,
	clearedEvery,
	deliveredKeptMs,
	deliveriesKept,
	deliveryPauseMs,
	lossesHeldMs,
	sentByHandAtMost,
	sentByHandWindowMs,
	undeliveredKeptMs,
	waitingAtMost,
} from "../limits.ts";
import { type AttemptOptions, createAttempt } from "./attempt.ts";
import { createBursts } from "./bursts.ts";
import { createDeliveries, type Deliveries } from "./deliveries.ts";
import { createDestinations, type Destinations } from "./destinations.ts";
import { createSender } from "./sender.ts";

export interface NotifierOptions extends AttemptOptions {
	randomBytes(count: number): Uint8Array;
	onDue(atMs: number): void;
}

export interface Notifier {
	/** Stores what happened for each destination that wants it. Part of the caller's commit. Never throws. */
	announce: Announce;
	/** A record was stored; null if nobody wants to know. @param change its number in the journal. */
	recordChanged: ((before: Deletion | null, after: Deletion, change: number) => void) | null;
	/** The watch has judged a look's losses. @param massOf plain binding id → the mass deletion's id. */
	lossesJudged(massOf: ReadonlyMap<string, string>): void;
	/** Sends what is due. Never rejects. */
	sendDue(atMost: number): Promise<void>;
	nextMs(): number | null;
	/** Sends this event to this destination, whatever it wants, or a stored delivery once more. Resolves after one attempt. */
	sendTo(destination: ConfiguredDestination, event: NotifyEvent): Promise<string>;
	sendAgain(id: string): Promise<void>;
	list(query: NotificationsQuery): Notifications;
	deliveries: Deliveries;
	destinations: Destinations;
	/** How often operators may send something by hand. */
	byHand: CallLimit;
}

export function createNotifier(sql: SqlStorage, options: NotifierOptions): Notifier {
	const { settings, kinds, now, onDue } = options;
	const open = settings.destinations;
	const deliveries = createDeliveries(sql);
	const destinations = createDestinations(sql, settings, deliveries);
	const newId = createIds(now, options.randomBytes);
	const bursts = createBursts(deliveries, now, newId);
	const attempt = createAttempt(deliveries, destinations, options);
	const isForPeople = ({ to }: ConfiguredDestination) => kinds[to].isForPeople;
	const sender = createSender({ deliveries, destinations, open, bursts, isForPeople, attempt, now });
	/** How many were added since the tables were cleared. */
	let added = clearedEvery;
	let brokenUntilMs = 0;
	destinations.takeOver();

	function add(event: NotifyEvent, destination: ConfiguredDestination): string {
		const { name, addresses } = destination;
		const nowMs = now();
		const [id, address = ""] = [newId(), addresses[0]];
		const failure = destinations.isDisabled(name) ? (destinations.healthOf(name).failure ?? "") : null;
		const isHeld = isForPeople(destination) && mayBeMass(event);
		const waitsMs = isForPeople(destination) ? Math.max(nowMs, bursts.restsUntilMs(name, event.type)) : nowMs;
		const base = { id, event, destination: name, address, nowMs };
		if (failure !== null) deliveries.add({ ...base, state: "undelivered", nextMs: null, failure });
		else if (isHeld) deliveries.add({ ...base, state: "held", nextMs: nowMs + lossesHeldMs });
		else deliveries.add({ ...base, state: "waiting", nextMs: waitsMs });
		added++;
		return id;
	}

	function announceAll(eventsOf: () => readonly NotifyEvent[]): void {
		let events: readonly NotifyEvent[] = [];
		try {
			events = eventsOf();
			for (const event of events)
				for (const destination of open) if (wants(destination, event)) add(event, destination);
			if (events.length > 0 && open.length > 0) onDue(now() + deliveryPauseMs);
		} catch (error) {
			// A deletion must not fail because nobody can be notified of it.
			log("error", "announcement_failed", { events: events.map(({ id }) => id), ...traceOf(error) });
		}
	}
	const announce: Announce = (events) => announceAll(() => events);

	/** Drops what is old, or too much. */
	function clear(): void {
		if (added < clearedEvery) return;
		added = 0;
		deliveries.prune(now() - deliveredKeptMs, now() - undeliveredKeptMs);
		const dropped = deliveries.keepOver(deliveriesKept);
		for (const { name } of open)
			dropped.set(name, (dropped.get(name) ?? 0) + deliveries.keepWaiting(name, waitingAtMost));
		for (const [name, count] of dropped) {
			if (count === 0) continue;
			const health = destinations.healthOf(name);
			destinations.keepHealth(name, { ...health, dropped: health.dropped + count });
			log("warn", "notifications_dropped", { destination: name, count });
		}
	}

	return {
		announce,
		recordChanged:
			open.length === 0
				? null
				: (before, after, change) =>
						announceAll(() => eventsOf(before, after, { number: change, at: new Date(now()).toISOString() })),
		lossesJudged(massOf) {
			if (open.length === 0) return;
			bursts.judged(massOf);
			onDue(now() + deliveryPauseMs);
		},
		async sendDue(atMost) {
			if (open.length === 0 || brokenUntilMs > now()) return;
			try {
				clear();
				await sender.sendDue(atMost);
			} catch (error) {
				log("error", "notifying_failed", traceOf(error));
				// What is due stays due, and the alarm would come again immediately.
				brokenUntilMs = now() + alarmPauseMs;
			}
		},
		nextMs() {
			const dueMs = open.length === 0 ? null : sender.nextMs();
			return dueMs === null ? null : Math.max(dueMs, brokenUntilMs);
		},
		async sendTo(destination, event) {
			const id = add(event, destination);
			onDue(now() + deliveryPauseMs);
			await sender.sendNow(id);
			return id;
		},
		async sendAgain(id) {
			deliveries.again(id, now());
			onDue(now() + deliveryPauseMs);
			await sender.sendNow(id);
		},
		list(query) {
			const page = deliveries.page({ ...query, destination: query.destination && folded(query.destination) });
			return { ...page, destinations: destinations.facts() };
		},
		deliveries,
		destinations,
		byHand: createCallLimit(sentByHandAtMost, sentByHandWindowMs),
	};
}

/** What a mass deletion consists of: its losses, and the freeze that it brings. */
const mayBeMass = ({ type, door }: NotifyEvent): boolean =>
	type === "watch.disappeared" || (type === "freeze.on" && door === "watch");

/** Ids that sort newest first, those of one moment too: their first random digits count down. */
function createIds(now: () => number, randomBytes: (count: number) => Uint8Array): () => string {
	let last = { ms: 0, count: 0 };
	return () => {
		const ms = now();
		last = { ms, count: last.ms === ms ? last.count + 1 : 0 };
		const random = randomBytes(16);
		const left = 32 ** 3 - 1 - last.count;
		random.set([Math.floor(left / 1024) % 32, Math.floor(left / 32) % 32, left % 32]);
		return newRecordId(ms, random);
	};
}
