// A card's text in Markdown, as Discord and Mattermost share it. What has to be escaped, each of them says itself.
import { type Card, cut, type Tone } from "./card.ts";

export interface Dialect {
	escaped(text: string): string;
	/** Of one paragraph or warning, of the rest of a row, and of all of it. */
	limits: { line: number; rest: number; all: number };
}

const longestHead = 100;

/** Paragraphs, warnings and rows; whole lines, as many as there is room for: half a line can be half a link. */
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
