// A structured CloudEvent with the headers of Standard Webhooks: receivers of both kinds read it.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
import { cut } from "../../cards/card.ts";
import type { Json } from "../../deletion/record/json.ts";
import type { Kind, Message } from "../../notify/destination.ts";
import { outcomeByStatus } from "./answer.ts";
import { webhookBodyBytes, webhookListLengths, webhookTextLength } from "./limits.ts";
import { linkOf, outgoing } from "./outgoing.ts";
import { signaturesOf } from "./sign.ts";

export const webhook: Kind = {
	isForPeople: false,
	async compose(message, { url, secrets }) {
		const { event, attemptMs } = message;
		const sent = outgoing(url, fittingEvent(message), {
			"content-type": "application/cloudevents+json; charset=utf-8",
		});
		const timestamp = String(Math.floor(attemptMs / 1000));
		const signature = await signaturesOf(`${event.id}.${timestamp}.${sent.body}`, secrets);
		const proof = { "webhook-id": event.id, "webhook-timestamp": timestamp, "webhook-signature": signature };
		return { ...sent, headers: { ...sent.headers, ...proof } };
	},
	answered: outcomeByStatus,
};

function fittingEvent(message: Message): object {
	const tried = webhookListLengths.map((length) => cloudEvent(message, shortened(message.event.data, length)));
	const fits = (event: object) => new TextEncoder().encode(JSON.stringify(event)).byteLength < webhookBodyBytes;
	return tried.find(fits) ?? cloudEvent(message, {});
}

function cloudEvent(message: Message, details: { [name: string]: Json }): object {
	const { id, type, at, summary, deletion_id, change, cidr, actor, door, reason } = message.event;
	return {
		specversion: "1.0",
		id,
		source: message.origin,
		type: `dev.unbind.${type}`,
		...(deletion_id === null ? {} : { subject: deletion_id }),
		time: at,
		datacontenttype: "application/json",
		data: {
			summary: cut(summary, webhookTextLength),
			link: linkOf(message),
			deletion_id,
			change,
			cidr,
			actor,
			door,
			reason: reason === null ? null : cut(reason, webhookTextLength),
			details,
		},
	};
}

const shortened = (data: { [name: string]: Json }, length: number): { [name: string]: Json } =>
	Object.fromEntries(
		Object.entries(data).map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, length) : value]),
	);
