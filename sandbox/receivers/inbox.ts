// The inbox: where unbind's notifications arrive, one receiver for each kind of destination. It keeps what arrived, taken or
// refused, and does to the next messages what was ordered.
import * as v from "valibot";
import { type DestinationKind, destinationKinds } from "../../src/notify/destination.ts";
import { connectionDropped } from "../imitation/connection.ts";
import { passed } from "../imitation/misbehave.ts";
import type { Taken } from "./receiver.ts";
import { createReceivers } from "./receivers.ts";

/** `cut`: it takes the message, and the connection breaks before its answer. */
const fault = v.variant("kind", [
	v.strictObject({
		kind: v.literal("answer"),
		status: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
		/** Seconds, or an HTTP date. */
		retry_after: v.optional(v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), v.string()])),
		body: v.optional(v.string(), ""),
	}),
	v.strictObject({ kind: v.literal("slow"), milliseconds: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
	v.strictObject({ kind: v.literal("cut") }),
	v.strictObject({ kind: v.literal("redirect"), location: v.optional(v.string(), "https://redirected.invalid/") }),
]);

const order = v.strictObject({
	/** Every kind, if it is left out. */
	to: v.optional(v.picklist(destinationKinds)),
	times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
	fault,
});
export const inboxOrders = v.pipe(
	v.union([v.array(order), order]),
	v.transform((orders) => (Array.isArray(orders) ? orders : [orders])),
);
type Order = v.InferOutput<typeof order>;

export interface InboxMessage {
	number: number;
	at: string;
	to: DestinationKind;
	method: string;
	/** Without its query, which may be a credential. */
	url: string;
	/** Those of Standard Webhooks and the content's type. */
	headers: Record<string, string>;
	/** As JSON, if it is JSON. */
	body: unknown;
	/** What was answered; null if the connection broke. */
	status: number | null;
	/** As its reader sees it; null if it was not taken. */
	shown: string | null;
	/** Why it was refused. */
	problem: string | null;
	/** The kind of the fault that was ordered for it. */
	fault: string | null;
	/** Whether a message with this webhook-id was taken before. */
	repeated: boolean;
}

export interface Inbox {
	takes(url: string): boolean;
	/** Throws when the connection breaks. */
	receive(request: Request): Promise<Response>;
	all(): InboxMessage[];
	/** Resolves once that many have arrived since the last clear. @param to only those of this kind; null is all. */
	whenArrived(count: number, to?: DestinationKind | null): Promise<InboxMessage[]>;
	order(orders: readonly Order[]): void;
	pending(): Order[];
	clearOrders(): void;
	clear(): void;
}

const keptAtMost = 2000;
const shownHeaders = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"];

export function createInbox(): Inbox {
	let receivers = createReceivers();
	let messages: InboxMessage[] = [];
	let orders: Order[] = [];
	let waiting: { isDone: () => boolean; resolve: () => void }[] = [];
	let number = 0;

	const kindOf = (url: string) => destinationKinds.find((kind) => url.startsWith(receivers[kind].address));
	const faultFor = (kind: DestinationKind) => {
		const found = orders.find(({ to = kind }) => to === kind);
		if (found === undefined) return null;
		found.times -= 1;
		orders = orders.filter(({ times }) => times > 0);
		return found.fault;
	};
	const keep = (message: InboxMessage): void => {
		messages = [...messages, message].slice(-keptAtMost);
		for (const one of waiting) if (one.isDone()) one.resolve();
		waiting = waiting.filter(({ isDone }) => !isDone());
	};

	return {
		takes: (url) => kindOf(url) !== undefined,
		async receive(request) {
			const { method, headers, signal } = request;
			const url = new URL(request.url);
			const kind = kindOf(request.url);
			if (kind === undefined) throw new Error(`no receiver at ${url.host}`);
			const body = await request.text();
			const ordered = faultFor(kind);
			if (ordered?.kind === "slow") await passed(ordered.milliseconds, signal);
			const instead = ordered === null ? null : insteadOf(ordered);
			const arrived = { method, url, headers, body, nowMs: Date.now() };
			const answer: Taken = instead ?? (await receivers[kind].receive(arrived));
			const isCut = ordered?.kind === "cut";
			const id = headers.get("webhook-id");
			number += 1;
			keep({
				number,
				at: new Date().toISOString(),
				to: kind,
				method,
				url: `${url.origin}${url.pathname}`,
				headers: Object.fromEntries([...headers].filter(([name]) => shownHeaders.includes(name))),
				body: jsonOrText(body),
				status: isCut ? null : answer.status,
				shown: answer.shown,
				problem: answer.problem,
				fault: ordered?.kind ?? null,
				repeated: id !== null && messages.some((one) => one.shown !== null && one.headers["webhook-id"] === id),
			});
			if (isCut) throw connectionDropped();
			const bodiless = [204, 205, 304].includes(answer.status);
			const date = new Date().toUTCString();
			return new Response(bodiless ? null : answer.text, {
				status: answer.status,
				headers: { date, ...answer.headers },
			});
		},
		all: () => structuredClone(messages),
		async whenArrived(count, to = null) {
			const found = () => messages.filter((one) => to === null || one.to === to);
			const isDone = () => found().length >= count;
			if (!isDone()) await new Promise<void>((resolve) => waiting.push({ isDone, resolve }));
			return structuredClone(found());
		},
		order(more) {
			orders.push(...structuredClone(more));
		},
		pending: () => structuredClone(orders),
		clearOrders() {
			orders = [];
		},
		clear() {
			receivers = createReceivers();
			messages = [];
			orders = [];
			number = 0;
		},
	};
}

/** What the receiver never sees. */
function insteadOf(ordered: Order["fault"]): Taken | null {
	const none = { shown: null, problem: null };
	if (ordered.kind === "redirect") return { status: 307, text: "", headers: { location: ordered.location }, ...none };
	if (ordered.kind !== "answer") return null;
	const { status, retry_after, body } = ordered;
	const headers = retry_after === undefined ? {} : { "retry-after": String(retry_after) };
	return { status, text: body, headers, ...none };
}

function jsonOrText(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return body;
	}
}
