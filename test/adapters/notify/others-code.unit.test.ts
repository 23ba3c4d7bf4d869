// What others' code says of our messages: the CloudEvents SDK, Microsoft's Adaptive Cards, and the types of Slack and Discord.
import type { KnownBlock } from "@slack/types";
import * as adaptiveCards from "adaptivecards";
import { CloudEvent, HTTP } from "cloudevents";
import type { RESTPostAPIWebhookWithTokenJSONBody } from "discord-api-types/v10";
import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import { card } from "../../../src/cards/card.ts";
import { discordMessage } from "../../../src/cards/discord.ts";
import { slackMessage } from "../../../src/cards/slack.ts";
import { eventTypes } from "../../../src/notify/event.ts";
import { destinations, messageOf, nastyTexts, recordId } from "./messages.ts";

const messages = eventTypes.flatMap((type) => nastyTexts.map((text) => messageOf(type, text)));

describe("the CloudEvents SDK", () => {
	it("reads and validates each event", async () => {
		for (const message of messages) {
			const outgoing = await kinds.webhook.compose(message, destinations.webhook);
			const read = HTTP.toEvent({ headers: outgoing?.headers ?? {}, body: outgoing?.body });
			if (Array.isArray(read)) throw new Error("one event, not a batch");
			const event = new CloudEvent(read);
			expect(event.validate()).toBe(true);
			expect(event).toMatchObject({ id: message.event.id, type: `dev.unbind.${message.event.type}` });
			expect(event.subject).toBe(message.record === null ? undefined : recordId);
		}
	});
});

describe("Adaptive Cards' own library", () => {
	function problemsOf(content: unknown): string[] {
		const context = new adaptiveCards.SerializationContext(adaptiveCards.Versions.v1_4);
		const parsed = new adaptiveCards.AdaptiveCard();
		parsed.parse(content, context);
		const results = parsed.validateProperties();
		const found = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
		return [...found, ...results.validationEvents.map(({ message }) => message)];
	}

	it("parses each card without a complaint", async () => {
		for (const message of messages) {
			const outgoing = await kinds.teams.compose(message, destinations.teams);
			const { attachments } = JSON.parse(outgoing?.body ?? "");
			expect(problemsOf(attachments[0].content)).toEqual([]);
		}
	});

	it("complains of a card that is none", () => {
		expect(problemsOf({ type: "AdaptiveCard", version: "1.4", body: [{ type: "NoBlock" }] })).not.toEqual([]);
		const noAddress = { type: "AdaptiveCard", version: "1.4", body: [], actions: [{ type: "Action.OpenUrl" }] };
		expect(problemsOf(noAddress)).not.toEqual([]);
	});
});

describe("the types of Slack and Discord", () => {
	it("fit what is sent", () => {
		const blocks: KnownBlock[] = slackMessage(card("A title")).blocks;
		const body: RESTPostAPIWebhookWithTokenJSONBody = discordMessage(card("A title"));
		expect([blocks.length, body.embeds?.length]).toEqual([1, 1]);
	});
});
