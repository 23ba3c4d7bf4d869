// How the destinations are doing, for people: those that are configured, and those with anything left.
import type { ConfiguredDestination, NotifySettings } from "../../config/notify.ts";
import { at } from "../../deletion/record/deletion.ts";
import type { DestinationFacts } from "../../notify/delivery.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Standings } from "./standings.ts";

const time = (ms: number | null): string | null => (ms === null ? null : at(ms));

export function factsOf(
	{ names }: NotifySettings,
	open: readonly ConfiguredDestination[],
	deliveries: Deliveries,
	standings: Standings,
): DestinationFacts[] {
	const configured = names ?? open.map(({ name }) => name);
	const { waiting, undelivered } = deliveries.counts();
	const all = [...new Set([...configured, ...deliveries.destinations()])];
	return all.map((name) => {
		const standing = standings.of(name);
		const destination = open.find((one) => one.name === name);
		const isDisabled = (standing?.disabledMs ?? null) !== null;
		const isKnown = names === null || names.includes(name);
		return {
			name,
			to: destination?.to ?? null,
			state: destination === undefined ? (isKnown ? "closed" : "removed") : isDisabled ? "disabled" : "open",
			waiting: waiting.get(name) ?? 0,
			undelivered: undelivered.get(name) ?? 0,
			dropped: standing?.dropped ?? 0,
			last_success_at: time(standing?.deliveredMs ?? null),
			last_failure_at: time(standing?.failedMs ?? null),
			last_failure: standing?.failure ?? null,
			resting_until: time(standing?.restsUntilMs ?? null),
		};
	});
}
