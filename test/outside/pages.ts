// The pages for people, cut into what tests can hold them to.
import { globSync, readFileSync } from "node:fs";

export interface Block {
	language: string;
	/** Without the indentation of the list that it stands in. */
	text: string;
	/** All of the page up to it. */
	before: string;
	/** What stands between it and the block before. */
	lead: string;
}

export interface Page {
	path: string;
	text: string;
	blocks: Block[];
}

export const pageAt = (path: string): Page => {
	const text = readFileSync(path, "utf8");
	return { path, text, blocks: blocksIn(text) };
};

export const pages: Page[] = [
	...["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
	...globSync("docs/*.md").toSorted(),
].map(pageAt);

function blocksIn(text: string): Block[] {
	let end = 0;
	return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
		const [whole, indent = "", language = "", body = ""] = match;
		const lead = text.slice(end, match.index);
		end = match.index + whole.length;
		return {
			language,
			text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
			before: text.slice(0, match.index),
			lead,
		};
	});
}

/** What stands in `code` in the sentences and tables. */
export const codeIn = ({ text }: Page): string[] =>
	[...text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

/** As GitHub names the heading of a section in a link to it. */
export const anchorsIn = ({ text }: Page): string[] =>
	[...text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
			.replaceAll(" ", "-"),
	);

/** The rows of the tables below a heading, up to the next one, each as its cells. */
export function rowsBelow({ text }: Page, heading: string): string[][] {
	const [, below = ""] = text.split(`\n${heading}\n`);
	const [section = ""] = below.split(/^#/m);
	return section
		.split("\n")
		.filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
		.map((line) => line.slice(2, -2).split(" | "));
}

/** The names in `code` in a cell. */
export const namesIn = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
