// What unbind says in a chat message, on any platform, and how it reads as plain text and as Markdown. All texts are plain; a
// platform must not let a name or a reason become markup.

import type { Choice } from "../deletion/steps/offer.ts";

export type Tone = "plain" | "good" | "careful" | "bad";

export interface Fact {
	name: string;
	value: string;
}

/** A line of a list: its head, which links to a page, and the rest. */
export interface Row {
	head: string;
	link: string | null;
	rest: string;
}

export interface Button {
	/** What pressing it means, such as "approve". */
	choice: string;
	label: string;
	style: "danger" | "primary" | "plain";
	/** All that the button carries besides its choice. */
	offerId: string;
}

/** How each choice looks. */
const faces: Record<Choice, Pick<Button, "label" | "style">> = {
	delete: { label: "Delete", style: "danger" },
	dismiss: { label: "Cancel", style: "plain" },
	approve: { label: "Approve", style: "danger" },
	reject: { label: "Reject", style: "plain" },
	cancel: { label: "Cancel deletion", style: "plain" },
	lift: { label: "Lift the freeze", style: "danger" },
	restore: { label: "Restore", style: "primary" },
	restoreAll: { label: "Restore all", style: "primary" },
};

export const buttonsFor = (choices: readonly Choice[], offerId: string): Button[] =>
	choices.map((choice) => ({ choice, ...faces[choice], offerId }));

export interface Card {
	title: string;
	tone: Tone;
	/** Paragraphs. */
	text: readonly string[];
	facts: readonly Fact[];
	warnings: readonly string[];
	rows: readonly Row[];
	buttons: readonly Button[];
	/** The page of the record that the card is about. */
	link: string | null;
}

export const card = (title: string, parts: Partial<Omit<Card, "title">> = {}): Card => ({
	title,
	tone: "plain",
	text: [],
	facts: [],
	warnings: [],
	rows: [],
	buttons: [],
	link: null,
	...parts,
});

/** The card without markup, for notifications and screen readers. */
export function plainText({ title, text, facts, warnings, rows, link }: Card): string {
	return [
		title,
		...text,
		...facts.map(({ name, value }) => `${name}: ${value}`),
		...warnings.map((warning) => `! ${warning}`),
		...rows.map(({ head, rest }) => `- ${head} ${rest}`),
		...(link === null ? [] : [link]),
	].join("\n");
}

/** Platforms refuse a whole message if one text is too long or blank. */
export function cut(text: string, longest: number): string {
	const whole = text.trim() || "–";
	return whole.length > longest ? `${whole.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…` : whole;
}

/** The Markdown that Discord and Mattermost share. Each says what to escape. */
interface Dialect {
	escaped(text: string): string;
	/** The longest paragraph or warning, rest of a row, and whole text. */
	limits: { line: number; rest: number; all: number };
}

const longestHead = 100;

/** Paragraphs, warnings and rows. Only whole lines, as many as fit: half a line could be half a link. */
export function markdownOf({ text, warnings, rows }: Card, { escaped, limits }: Dialect): string {
	let left = limits.all;
	return [
		...text.map((one) => escaped(cut(one, limits.line))),
		...warnings.map((one) => `⚠️ ${escaped(cut(one, limits.line))}`),
		...rows.map(({ head, rest, link }) => {
			const name = `**${escaped(cut(head, longestHead))}**`;
			return `${link === null ? name : `[${name}](${link})`} ${escaped(cut(rest, limits.rest))}`;
		}),
	]
		.filter((line) => {
			left -= line.length + 1;
			return left >= 0;
		})
		.join("\n");
}

/** For the platforms that mark a card with a colour. */
export const colours: Record<Tone, number> = { plain: 0x607d8b, good: 0x2e7d32, careful: 0xf9a825, bad: 0xc62828 };
