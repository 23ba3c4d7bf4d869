// Each kind of destination and each type of event: what is composed is taken by a receiver as strict as the real service, or
// the kind has nothing to say.
import { describe, expect, it } from "vitest";
import type { Taken } from "../../../sandbox/receivers/receiver.ts";
import { createReceivers } from "../../../sandbox/receivers/receivers.ts";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import { type DestinationKind, destinationKinds, type Message } from "../../../src/notify/destination.ts";
import { type EventType, eventTypes } from "../../../src/notify/event.ts";
import { attemptMs, buttons, deletionOf, destinations, messageOf, nastyTexts, origin, recordId } from "./messages.ts";

async function delivered(kind: DestinationKind, message: Message): Promise<(Taken & { body: string }) | null> {
	const outgoing = await kinds[kind].compose(message, destinations[kind]);
	if (outgoing === null) return null;
	const { method, url, headers, body } = outgoing;
	const receiver = createReceivers()[kind];
	expect(url.startsWith(receiver.address)).toBe(true);
	const arrived = { method, url: new URL(url), headers: new Headers(headers), body, nowMs: attemptMs };
	return { ...(await receiver.receive(arrived)), body };
}

const silent: Record<DestinationKind, EventType[]> = {
	webhook: [],
	slack: [],
	discord: [],
	mattermost: [],
	teams: [],
	pagerduty: ["deletion.already_gone", "deletion.refused", "deletion.cancelled", "restoration.active"],
	grafana: [
		"deletion.already_gone",
		"deletion.refused",
		"deletion.failed",
		"deletion.cancelled",
		"approval.requested",
		"approval.approved",
		"approval.rejected",
		"approval.expired",
		"restoration.failed",
	],
};

describe.each(destinationKinds)("%s", (kind) => {
	it("has nothing to say about these events alone", async () => {
		const composed = await Promise.all(
			eventTypes.map((type) => kinds[kind].compose(messageOf(type), destinations[kind])),
		);
		expect(eventTypes.filter((_, index) => composed[index] === null)).toEqual(silent[kind]);
	});

	it.each(eventTypes.filter((type) => !silent[kind].includes(type)))("says %s", async (type) => {
		const answer = await delivered(kind, messageOf(type));
		expect(answer).toMatchObject({ problem: null });
		const closes = kind === "pagerduty" && /^approval\.(?!requested)/.test(type);
		const means = closes ? `resolve unbind:approval:${recordId}` : "203.0.113.128/25 (CDN)";
		expect(answer?.shown).toContain(means);
		expect(kinds[kind].answered(answer?.status ?? 0, new Headers(answer?.headers), answer?.text ?? "")).toMatchObject({
			kind: "delivered",
		});
	});

	it.each(nastyTexts.map((text) => [JSON.stringify(text).slice(0, 60), text]))(
		"cuts and escapes the reason %s",
		async (_, text) => {
			for (const type of eventTypes) {
				const nasty = messageOf(type, text, {}, { actor: text.slice(0, 100), cidr: text.slice(0, 100) });
				const answer = await delivered(kind, nasty);
				if (answer !== null) expect(answer, type).toMatchObject({ problem: null });
				// People's messages have no control characters either, not even escaped ones. Machines get what is on record.
				if (kind !== "webhook") expect(answer?.body ?? "", type).not.toMatch(/\\u00[01]|\\u202|\\ud8/);
			}
		},
	);

	it("writes an event whose record is no longer known", async () => {
		for (const type of eventTypes) {
			const answer = await delivered(kind, messageOf(type, null, { record: null }));
			if (answer !== null) expect(answer, type).toMatchObject({ problem: null });
		}
	});

	it("links to the page", async () => {
		const answer = await delivered(kind, messageOf("deletion.deleted"));
		expect(answer?.body).toContain(`${origin}/records/${recordId}`);
	});
});

it("separates names and values in Teams", async () => {
	expect((await delivered("teams", messageOf("deletion.deleted")))?.shown).toContain("\nBy: alice\n");
});

it("waits for Discord to post the message, in a thread too", async () => {
	const url = `${destinations.discord.url}?thread_id=170000000000000001`;
	const outgoing = await kinds.discord.compose(messageOf("test"), { ...destinations.discord, url });
	expect(outgoing?.url).toBe(`${url}&wait=true`);
});

describe("an approval that is asked for", () => {
	const asking = messageOf("approval.requested", "CHG-1042", { buttons });

	it.each(["slack", "discord", "mattermost"] as const)("has its buttons in %s", async (kind) => {
		const answer = await delivered(kind, asking);
		expect(answer).toMatchObject({ problem: null });
		expect(answer?.shown).toContain("[Approve] [Reject]");
		expect(answer?.body).toContain(buttons[0].offerId);
	});

	it("is sent to unbind's own address by a click in Mattermost", async () => {
		const answer = await delivered("mattermost", asking);
		expect(answer?.body).toContain(`"url":"${origin}/chat/mattermost"`);
	});

	it.each(["webhook", "teams", "pagerduty"] as const)("has a link and no button in %s", async (kind) => {
		const answer = await delivered(kind, asking);
		expect(answer?.body).not.toContain(buttons[0].offerId);
		expect(answer?.body).toContain(`${origin}/records/${recordId}`);
	});

	it.each(["slack", "discord", "mattermost"] as const)("offers nothing in %s once it is decided", async (kind) => {
		const late = { ...asking, record: deletionOf("deleted", "CHG-1042") };
		const answer = await delivered(kind, late);
		expect(answer?.shown).toContain("This request is already decided.");
		expect(answer?.body).not.toContain(buttons[0].offerId);
	});
});

describe("markup in a reason", () => {
	const reason = "<!channel> @everyone [x](https://evil.example) <b>bold</b> **y**";
	const bodyOf = async (kind: DestinationKind) => (await delivered(kind, messageOf("deletion.deleted", reason)))?.body;

	it("mentions nobody in Discord", async () => {
		expect(await bodyOf("discord")).toContain('"allowed_mentions":{"parse":[]}');
		expect(await bodyOf("discord")).not.toContain("[x](https://");
	});
	it("is no link in Mattermost", async () => expect(await bodyOf("mattermost")).not.toContain("](https://"));
	it("is plain text in Slack", async () => {
		const body: { blocks: { text?: { type: string } }[] } = JSON.parse((await bodyOf("slack")) ?? "");
		expect(body.blocks.filter(({ text }) => text?.type === "mrkdwn")).toEqual([]);
		expect(await bodyOf("slack")).not.toContain('"text":"<!channel>"');
	});
	it("is no HTML in Grafana", async () => {
		const { text }: { text: string } = JSON.parse((await bodyOf("grafana")) ?? "");
		expect(text.match(/<[^>]*>/g)).toEqual(["<br>", `<a href="${origin}/records/${recordId}">`, "</a>"]);
	});
	it("is a plain run in Teams", async () => expect(await bodyOf("teams")).not.toMatch(/"TextBlock"|https:\/\/evil/));
});
