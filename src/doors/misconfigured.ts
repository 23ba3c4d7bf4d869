// The answer while a configuration problem closes what the request needs: the settings, and the commands that fix them.
// Anyone can read it, so it quotes no values; the log has the details.

import type { ConfigProblem, Part } from "../config/problem.ts";
import { log } from "../log.ts";
import type { Context } from "./context.ts";
import { type Problem, problem } from "./reply/problem.ts";

/** null while the part is open. */
export function closedProblem(part: Part, { config, requestId }: Context): Problem | null {
	const problems = config.problemsClosing(part);
	return problems.length === 0 ? null : misconfiguredProblem(problems, requestId);
}

/** Also logs them. */
export function misconfiguredProblem(problems: readonly ConfigProblem[], requestId: string): Problem {
	logProblems(problems, requestId);
	const plain = problems.map((one) => one.plain);
	const detail = plain.map((one) => `${sentence(one.problem)} ${sentence(one.fix)}`).join("\n");
	return problem("misconfigured", detail, { problems: plain });
}

export function logProblems(problems: readonly ConfigProblem[], requestId: string): void {
	const details = problems.map(({ problem, fix }) => ({ problem, fix }));
	log("error", "misconfigured", { request_id: requestId, problems: details });
}

/** The names of the settings, each once, for `/health`. */
export const settingsIn = (problems: readonly ConfigProblem[]): string[] => [
	...new Set(problems.map(({ plain }) => plain.setting)),
];

const sentence = (text: string): string => (/[.?]$/.test(text) ? text : `${text}.`);
