// The receivers of notifications refuse what the real services refuse.
import { describe, expect, it } from "vitest";
import { createReceivers } from "../../../sandbox/receivers/receivers.ts";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import type { DestinationKind } from "../../../src/notify/destination.ts";
import type { EventType } from "../../../src/notify/event.ts";
import { attemptMs, destinations, messageOf } from "../../adapters/notify/messages.ts";

// biome-ignore lint/suspicious/noExplicitAny: a table of bad bodies changes any member of a good one.
type Body = any;

async function statusOf(kind: DestinationKind, type: EventType, spoil: (body: Body) => void): Promise<number> {
	const outgoing = await kinds[kind].compose(messageOf(type), destinations[kind]);
	const body: Body = JSON.parse(outgoing?.body ?? "");
	spoil(body);
	const { status } = await createReceivers()[kind].receive({
		method: outgoing?.method ?? "",
		url: new URL(outgoing?.url ?? ""),
		headers: new Headers(outgoing?.headers),
		body: JSON.stringify(body),
		nowMs: attemptMs,
	});
	return status;
}

const cases: [DestinationKind, EventType, string, (body: Body) => void][] = [
	["slack", "deletion.deleted", "a header over 150 characters", (body) => (body.blocks[0].text.text = "x".repeat(151))],
	["slack", "deletion.deleted", "51 blocks", (body) => (body.blocks = Array(51).fill(body.blocks[0]))],
	[
		"slack",
		"deletion.deleted",
		"11 fields",
		(body) => body.blocks.push({ type: "section", fields: Array(11).fill(body.blocks[0].text) }),
	],
	["slack", "deletion.deleted", "an empty text", (body) => (body.blocks[0].text.text = "")],
	["discord", "deletion.deleted", "a title over 256 characters", (body) => (body.embeds[0].title = "x".repeat(257))],
	[
		"discord",
		"deletion.deleted",
		"26 fields",
		(body) => (body.embeds[0].fields = Array(26).fill({ name: "a", value: "b" })),
	],
	[
		"discord",
		"deletion.deleted",
		"an embed over 6000 characters",
		(body) => (body.embeds[0].fields = Array(6).fill({ name: "a", value: "b".repeat(1024) })),
	],
	["discord", "deletion.deleted", "mentions", (body) => (body.allowed_mentions.parse = ["everyone"])],
	["mattermost", "deletion.deleted", "no attachment", (body) => (body.attachments = [])],
	["mattermost", "deletion.deleted", "a colour that is none", (body) => (body.attachments[0].color = "red")],
	["teams", "deletion.deleted", "another version", (body) => (body.attachments[0].content.version = "1.5")],
	[
		"teams",
		"deletion.deleted",
		"a button that does nothing",
		(body) => (body.attachments[0].content.actions[0].type = "Action.Submit"),
	],
	["teams", "deletion.deleted", "another content type", (body) => (body.attachments[0].contentType = "text/plain")],
	[
		"pagerduty",
		"deletion.deleted",
		"a summary over 1024 characters",
		(body) => (body.payload.summary = "x".repeat(1025)),
	],
	["pagerduty", "deletion.deleted", "no summary", (body) => delete body.payload.summary],
	["pagerduty", "deletion.deleted", "a time that is none", (body) => (body.payload.timestamp = "yesterday")],
	["pagerduty", "deletion.deleted", "the key of a ruleset", (body) => (body.routing_key = `R${"0".repeat(31)}`)],
	["pagerduty", "approval.requested", "another severity", (body) => (body.payload.severity = "urgent")],
	["pagerduty", "approval.requested", "a dedup key over 255 characters", (body) => (body.dedup_key = "x".repeat(256))],
	["pagerduty", "approval.approved", "a resolution of nothing", (body) => delete body.dedup_key],
	["grafana", "deletion.deleted", "an end before its start", (body) => (body.timeEnd = body.time - 1)],
	["grafana", "deletion.deleted", "a time in seconds", (body) => (body.time = 1_771_610_158)],
	[
		"grafana",
		"deletion.deleted",
		"more than 500 characters of tags",
		(body) => (body.tags = Array(6).fill("x".repeat(90))),
	],
	["grafana", "deletion.deleted", "no text", (body) => delete body.text],
];

describe("a receiver", () => {
	it.each(cases)("of %s, with %s: refuses %s", async (kind, type, _, spoil) => {
		expect(await statusOf(kind, type, () => {})).toBeLessThan(300);
		expect(await statusOf(kind, type, spoil)).toBe(400);
	});

	it("of pagerduty refuses more than 512 kB", async () => {
		const spoil = (body: Body) => (body.payload.custom_details.more = "x".repeat(512 * 1024));
		expect(await statusOf("pagerduty", "deletion.deleted", spoil)).toBe(413);
	});
});
