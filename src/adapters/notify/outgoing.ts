// A request with a JSON body, and texts that fit into one.
import type { Message, Outgoing } from "../../notify/destination.ts";

export const outgoing = (
	url: string,
	body: object,
	headers: Outgoing["headers"] = {},
	method: Outgoing["method"] = "POST",
): Outgoing => ({
	method,
	url,
	headers: { "content-type": "application/json; charset=utf-8", ...headers },
	body: JSON.stringify(body),
});

/** The page that shows more. */
export const linkOf = ({ event, origin }: Message): string => `${origin}${event.path}`;

/** One line without control characters, line separators and bidirectional marks. */
export const oneLine = (text: string): string =>
	text
		.replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ")
		.toWellFormed()
		.trim();
