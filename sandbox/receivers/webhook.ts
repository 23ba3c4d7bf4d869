// Plays a receiver of webhooks: it wants a CloudEvent, and both signatures of Standard Webhooks.
import * as v from "valibot";
import { prove } from "../../src/doors/auth/proof.ts";
import { schemeOf } from "../../src/doors/auth/schemes.ts";
import { type Receiver, refused, taken } from "./receiver.ts";
import { webhookAddress, webhookPublicKey, webhookSecret } from "./settings.ts";

const scheme = schemeOf("standard-webhooks", {
	header: null,
	algorithm: "sha256",
	encoding: "hex",
	prefix: "",
	signed: "{body}",
	timestampHeader: null,
	idHeader: null,
});

const text = v.pipe(v.string(), v.minLength(1));
const time = v.pipe(v.string(), v.isoTimestamp());

/** The attributes of CloudEvents 1.0 in its JSON format, and what unbind puts into `data`. */
export const cloudEvent = v.strictObject({
	specversion: v.literal("1.0"),
	id: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
	source: v.pipe(v.string(), v.url()),
	type: v.pipe(v.string(), v.regex(/^dev\.unbind\.[a-z_.]+$/)),
	subject: v.optional(text),
	time,
	datacontenttype: v.literal("application/json"),
	data: v.strictObject({
		summary: text,
		link: v.pipe(v.string(), v.url()),
		deletion_id: v.nullable(text),
		change: v.nullable(v.number()),
		cidr: v.nullable(text),
		actor: v.nullable(text),
		door: v.nullable(text),
		reason: v.nullable(v.string()),
		details: v.record(v.string(), v.unknown()),
	}),
});

const bodyLimitBytes = 20_000;

export const webhook: Receiver = {
	address: webhookAddress,
	async receive({ method, headers, body, nowMs }) {
		if (method !== "POST") return refused(405, "", `${method} instead of POST`);
		if (headers.get("content-type") !== "application/cloudevents+json; charset=utf-8")
			return refused(415, "", `the content type ${headers.get("content-type")}`);
		const bytes = Uint8Array.from(new TextEncoder().encode(body));
		if (bytes.byteLength >= bodyLimitBytes) return refused(413, "", `${bytes.byteLength} bytes`);
		for (const key of [webhookSecret, webhookPublicKey]) {
			const proof = await prove(scheme, [key], headers, bytes, nowMs);
			if (!proof.ok) return refused(401, "", `no signature by ${key.slice(0, 6)}: ${proof.failure}`);
		}
		const event = v.safeParse(v.pipe(v.string(), v.parseJson(), cloudEvent), body);
		if (!event.success) return refused(400, "", v.summarize(event.issues));
		const { id, type, data } = event.output;
		if (id !== headers.get("webhook-id")) return refused(400, "", "webhook-id is not the event's id");
		return taken(204, "", `${type}: ${data.summary}\n${data.link}`);
	},
};
