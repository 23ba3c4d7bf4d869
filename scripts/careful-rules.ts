// Prints the rules for careful calls as Markdown, for docs/architecture.md: the phases, the table, and a diagram.
import { type Action, phaseMeanings, type Rule, rules } from "../src/deletion/steps/careful-rules.ts";

const begins = "<!-- careful rules: written by `npm run docs:rules` -->";
const ends = "<!-- end of the careful rules -->";

/** The document with its generated section updated; null if it has none. */
export function withCarefulRules(document: string): string | null {
	const from = document.indexOf(begins);
	const to = document.indexOf(ends);
	if (from === -1 || to < from) return null;
	return `${document.slice(0, from + begins.length)}\n\n${carefulRules()}\n\n${document.slice(to)}`;
}

const carefulRules = (): string => [phaseTable(), ruleTable(), diagram()].join("\n\n");

const phaseTable = (): string =>
	table(
		["Phase", "What it means"],
		Object.entries(phaseMeanings).map(([phase, meaning]) => [code(phase), meaning]),
	);

const ruleTable = (): string =>
	table(
		["Phase", "Event", "If", "Do", "Next phase"],
		rules.map((rule) => [
			code(rule.in),
			code(rule.on),
			rule.when === undefined ? "" : code(rule.when),
			wordsFor(rule.do),
			rule.to === undefined ? "ends" : code(rule.to),
		]),
	);

/** One arrow per pair of phases, with the events that lead from one to the other. */
function diagram(): string {
	const arrows = new Map<string, Set<string>>();
	for (const rule of rules) {
		const target = rule.to ?? endOf(rule);
		// Loops would only hide the arrows that lead on.
		if (target === rule.in) continue;
		const arrow = `${rule.in} --> ${target}`;
		arrows.set(arrow, (arrows.get(arrow) ?? new Set()).add(rule.on));
	}
	const lines = [...arrows].map(([arrow, events]) => `\t${arrow}: ${[...events].join(", ")}`);
	return ["```mermaid", "stateDiagram-v2", "\t[*] --> ready", ...lines, "```"].join("\n");
}

const endOf = ({ do: action }: Rule): string => (typeof action === "object" ? "failed" : "succeeded");

function wordsFor(action: Action): string {
	if (typeof action === "object") return `fail: ${action.fail.replaceAll("_", " ")}`;
	return action.replaceAll("_", " ");
}

const code = (text: string): string => `\`${text}\``;

const table = (head: string[], rows: string[][]): string =>
	[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
