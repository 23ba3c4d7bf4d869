// Plays PagerDuty's Events API v2, with its limits. https://developer.pagerduty.com/docs/events-api-v2-overview
import * as v from "valibot";
import { jsonOf, type Receiver, refused, taken } from "./receiver.ts";
import { pagerdutyKey } from "./settings.ts";

const text = v.pipe(v.string(), v.minLength(1));
const summary = v.pipe(v.string(), v.minLength(1), v.maxLength(1024));
const timestamp = v.pipe(v.string(), v.isoTimestamp());
const links = v.array(v.strictObject({ href: v.pipe(v.string(), v.url()), text: v.optional(text) }));
/** Keys of rulesets begin with R, and take no change events. */
const routingKey = v.pipe(v.string(), v.regex(/^[0-9a-z]{32}$/i));
const dedupKey = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
const details = v.record(v.string(), v.unknown());

export const changeEvent = v.strictObject({
	routing_key: v.pipe(routingKey, v.regex(/^[^R]/)),
	payload: v.strictObject({
		summary,
		source: v.optional(text),
		timestamp: v.optional(timestamp),
		custom_details: v.optional(details),
	}),
	links: v.optional(links),
});

export const alertEvent = v.variant("event_action", [
	v.strictObject({
		event_action: v.literal("trigger"),
		routing_key: routingKey,
		dedup_key: v.optional(dedupKey),
		payload: v.strictObject({
			summary,
			source: text,
			severity: v.picklist(["critical", "error", "warning", "info"]),
			timestamp: v.optional(timestamp),
			component: v.optional(text),
			group: v.optional(text),
			class: v.optional(text),
			custom_details: v.optional(details),
		}),
		links: v.optional(links),
		client: v.optional(text),
		client_url: v.optional(v.pipe(v.string(), v.url())),
	}),
	v.strictObject({
		event_action: v.picklist(["acknowledge", "resolve"]),
		routing_key: routingKey,
		dedup_key: dedupKey,
	}),
]);

const bodyLimitBytes = 512 * 1024;

export const pagerduty: Receiver = {
	address: "https://events.pagerduty.com",
	receive(arrived) {
		const { method, url, body } = arrived;
		if (method !== "POST") return refused(405, "", `${method} instead of POST`);
		if (new TextEncoder().encode(body).byteLength > bodyLimitBytes) return refused(413, "", "more than 512 kB");
		const json = jsonOf(arrived);
		if (url.pathname === "/v2/change/enqueue") {
			const event = v.safeParse(changeEvent, json);
			if (!event.success) return invalid(v.summarize(event.issues));
			if (event.output.routing_key !== pagerdutyKey) return invalid("another routing key");
			return taken(
				202,
				JSON.stringify({ status: "success", message: "Change event processed" }),
				event.output.payload.summary,
			);
		}
		if (url.pathname !== "/v2/enqueue") return refused(404, "", `there is nothing at ${url.pathname}`);
		const event = v.safeParse(alertEvent, json);
		if (!event.success) return invalid(v.summarize(event.issues));
		if (event.output.routing_key !== pagerdutyKey) return invalid("another routing key");
		const { event_action, dedup_key = "" } = event.output;
		const answer = JSON.stringify({ status: "success", message: "Event processed", dedup_key });
		const what = "payload" in event.output ? `${event.output.payload.severity}: ${event.output.payload.summary}` : "";
		return taken(202, answer, `${event_action} ${dedup_key} ${what}`.trim());
	},
};

const invalid = (problem: string) =>
	refused(
		400,
		JSON.stringify({ status: "invalid event", message: "Event object is invalid", errors: [problem] }),
		problem,
	);
