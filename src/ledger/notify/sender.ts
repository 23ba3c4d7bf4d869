// Sends what is due: to each destination one message at a time, in order, and to few destinations at once. One that fails rests,
// and all that fail share one connection, so that they hold up nobody else.
import type { ConfiguredDestination } from "../../config/notify.ts";
import { attemptTakesMs, deliveriesAtOnce } from "../limits.ts";
import type { Attempt } from "./attempt.ts";
import type { Bursts } from "./bursts.ts";
import type { Deliveries, DueDelivery } from "./deliveries.ts";
import type { Standings } from "./standings.ts";

export interface Sender {
	/** Never rejects. @param atMost so many messages; the rest stays due. */
	sendDue(atMost: number): Promise<void>;
	/** Sends one now, unless its destination is being sent to. Never rejects. */
	sendNow(id: string): Promise<void>;
	/** When `sendDue` next has something to do. */
	nextMs(): number | null;
}

export interface SenderNeeds {
	deliveries: Deliveries;
	standings: Standings;
	bursts: Bursts;
	destinations: readonly ConfiguredDestination[];
	isForPeople(destination: ConfiguredDestination): boolean;
	attempt: Attempt;
	now(): number;
}

export function createSender(needs: SenderNeeds): Sender {
	const { deliveries, standings, bursts, destinations, isForPeople, now } = needs;
	const busy = new Set<string>();
	/** The one that has waited longest is next. */
	const lastTriedMs = new Map<string, number>();
	const lanes = { healthy: 0, failing: 0 };
	let left = 0;

	const isFailing = ({ name }: ConfiguredDestination) => (standings.of(name)?.failures ?? 0) > 0;
	const restsUntilMs = ({ name }: ConfiguredDestination) => standings.of(name)?.restsUntilMs ?? 0;
	const isDisabled = ({ name }: ConfiguredDestination) => (standings.of(name)?.disabledMs ?? null) !== null;

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
		const ready = destinations
			.filter((one) => !busy.has(one.name) && !isDisabled(one) && restsUntilMs(one) <= now())
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
		async sendDue(atMost) {
			left = atMost;
			const runs: Promise<void>[] = [];
			while (lanes.healthy < deliveriesAtOnce - 1 && runs.length < deliveriesAtOnce) runs.push(run("healthy"));
			if (lanes.failing === 0) runs.push(run("failing"));
			await Promise.all(runs);
		},
		async sendNow(id) {
			const due = deliveries.get(id);
			const destination = destinations.find(({ name }) => name === due?.destination);
			if (due !== null && destination !== undefined && !busy.has(destination.name)) await send(due, destination);
		},
		nextMs() {
			const times = destinations.flatMap((one) => {
				const atMs = isDisabled(one) ? null : deliveries.nextMs(one.name);
				if (atMs === null) return [];
				const isUnderWay = busy.has(one.name) || (isFailing(one) && lanes.failing > 0);
				return Math.max(atMs, restsUntilMs(one), isUnderWay ? now() + attemptTakesMs : 0);
			});
			return times.length === 0 ? null : Math.min(...times);
		},
	};
}
