// Which events disturb a person, and which end it.
import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import type { Approval } from "../../../src/deletion/record/deletion.ts";
import type { EventType } from "../../../src/notify/event.ts";
import { deletionOf, destinations, messageOf, origin, recordId } from "./messages.ts";

async function sent(type: EventType, more: Parameters<typeof messageOf>[2] = {}, event = {}) {
	const outgoing = await kinds.pagerduty.compose(messageOf(type, "CHG-1042", more, event), destinations.pagerduty);
	return outgoing === null ? null : { path: new URL(outgoing.url).pathname, ...JSON.parse(outgoing.body) };
}

describe("pagerduty", () => {
	it("gets a change event for a deletion", async () => {
		expect(await sent("deletion.deleted")).toMatchObject({
			path: "/v2/change/enqueue",
			payload: { source: "unbind.example.net", custom_details: { cidr: "203.0.113.128/25", reason: "CHG-1042" } },
			links: [{ href: `${origin}/records/${recordId}`, text: "Open the page" }],
		});
	});

	it.each<[EventType, string]>([
		["approval.requested", "warning"],
		["watch.mass_deletion", "critical"],
		["credential.rejected", "error"],
	])("gets an alert for %s", async (type, severity) => {
		expect(await sent(type)).toMatchObject({ path: "/v2/enqueue", event_action: "trigger", payload: { severity } });
	});

	it.each<EventType>(["approval.approved", "approval.rejected", "approval.expired"])(
		"resolves the approval's alert with %s",
		async (type) => {
			const { dedup_key } = await sent("approval.requested");
			expect(await sent(type)).toMatchObject({ path: "/v2/enqueue", event_action: "resolve", dedup_key });
		},
	);

	it("resolves the alert of an approval that was withdrawn", async () => {
		const approval: Approval = {
			state: "withdrawn",
			guards: [],
			requested_at: "2026-02-20T17:56:00.000Z",
			expires_at: "2026-02-20T18:56:00.000Z",
			decided_at: null,
			decided_by: null,
		};
		const record = deletionOf("cancelled", null, { approval });
		expect(await sent("deletion.cancelled", { record })).toMatchObject({ event_action: "resolve" });
		expect(await sent("deletion.cancelled", { record: deletionOf("cancelled", null) })).toBeNull();
	});

	it("has one alert for the credential, and one for each mass deletion", async () => {
		const keysOf = async (type: EventType) => [
			(await sent(type, {}, { id: "one" })).dedup_key,
			(await sent(type, {}, { id: "two" })).dedup_key,
		];
		expect(new Set(await keysOf("credential.rejected")).size).toBe(1);
		expect(new Set(await keysOf("watch.mass_deletion")).size).toBe(2);
	});

	it("goes to PagerDuty's address in the EU, and to no other", async () => {
		const urlFor = async (url: string) =>
			(await kinds.pagerduty.compose(messageOf("deletion.deleted"), { ...destinations.pagerduty, url }))?.url;
		expect(await urlFor("https://events.eu.pagerduty.com")).toBe("https://events.eu.pagerduty.com/v2/change/enqueue");
		for (const url of ["", "https://events.pagerduty.com.evil.example", "https://evil.example"])
			expect(await urlFor(url)).toBe("https://events.pagerduty.com/v2/change/enqueue");
	});
});
