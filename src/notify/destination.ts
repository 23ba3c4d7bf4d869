// A destination of events, and what its kind has to know: how an event becomes a request, and what an answer means. Types and
// names only.
import type { Button } from "../cards/card.ts";
import type { Door } from "../deletion/record/actor.ts";
import type { Deletion } from "../deletion/record/deletion.ts";
import type { NotifyEvent } from "./event.ts";

export const destinationKinds = ["webhook", "slack", "discord", "mattermost", "teams", "pagerduty", "grafana"] as const;
export type DestinationKind = (typeof destinationKinds)[number];

export interface Destination {
	name: string;
	to: DestinationKind;
	/** https, and never from a caller. For chats it is the credential; for PagerDuty it is a constant. */
	url: string;
	/** Signing keys, routing keys or tokens, newest first. */
	secrets: readonly string[];
	/** Such as "deletion.*"; never empty. */
	events: readonly string[];
	/** Only events about bindings inside these CIDRs, and events about no binding; null means all. */
	ranges: readonly string[] | null;
	/** Only events of these doors, and events of none; null means all. */
	doors: readonly Door[] | null;
	/** The channel that a chat's messages go to, where a configured chat can take the clicks; null: links only. */
	channel: string | null;
}

/** What there is to say in one request. */
export interface Message {
	event: NotifyEvent;
	/** The record as it is now; null if the event is about none. */
	record: Deletion | null;
	/** The Ledger stored an offer for each. */
	buttons: readonly Button[];
	/** What the destination called an earlier message about the same record, such as the id of an annotation. */
	externalId: string | null;
	/** unbind's own origin, for links. */
	origin: string;
	attemptMs: number;
}

export interface Outgoing {
	method: "POST" | "PATCH";
	url: string;
	headers: { [name: string]: string };
	body: string;
}

export type Answered =
	| { kind: "delivered"; externalId: string | null }
	/** @param afterMs what the destination asked for; null: by the schedule. */
	| { kind: "retry"; afterMs: number | null; detail: string }
	/** It will never take this message. */
	| { kind: "rejected"; detail: string }
	/** It takes no message any more, until it is configured again. */
	| { kind: "disabled"; detail: string };

/** How one kind of destination speaks. */
export interface Kind {
	/** Read by people, who want one message about many losses. */
	isForPeople: boolean;
	/** null: this kind has nothing to say about such an event. */
	compose(message: Message, destination: Destination): Promise<Outgoing | null>;
	/** @param status 0 if no answer came. @param text the start of the body. */
	answered(status: number, headers: Headers, text: string): Answered;
}
