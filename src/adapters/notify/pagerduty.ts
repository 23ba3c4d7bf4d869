// PagerDuty's Events API v2: a change event for what changed, which disturbs nobody, and an alert for what needs a person.
// https://developer.pagerduty.com/docs/events-api-v2-overview
import { cut } from "../../cards/card.ts";
import type { Json } from "../../deletion/record/json.ts";
import type { Destination, Kind, Message, Outgoing } from "../../notify/destination.ts";
import type { EventType } from "../../notify/event.ts";
import { outcomeByStatus } from "./answer.ts";
import { pagerduty as limits } from "./limits.ts";
import { linkOf, oneLine, outgoing } from "./outgoing.ts";

const hosts = ["https://events.pagerduty.com", "https://events.eu.pagerduty.com"] as const;

/** `change`: something changed, or may have. `approval`: it closes an approval's alert, if there was one. */
type Use = "change" | "alert" | "approval" | "nothing";

const uses: Record<EventType, Use> = {
	"deletion.deleted": "change",
	"deletion.already_gone": "approval",
	"deletion.refused": "approval",
	"deletion.failed": "change",
	"deletion.cancelled": "approval",
	"deletion.unknown": "change",
	"approval.requested": "alert",
	"approval.approved": "approval",
	"approval.rejected": "approval",
	"approval.expired": "approval",
	"restoration.restored": "change",
	"restoration.failed": "change",
	"restoration.active": "nothing",
	"freeze.on": "change",
	"freeze.off": "change",
	"watch.disappeared": "change",
	"watch.appeared": "change",
	"watch.changed": "change",
	"watch.mass_deletion": "alert",
	"credential.rejected": "alert",
	test: "change",
};

export const pagerduty: Kind = {
	/** Change events disturb nobody, and each alert needs its own end. */
	isForPeople: false,
	async compose(message, destination) {
		const { event, record } = message;
		switch (uses[event.type]) {
			case "change":
				return sent(destination, "/v2/change/enqueue", {
					payload: payloadOf(message),
					links: linksOf(message),
				});
			case "alert":
				return sent(destination, "/v2/enqueue", {
					event_action: "trigger",
					dedup_key: dedupKeyOf(message),
					payload: { ...payloadOf(message), severity: severityOf(event.type), class: event.type },
					links: linksOf(message),
					client: "unbind",
					client_url: message.origin,
				});
			case "approval": {
				const wasAsked = event.type.startsWith("approval.") || (record !== null && record.approval !== null);
				if (!wasAsked) return null;
				return sent(destination, "/v2/enqueue", { event_action: "resolve", dedup_key: dedupKeyOf(message) });
			}
			case "nothing":
				return null;
		}
	},
	answered: outcomeByStatus,
};

/** Of the two hosts that PagerDuty has, the one in the configuration. */
function sent({ url, secrets }: Destination, path: string, body: object): Outgoing {
	const host = hosts.find((one) => url.startsWith(`${one}/`) || url === one) ?? hosts[0];
	return outgoing(`${host}${path}`, { routing_key: secrets[0] ?? "", ...body });
}

/** One alert per approval and per mass deletion, and one for the credential. */
function dedupKeyOf({ event, origin }: Message): string {
	if (event.type === "credential.rejected") return `unbind:credential:${new URL(origin).host}`.slice(0, 255);
	return `unbind:${event.type === "watch.mass_deletion" ? event.id : `approval:${event.deletion_id}`}`;
}

const severityOf = (type: EventType): "critical" | "error" | "warning" =>
	type === "watch.mass_deletion" ? "critical" : type === "credential.rejected" ? "error" : "warning";

const linksOf = (message: Message) => [{ href: linkOf(message), text: "Open the page" }];

function payloadOf({ event, origin }: Message): object {
	const { type, at, summary, deletion_id, cidr, actor, door, reason } = event;
	const details: { [name: string]: Json } = { type, deletion_id, cidr, actor, door, reason };
	return {
		summary: cut(oneLine(summary), limits.summary),
		source: new URL(origin).host,
		timestamp: at,
		custom_details: Object.fromEntries(
			Object.entries(details).map(([name, value]) => [name, typeof value === "string" ? shown(value) : value]),
		),
	};
}

const shown = (text: string): string => cut(oneLine(text), limits.text);
