// What every request gets while the configuration has problems: which settings, and the commands that fix them. Anybody
// can read it, so it quotes nothing of the configuration; the log has the details.

import type { ConfigProblem } from "../config/problem.ts";
import type { Config } from "../config.ts";
import type { Result } from "../deletion/result.ts";
import { log } from "../log.ts";
import { type Problem, problem } from "./problem.ts";

type Render = (problem: Problem, requestId: string) => Response;

export function misconfigured(
	path: string,
	config: Result<Config, ConfigProblem[]>,
	render: Render,
	requestId: string,
): Response {
	const problems = config.ok ? [] : config.failure;
	const details = problems.map(({ problem, fix }) => ({ problem, fix }));
	log("error", "misconfigured", { request_id: requestId, problems: details });
	if (path === "/health") return Response.json({ ok: false }, { status: 503 });
	const plain = problems.map((one) => one.plain);
	const detail = plain.map((one) => `${sentence(one.problem)} ${sentence(one.fix)}`).join("\n");
	return render(problem("misconfigured", detail, { problems: plain }), requestId);
}

const sentence = (text: string): string => (/[.?]$/.test(text) ? text : `${text}.`);
