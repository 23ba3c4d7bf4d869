// Told: every event is delivered to each destination that wants it, or shown as undelivered. None is without its record, each has
// an id of its own, and no message contains a secret.
import { notifySecrets } from "../receivers.ts";
import { claimOf, type Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

const listed = ["undelivered", "folded", "skipped"];
/** The destination that hears of every outcome below. */
const program = "program";

export function notified({ seen, deliveries, records, recordById }: Facts): Verdict {
	const { verdict, look } = createBench();
	const messages = seen.filter((one) => one.kind === "notified");
	const taken = new Set(messages.flatMap(({ destination, id, isTaken }) => (isTaken ? [`${destination} ${id}`] : [])));
	const known = new Set<string>();

	for (const { event_id, type, deletion_id, destination, state } of deliveries) {
		const about = { recordId: deletion_id };
		const key = `${destination} ${event_id}`;
		look(known.has(key) ? `${event_id} was made twice for ${destination}` : null, about);
		known.add(key);
		const isOver = state === "delivered" || listed.includes(state);
		look(isOver ? null : `${type} for ${destination} is still ${state}`, about);
		// Messages to people carry no id.
		if (state === "delivered" && destination === program)
			look(taken.has(key) ? null : `${type} is called delivered, and ${destination} never took it`, about);
		const record = recordById.get(deletion_id ?? "");
		if (deletion_id !== null) look(record === undefined ? `${type} has no record` : null, about);
		const isTrue = record === undefined || (outcomesOf[type]?.(record) ?? true);
		look(isTrue ? null : `${type}, and its record says otherwise`, about);
	}
	for (const record of records) {
		for (const [type, isSo] of Object.entries(outcomesOf)) {
			if (!isSo(record)) continue;
			const isMade = deliveries.some(
				(one) => one.destination === program && one.deletion_id === record.id && one.type === type,
			);
			look(isMade ? null : `no event reports it: ${type}`, { recordId: record.id });
		}
	}
	for (const { destination, id, body } of messages) {
		if (destination === program)
			look(known.has(`${destination} ${id}`) ? null : `${destination} got ${id}, which is not listed`);
		look(
			notifySecrets.some((secret) => formsOf(secret).some((form) => body.includes(form)))
				? "a message has a secret"
				: null,
		);
	}
	return verdict;
}

type Of = (record: Facts["records"][number]) => boolean;

const outcomesOf: { [type: string]: Of } = {
	"deletion.deleted": (record) => claimOf(record) === "deleted",
	"deletion.already_gone": (record) => claimOf(record) === "already_gone",
	"watch.disappeared": (record) => record.elsewhere !== undefined,
	"restoration.restored": ({ timeline }) =>
		timeline.some(({ event }) => event === "restored" || event === "already_bound"),
};

const formsOf = (secret: string): string[] => [
	secret,
	encodeURIComponent(secret),
	Buffer.from(secret).toString("base64"),
	Buffer.from(secret).toString("hex"),
];
