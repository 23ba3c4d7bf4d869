// What every request gets while the configuration has problems: all of them, each with the command that mends it.

import type { ConfigProblem } from "../config/fields.ts";
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
	log("error", "misconfigured", { request_id: requestId, problems: problems.map((one) => one.problem) });
	if (path === "/health") return Response.json({ ok: false }, { status: 503 });
	const detail = problems.map((one) => `${one.problem} ${one.fix}`).join(" ");
	return render(problem("misconfigured", detail, { problems }), requestId);
}
