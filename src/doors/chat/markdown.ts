// A card's text in the Markdown that Discord and Mattermost share. Each says what to escape.
import { type Card, cut, type Tone } from "./card.ts";

export interface Dialect {
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

export const colours: Record<Tone, number> = { plain: 0x607d8b, good: 0x2e7d32, careful: 0xf9a825, bad: 0xc62828 };
