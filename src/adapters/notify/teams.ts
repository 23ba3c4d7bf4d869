// Microsoft Teams: an Adaptive Card to the URL of a workflow, which posts it. A 202 says that the workflow started.
// https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498
import { type Card, cut } from "../../cards/card.ts";
import type { Kind } from "../../notify/destination.ts";
import { outcomeByStatus } from "./answer.ts";
import { eventCard } from "./event-card.ts";
import { teams as limits } from "./limits.ts";
import { outgoing } from "./outgoing.ts";

const colours = { plain: "Default", good: "Good", careful: "Warning", bad: "Attention" } as const;

export const teams: Kind = {
	isForPeople: true,
	compose: async (message, { url }) =>
		outgoing(url, {
			type: "message",
			attachments: [
				{ contentType: "application/vnd.microsoft.card.adaptive", content: adaptiveCard(eventCard(message)) },
			],
		}),
	answered: outcomeByStatus,
};

/** https://adaptivecards.io/explorer/AdaptiveCard.html. Of its buttons, only a link does anything in such a message. */
function adaptiveCard({ title, tone, text, facts, warnings, link }: Card): object {
	const lines = [...text, ...warnings.map((warning) => `⚠️ ${warning}`)].slice(0, limits.paragraphs);
	return {
		$schema: "http://adaptivecards.io/schemas/adaptive-card.json",
		type: "AdaptiveCard",
		version: "1.4",
		msteams: { width: "Full" },
		body: [
			line(run(title, limits.title, { weight: "Bolder", size: "Large", color: colours[tone] })),
			...lines.map((one) => line(run(one, limits.text))),
			...facts
				.slice(0, limits.facts)
				.map(({ name, value }) => line(run(name, limits.title, { weight: "Bolder" }, ": "), run(value, limits.text))),
		],
		actions: link === null ? [] : [{ type: "Action.OpenUrl", title: "Open the page", url: link }],
	};
}

const line = (...inlines: object[]): object => ({ type: "RichTextBlock", inlines });

/** A run's text is no Markdown, as that of a TextBlock would be. What is left are `{{DATE(…)}}`, and addresses. */
const run = (text: string, longest: number, looks: object = {}, after = ""): object => ({
	type: "TextRun",
	text: cut(text, longest).replace(/\{(?=\{)|:(?=\/\/)/g, "$&\u200b") + after,
	...looks,
});
