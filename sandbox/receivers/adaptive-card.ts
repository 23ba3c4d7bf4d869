// The part of an Adaptive Card 1.4 that a workflow of Teams posts and shows. https://adaptivecards.io/explorer
import * as v from "valibot";

const text = v.pipe(v.string(), v.minLength(1));
const run = v.strictObject({
	type: v.literal("TextRun"),
	text,
	weight: v.optional(v.picklist(["Lighter", "Default", "Bolder"])),
	size: v.optional(v.picklist(["Small", "Default", "Medium", "Large", "ExtraLarge"])),
	color: v.optional(v.picklist(["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"])),
});
/** A TextBlock would read a name as Markdown. */
const block = v.strictObject({ type: v.literal("RichTextBlock"), inlines: v.pipe(v.array(run), v.minLength(1)) });
/** A click on any other button does nothing in a message of a workflow. */
const action = v.strictObject({ type: v.literal("Action.OpenUrl"), title: text, url: v.pipe(v.string(), v.url()) });

export const adaptiveCard = v.strictObject({
	$schema: v.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
	type: v.literal("AdaptiveCard"),
	version: v.literal("1.4"),
	msteams: v.strictObject({ width: v.literal("Full") }),
	body: v.pipe(v.array(block), v.minLength(1)),
	actions: v.pipe(v.array(action), v.maxLength(6)),
});

export const adaptiveCardMessage = v.strictObject({
	type: v.literal("message"),
	attachments: v.tuple([
		v.strictObject({
			contentType: v.literal("application/vnd.microsoft.card.adaptive"),
			content: adaptiveCard,
		}),
	]),
});

export const shownByTeams = ({ attachments: [{ content }] }: v.InferOutput<typeof adaptiveCardMessage>): string =>
	[
		...content.body.map(({ inlines }) => inlines.map(({ text }) => text.replaceAll("\u200b", "")).join("")),
		...content.actions.map(({ title, url }) => `[${title}] <${url}>`),
	].join("\n");
