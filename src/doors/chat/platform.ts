// What an adapter does for its platform: it reads what the platform sends, and writes what the platform takes. It decides
// nothing; it only knows the platform's language and its limits.
import type { Chat } from "../../config/chat.ts";
import type { Press } from "../../deletion/course/offer.ts";
import type { Result } from "../../deletion/result.ts";
import type { Scheme } from "../auth/schemes.ts";
import type { Card, Reply } from "./card.ts";
import type { Command, Misread } from "./command.ts";

/** Who speaks, and where, as the platform says. */
export interface Speaker {
	workspace: string;
	channel: string;
	userId: string;
	/** What the user is called there today; on record, and nowhere else. */
	userName: string;
}

/** Something that gets a reply. `address`: what the platform gave to send later messages to; null where it gave nothing. */
export type Call =
	| { kind: "command"; from: Speaker; command: Result<Command, Misread>; address: string | null }
	| { kind: "press"; from: Speaker; press: Pick<Press, "offerId" | "choice" | "pressId">; address: string | null };

/** `ping`: the platform asks whether somebody is there. `typing`: it asks for what a half-typed target may become. */
export type Heard = Call | { kind: "ping" } | { kind: "typing"; from: Speaker; text: string };

export interface Suggestion {
	label: string;
	value: string;
}

/** A call to the platform. */
export interface Message {
	method: "POST" | "PATCH";
	url: string;
	body: object;
}

export interface Spoken {
	response: Response;
	/** What the platform does not take as its answer, and has to be sent. */
	messages: Message[];
}

/** Where later messages go. */
export interface Destination {
	chat: Chat;
	address: string | null;
	/** Whether a private message sent there is seen by the one who calls. */
	isCallers: boolean;
	/** unbind's own address, for what a platform has to call or to link to. */
	origin: string;
}

export interface Platform {
	scheme: Scheme;
	/** The platform does not sign such a call: it is a click, or nothing. */
	isUnsigned(headers: Headers): boolean;
	/** Of a failure, the sentence is for whoever looks after the platform. */
	read(body: Uint8Array, aliases: ReadonlyMap<string, string>): Result<Heard, string>;
	pong(): Response;
	suggest(suggestions: readonly Suggestion[]): Response;
	/** The reply is there in time. */
	answer(call: Call, reply: Reply, to: Destination): Spoken;
	/** It is not: `meanwhile` takes the place of what the caller sees, where there is something to say. */
	acknowledge(call: Call, meanwhile: Card | null, to: Destination): Spoken;
	/** What follows an acknowledgement. */
	followUp(call: Call, reply: Reply, to: Destination): Message[];
}
