// What operators send by hand: a test, or a delivery once more. Both go to the destination as it is configured now.
import { type Actor, folded, missingScope } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import type { Delivery, NotificationRefusal } from "../../notify/delivery.ts";
import type { NotifyEvent } from "../../notify/event.ts";
import { testEvent } from "../../notify/other-events.ts";
import { sentByHandAtMost } from "../limits.ts";
import type { Notifier } from "./notifier.ts";

type Sent = Result<Delivery, NotificationRefusal>;

/** Resolves after one attempt. The alarm goes on if it fails. */
export async function sendAgain(notifier: Notifier, id: string, actor: Actor, nowMs: number): Promise<Sent> {
	if (!actor.scopes.includes("freeze")) return fail(missingScope(actor, "freeze"));
	const known = notifier.deliveries.get(id);
	if (known === null) return fail(noSuch("notification with this id"));
	const destination = notifier.destinations.reachable(known.destination);
	if (destination === null) return fail(closed(notifier, known.destination) ?? removed(known.destination));
	if (!destination.addresses.includes(known.address))
		return fail({
			code: "destination_closed",
			detail: `${destination.name} has another address now. unbind does not send it what was meant for the old address.`,
		});
	const limited = limitedBy(notifier, `again ${id}`, "This notification was sent again", nowMs);
	if (limited !== null) return fail(limited);
	log("info", "notification_sent_again", { delivery_id: id, destination: destination.name, by: actor.name });
	await notifier.sendAgain(id);
	const sent = shown(notifier, id);
	return sent.ok && !actor.scopes.includes("read") ? ok({ ...sent.value, event: unread(sent.value.event) }) : sent;
}

/** Without the scope `read`, an answer tells nothing of others' deletions. */
const unread = (event: NotifyEvent): NotifyEvent => ({
	...event,
	...{ summary: event.type, path: "/", cidr: null, actor: null, door: null, reason: null, data: {} },
});

/** Resolves after one attempt. @param unique tells tests apart. */
export async function sendTest(
	notifier: Notifier,
	named: string,
	actor: Actor,
	unique: string,
	nowMs: number,
): Promise<Sent> {
	if (!actor.scopes.includes("freeze")) return fail(missingScope(actor, "freeze"));
	const name = folded(named);
	const destination = notifier.destinations.reachable(name);
	if (destination === null) return fail(closed(notifier, name) ?? noSuch("destination with this name"));
	const limited = limitedBy(notifier, `test ${name}`, `The destination ${name} was tested`, nowMs);
	if (limited !== null) return fail(limited);
	const waiting = notifier.deliveries.waitingTest(name);
	if (waiting === null)
		return shown(notifier, await notifier.sendTo(destination, testEvent(name, actor, unique, nowMs)));
	// Tests that do not arrive must not push out what waits for the same destination.
	await notifier.sendAgain(waiting);
	return shown(notifier, waiting);
}

/** Counts it; or the refusal, after too many. */
function limitedBy({ byHand }: Notifier, key: string, what: string, nowMs: number): NotificationRefusal | null {
	const blockedMs = byHand.blockedMs(key, nowMs);
	if (blockedMs === 0) {
		byHand.count(key, nowMs);
		return null;
	}
	const retry_after_seconds = Math.ceil(blockedMs / 1000);
	const detail = `${what} ${sentByHandAtMost} times within five minutes. Try again in ${retry_after_seconds} seconds.`;
	return { code: "rate_limited", detail, retry_after_seconds };
}

const noSuch = (what: string): NotificationRefusal => ({ code: "not_found", detail: `There is no ${what}.` });

function shown({ deliveries }: Notifier, id: string): Sent {
	const delivery = deliveries.shown(id);
	return delivery === null ? fail(noSuch("notification with this id")) : ok(delivery);
}

const removed = (name: string): NotificationRefusal => ({
	code: "destination_closed",
	detail: `${name} was removed from the configuration.`,
});

/** Why nothing can be sent to a destination; null if there is none of that name. */
function closed(notifier: Notifier, name: string): NotificationRefusal | null {
	const facts = notifier.destinations.facts().find((one) => one.name === name);
	switch (facts?.state) {
		case "disabled":
			return {
				code: "destination_closed",
				detail: `${name} rejects all messages: ${facts.last_failure} Change its configuration, then try again.`,
			};
		case "closed":
			return {
				code: "destination_closed",
				detail: `The settings of ${name} are faulty. GET /status says how to fix them.`,
			};
		case "removed":
			return removed(name);
		default:
			return null;
	}
}
