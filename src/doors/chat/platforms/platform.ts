// What each platform adapter does: reads what the platform sends and renders what it accepts. It knows the platform's format
// and limits, and decides nothing.

import type { Card } from "../../../cards/card.ts";
import type { Chat } from "../../../config/chat.ts";
import type { Result } from "../../../deletion/result.ts";
import type { Press } from "../../../deletion/steps/offer.ts";
import type { Scheme } from "../../auth/schemes.ts";
import type { Command, CommandError } from "../command.ts";
import type { Reply } from "../reply.ts";

/** Who sent it, and where, according to the platform. */
export interface Author {
	workspace: string;
	channel: string;
	userId: string;
	/** The user's current name there. Only for the record. */
	userName: string;
}

/** A message that gets a reply. `address`: where the platform accepts later messages; null if it gave none. */
export type Call =
	| { kind: "command"; from: Author; command: Result<Command, CommandError>; address: string | null }
	| { kind: "press"; from: Author; press: Pick<Press, "offerId" | "choice" | "pressId">; address: string | null };

/** `ping`: the platform checks that unbind is there. `typing`: it asks for suggestions for a half-typed target. */
export type Incoming = Call | { kind: "ping" } | { kind: "typing"; from: Author; text: string };

export interface Suggestion {
	label: string;
	value: string;
}

/** An HTTP request to the platform. */
export interface Message {
	method: "POST" | "PATCH";
	url: string;
	body: object;
}

interface PlatformAnswer {
	response: Response;
	/** What does not fit in the response and must be sent separately. */
	messages: Message[];
}

/** Where later messages go. */
export interface ReplyAddress {
	chat: Chat;
	address: string | null;
	/** Whether the caller sees a private message sent there. */
	callerCanSee: boolean;
	/** unbind's origin, for links and callbacks. */
	origin: string;
}

/** What the caller alone sees. */
type OwnReply = Omit<Reply, "announcement">;

export interface Platform {
	scheme: Scheme;
	/** The request has no signature, so it can only be a click. */
	isUnsigned(headers: Headers): boolean;
	/** A failure's sentence is for the platform's administrator. */
	read(body: Uint8Array, aliases: ReadonlyMap<string, string>): Result<Incoming, string>;
	pong(): Response;
	suggest(suggestions: readonly Suggestion[]): Response;
	/** The response when the reply is ready in time. Only a reply to a press ever replaces a message. */
	respondNow(call: Call, reply: OwnReply, to: ReplyAddress): PlatformAnswer;
	/** The response when it is not; the caller sees `meanwhile`, if there is one. */
	respondLater(call: Call, meanwhile: Card | null, to: ReplyAddress): PlatformAnswer;
	/** The messages after an acknowledgement. */
	followUp(call: Call, reply: OwnReply, to: ReplyAddress): Message[];
	/** A separate message that the whole channel sees. */
	announce(card: Card, to: ReplyAddress): Message[];
}
