// docs/problems.md as the files that unbind serves: a page for people and a list for programs. The texts are written once,
// in the document; the titles come from the code.
import { type ProblemCode, problem, problemCodes } from "../src/doors/reply/problem.ts";

interface Explained {
	code: string;
	status: number;
	title: string;
	/** Both in Markdown. */
	means: string;
	next: string;
}

export function problemsIn(document: string): Explained[] {
	const sections = document.matchAll(
		/^## (\w+)\n\n\*\*(\d+)\.\*\* ([\s\S]+?)\n\n\*\*Next:\*\* ([\s\S]+?)\n*(?=^## |$(?![\s\S]))/gm,
	);
	return [...sections].map(([, code = "", status, means = "", next = ""]) => {
		const known = problemCodes.find((one): one is ProblemCode => one === code);
		if (known === undefined)
			throw new Error(`docs/problems.md has a section ${code}, but there is no such problem code`);
		return {
			code,
			status: Number(status),
			title: problem(known, "").title,
			means: inOneLine(means),
			next: inOneLine(next),
		};
	});
}

const inOneLine = (text: string): string => text.trim().replaceAll(/\s+/g, " ");

export const problemsJson = (problems: readonly Explained[]): string =>
	`${JSON.stringify({ problems: problems.map((one) => ({ ...one, means: plain(one.means), next: plain(one.next) })) }, null, "\t")}\n`;

/** A link becomes the name of the document it leads to, because unbind does not serve the documents. */
const unlinked = (text: string): string =>
	text.replaceAll(/\[([^\]]+)\]\((\w+\.md)[^)]*\)/g, (_, words: string, file: string) =>
		words === file ? `docs/${file}` : `${words} (docs/${file})`,
	);

const plain = (text: string): string => unlinked(text).replaceAll(/[`*]/g, "");

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string): string => text.replaceAll(/[&<>]/g, (sign) => entities[sign] ?? sign);

const markedUp = (text: string, codes: readonly string[]): string =>
	escaped(unlinked(text))
		.replaceAll(/`([^`]+)`/g, (_, code: string) =>
			codes.includes(code) ? `<a href="#${code}"><code>${code}</code></a>` : `<code>${code}</code>`,
		)
		.replaceAll(/\*([^*]+)\*/g, "<em>$1</em>");

export function problemsPage(problems: readonly Explained[]): string {
	const codes = problems.map(({ code }) => code);
	const statuses = Map.groupBy(problems, ({ status }) => status);
	const index = [...statuses].map(
		([status, those]) =>
			`\t\t\t\t\t<dt>${status}</dt>\n\t\t\t\t\t<dd>${those.map(({ code }) => `<a href="#${code}">${code}</a>`).join(" ")}</dd>`,
	);
	const sections = problems.map(
		({ code, status, title, means, next }) => `\t\t\t<section id="${code}">
				<h2>${code}</h2>
				<p class="hint">${status} · ${escaped(title)}</p>
				<p>${markedUp(means, codes)}</p>
				<p><b>Next:</b> ${markedUp(next, codes)}</p>
			</section>`,
	);
	return `<!doctype html>
<!-- Written by \`npm run docs:problems\` from docs/problems.md. -->
<html lang="en">
	<head>
		<meta charset="utf-8">
		<title>Problems · unbind</title>
		<meta name="viewport" content="width=device-width, initial-scale=1">
		<meta name="color-scheme" content="light dark">
		<meta name="robots" content="noindex">
		<link rel="icon" href="/assets/icon.svg">
		<link rel="stylesheet" href="/assets/base.css">
		<link rel="stylesheet" href="/assets/page.css">
		<link rel="alternate" type="application/json" href="/problems.json">
	</head>
	<body>
		<a class="skip" href="#main">Skip to the content</a>
		<header><a class="brand" href="/">unbind</a></header>
		<main id="main" class="problems">
			<h1>Problems</h1>
			<p>Every error has a code. Here is what each means and what to do next. Programs can read <a href="/problems.json">the same as JSON</a>.</p>
			<nav aria-label="Codes by status">
				<dl class="facts">
${index.join("\n")}
				</dl>
			</nav>
${sections.join("\n")}
		</main>
	</body>
</html>
`;
}
