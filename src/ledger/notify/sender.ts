// Sends what is due: to each destination one message at a time, in order, and to few destinations at once. One that fails rests,
// and all that fail share one connection, so that they hold up nobody else.
import type { ConfiguredDestination } from "../../config/notify.ts";
import { earliest } from "../due.ts";
import { attemptTakesMs, deliveriesAtOnce } from "../limits.ts";
import type { Attempt } from "./attempt.ts";
import type { Bursts } from "./bursts.ts";
import type { Deliveries, DueDelivery } from "./deliveries.ts";
import type { Destinations } from "./destinations.ts";

export interface SenderNeeds {
	deliveries: Deliveries;
	destinations: Destinations;
	/** Those that are configured. */
	open: readonly ConfiguredDestination[];
	bursts: Bursts;
	isForPeople(destination: ConfiguredDestination): boolean;
	attempt: Attempt;
	now(): number;
}

export function createSender(needs: SenderNeeds) {
	const { deliveries, destinations, open, bursts, isForPeople, now } = needs;
	const busy = new Set<string>();
	/** The one that has waited longest is next. */
	const lastTriedMs = new Map<string, number>();
	const lanes = { healthy: 0, failing: 0 };
	let left = 0;

	const isFailing = ({ name }: ConfiguredDestination) => destinations.healthOf(name).failures > 0;
	const restsUntilMs = ({ name }: ConfiguredDestination) => destinations.healthOf(name).restsUntilMs ?? 0;

	async function send(due: DueDelivery, destination: ConfiguredDestination): Promise<void> {
		const { name } = destination;
		busy.add(name);
		lastTriedMs.set(name, now());
		try {
			await needs.attempt(due, destination);
			if (isForPeople(destination)) bursts.sent(due);
		} finally {
			busy.delete(name);
		}
	}

	function take(lane: keyof typeof lanes): { due: DueDelivery; destination: ConfiguredDestination } | null {
		const ready = open
			.filter((one) => !busy.has(one.name) && !destinations.isDisabled(one.name) && restsUntilMs(one) <= now())
			.filter((one) => isFailing(one) === (lane === "failing"))
			.toSorted((a, b) => (lastTriedMs.get(a.name) ?? 0) - (lastTriedMs.get(b.name) ?? 0));
		for (const destination of ready) {
			const due = deliveries.next(destination.name, now());
			if (due !== null) return { due: isForPeople(destination) ? bursts.folded(due) : due, destination };
		}
		return null;
	}

	async function run(lane: keyof typeof lanes): Promise<void> {
		lanes[lane]++;
		try {
			while (left > 0) {
				const next = take(lane);
				if (next === null) return;
				left--;
				await send(next.due, next.destination);
			}
		} finally {
			lanes[lane]--;
		}
	}

	return {
		/** Never rejects. @param atMost so many messages; the rest stays due. */
		async sendDue(atMost: number): Promise<void> {
			left = atMost;
			const runs: Promise<void>[] = [];
			while (lanes.healthy < deliveriesAtOnce - 1 && runs.length < deliveriesAtOnce) runs.push(run("healthy"));
			if (lanes.failing === 0) runs.push(run("failing"));
			await Promise.all(runs);
		},
		/** Sends one now, unless its destination is being sent to. Never rejects. */
		async sendNow(id: string): Promise<void> {
			const due = deliveries.get(id);
			const destination = open.find(({ name }) => name === due?.destination);
			if (due !== null && destination !== undefined && !busy.has(destination.name)) await send(due, destination);
		},
		/** When `sendDue` next has something to do. */
		nextMs(): number | null {
			const times = open.map((one) => {
				const atMs = destinations.isDisabled(one.name) ? null : deliveries.nextMs(one.name);
				const isUnderWay = busy.has(one.name) || (isFailing(one) && lanes.failing > 0);
				return atMs && Math.max(atMs, restsUntilMs(one), isUnderWay ? now() + attemptTakesMs : 0);
			});
			return earliest(...times);
		},
	};
}
