// How each destination is doing: failures in a row, a rest after them, and whether it refuses everything. The table is read once,
// and written by this object alone.
import type { ConfiguredDestination, NotifySettings } from "../../config/notify.ts";
import type { DestinationFacts } from "../../notify/delivery.ts";
import { type Deliveries, time } from "./deliveries.ts";

export type DestinationHealth = {
	/** Of the configuration that this is true for: another one starts afresh. */
	mark: string;
	failures: number;
	restsUntilMs: number | null;
	disabledMs: number | null;
	deliveredMs: number | null;
	failedMs: number | null;
	failure: string | null;
	dropped: number;
};

const freshHealth = (mark: string): DestinationHealth => ({
	mark,
	failures: 0,
	restsUntilMs: null,
	disabledMs: null,
	deliveredMs: null,
	failedMs: null,
	failure: null,
	dropped: 0,
});

export type Destinations = ReturnType<typeof createDestinations>;

export function createDestinations(
	sql: SqlStorage,
	{ destinations: open, names }: NotifySettings,
	deliveries: Deliveries,
) {
	let known: Map<string, DestinationHealth> | null = null;
	const all = (): Map<string, DestinationHealth> => {
		known ??= read(sql);
		return known;
	};
	const healthOf = (name: string): DestinationHealth =>
		all().get(name) ?? freshHealth(open.find((one) => one.name === name)?.mark ?? "");
	const isDisabled = (name: string): boolean => healthOf(name).disabledMs !== null;

	function keepHealth(name: string, health: DestinationHealth): void {
		all().set(name, health);
		const { mark, failures, restsUntilMs, disabledMs, deliveredMs, failedMs, failure, dropped } = health;
		sql.exec(
			`INSERT OR REPLACE INTO destinations
				(name, mark, failures, rests_until, disabled_at, delivered_at, failed_at, failure, dropped)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			...[name, mark, failures, restsUntilMs, disabledMs, deliveredMs, failedMs, failure, dropped],
		);
	}

	return {
		healthOf,
		keepHealth,
		isDisabled,
		/** Open and not disabled: what is sent to it can arrive. */
		reachable: (name: string): ConfiguredDestination | null =>
			isDisabled(name) ? null : (open.find((one) => one.name === name) ?? null),
		/** After a start: what waits for a destination, or an address, that is no longer configured is given up. */
		takeOver(): void {
			for (const name of names === null ? [] : deliveries.destinations()) {
				const present = open.find((one) => one.name === name);
				if (present !== undefined)
					deliveries.giveUp(name, "The destination has another address now.", present.addresses);
				else if (!names?.includes(name)) deliveries.giveUp(name, "The destination was removed from the configuration.");
			}
			for (const { name, mark } of open) {
				const health = healthOf(name);
				if (health.mark !== mark)
					keepHealth(name, { ...health, mark, failures: 0, restsUntilMs: null, disabledMs: null });
			}
		},
		/** For people: those that are configured, and those with anything left. */
		facts(): DestinationFacts[] {
			const { waiting, undelivered } = deliveries.counts();
			const configured = names ?? open.map(({ name }) => name);
			return [...new Set([...configured, ...deliveries.destinations()])].map((name) => {
				const health = healthOf(name);
				const destination = open.find((one) => one.name === name);
				const isKnown = names === null || names.includes(name);
				const isOpen = destination !== undefined;
				return {
					name,
					to: destination?.to ?? null,
					state: isOpen ? (isDisabled(name) ? "disabled" : "open") : isKnown ? "closed" : "removed",
					waiting: waiting.get(name) ?? 0,
					undelivered: undelivered.get(name) ?? 0,
					dropped: health.dropped,
					last_success_at: time(health.deliveredMs),
					last_failure_at: time(health.failedMs),
					last_failure: health.failure,
					resting_until: time(health.restsUntilMs),
				};
			});
		},
	};
}

function read(sql: SqlStorage): Map<string, DestinationHealth> {
	const query = `SELECT name, mark, failures, rests_until AS restsUntilMs, disabled_at AS disabledMs,
		delivered_at AS deliveredMs, failed_at AS failedMs, failure, dropped FROM destinations`;
	const rows = sql.exec<DestinationHealth & { name: string }>(query).toArray();
	return new Map(rows.map(({ name, ...health }) => [name, health]));
}
