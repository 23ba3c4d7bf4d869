// Names, reasons and Cloudflare's words are shown literally: none becomes markup, mentions anyone, or makes a message
// too large for its platform.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { played } from "../../../sandbox/chat/platforms.ts";
import { type Card, card } from "../../../src/cards/card.ts";
import type { Call, ReplyAddress } from "../../../src/doors/chat/platforms/platform.ts";
import { platforms } from "../../../src/doors/chat/receive.ts";
import { reply } from "../../../src/doors/chat/reply.ts";
import { platformNames } from "./people.ts";

const nasty = [
	"<!channel>",
	"<!here|here>",
	"<@U0ALICE>",
	"<@130000000000000001>",
	"@everyone @channel @all @here",
	"[click](https://evil.example)",
	"<https://evil.example|203.0.113.0/24>",
	"**bold** __x__ ~~y~~ `code` ```block``` ||spoiler||",
	"# heading",
	"> quote",
	"- list",
	":tada: :warning:",
	"&lt;!channel&gt; &amp;",
	"\\*not\\* \\\\",
	"https://evil.example/log-in?to=203.0.113.0",
	"see HTTP://evil.example, and ftp://evil.example",
	"http://https://evil.example",
	"www.evil.example",
	"mailto:alice@evil.example tel:112",
	"a\nb\r\n# c\t> d",
	"😀".repeat(40),
	"x".repeat(6000),
];
const words = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: "grapheme", maxLength: 80 }));
const texts = fc.array(words, { maxLength: 12 });
const anyCard: fc.Arbitrary<Card> = fc
	.record({
		title: words,
		tone: fc.constantFrom("plain" as const, "good" as const, "careful" as const, "bad" as const),
		text: texts,
		facts: fc.array(fc.record({ name: words, value: words }), { maxLength: 30 }),
		warnings: texts,
		rows: fc.array(
			fc.record({ head: words, link: fc.constantFrom(null, "https://unbind.example.com/records/7z"), rest: words }),
			{ maxLength: 10 },
		),
		buttons: fc.constantFrom(
			[],
			[{ choice: "delete" as const, label: "Delete", style: "danger" as const, offerId: "0".repeat(32) }],
		),
		link: fc.constantFrom(null, "https://unbind.example.com/records/7z"),
	})
	.map(({ title, ...parts }) => card(title || "?", parts));

const from = { workspace: "", channel: "", userId: "", userName: "" };
const command: Call = { kind: "command", from, command: { ok: true, value: { verb: "help" } }, address: "x" };
const to = (platform: (typeof platformNames)[number]): ReplyAddress => ({
	chat: { platform, workspace: "", channels: [], secrets: [], application: "1", server: null, users: [] },
	address: "x",
	callerCanSee: true,
	origin: "https://unbind.example.com",
});
const answered = (platform: (typeof platformNames)[number], one: Card): Promise<string> =>
	platforms[platform].respondNow(command, reply(one), to(platform)).response.text();

/** Every text in a message, at any depth. */
const textsIn = (value: unknown): string[] => {
	if (typeof value === "string") return [value];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** What is left of Markdown without escaped characters and unbind's own links and marks. */
const active = (text: string): string =>
	text
		.replace(/\[\*\*((?:[^\]\\]|\\.)*)\*\*\]\(https:\/\/unbind\.example\.com\/[^)]*\)/g, "$1")
		.replace(/^\*\*((?:[^*\\]|\\.)*)\*\*/gm, "$1")
		.replace(/\\[^0-9A-Za-z\s]/g, "")
		.replace(/https:\/\/unbind\.example\.com\/\S*/g, "");

describe.each(platformNames)("in %s", (platform) => {
	it("any card fits into a message the platform accepts", async () => {
		await fc.assert(
			fc.asyncProperty(anyCard, async (one) => {
				expect(played[platform].answered(await answered(platform, one), "command")).not.toBeNull();
			}),
			{ numRuns: 150 },
		);
	});

	it.each(nasty.slice(0, 19))("shows it literally, not as markup: %s", async (text) => {
		const one = card(text, {
			text: [text],
			facts: [{ name: "Why", value: text }],
			warnings: [text],
			rows: [{ head: text, link: null, rest: text }],
		});
		const body = await answered(platform, one);
		const shown = played[platform].answered(body, "command")?.text ?? "";
		expect(shown.split(text)).toHaveLength(7);
		const message = JSON.parse(body);
		if (platform === "slack") {
			expect(message.text).not.toMatch(/[<>]/);
			for (const block of message.blocks)
				for (const { type, text } of [block.text ?? [], block.fields ?? []].flat())
					if (type !== "plain_text") expect(text).not.toMatch(/[<>]/);
			return;
		}
		const { data: { embeds = [] } = {}, attachments = [] } = message;
		for (const one of textsIn([embeds, attachments]).filter((text) => !/^#[0-9a-f]{6}$/.test(text))) {
			expect(active(one)).not.toMatch(/[*_~`|<>[\]()]|^#/m);
			expect(one).not.toMatch(/\w:\/\//);
			if (platform === "mattermost") expect(one).not.toMatch(/@\w|:\w+:|\bwww\.|\b(?:mailto|tel):[^\u200b]/);
		}
	});
});

it("Mattermost's ephemeral texts still link to the record's page", async () => {
	const link = "https://unbind.example.com/records/7z";
	const press: Call = {
		kind: "press",
		from,
		press: { choice: "delete", offerId: "0".repeat(32), pressId: "1" },
		address: null,
	};
	const one = card("Deleted", { text: ["see https://evil.example"], link });
	const { ephemeral_text } = await platforms.mattermost
		.respondNow(press, reply(one), to("mattermost"))
		.response.json<{ ephemeral_text: string }>();
	expect(ephemeral_text).toBe(`Deleted see https:\u200b//evil.example ${link}`);
});
