// A probe: ok or not, and which settings are wrong. It says nothing else, because it needs no authentication. Each probe
// costs a call to the Ledger, so probes are limited per address.

import type { ConfigProblem } from "../config/problem.ts";
import { type Context, callerAddress } from "./context.ts";
import { probePauseSeconds } from "./limits.ts";
import { settingsIn } from "./misconfigured.ts";
import { problem, problemResponse, retryAfter } from "./reply/problem.ts";

export async function health(request: Request, context: Context): Promise<Response> {
	if (!(await context.mayProbe(callerAddress(request)))) {
		const limited = problem(
			"rate_limited",
			"This address sent too many probes. Try again in 10 seconds.",
			{},
			retryAfter(probePauseSeconds),
		);
		return problemResponse(limited, context.requestId);
	}
	const { config, ledger } = context;
	const known = await ledger.health();
	const works = known.ok && !known.value.credentialRejected && (known.value.problems ?? []).length === 0;
	// A closed sender, chat or page does not stop deletions.
	return healthAnswer(works && config.problemsClosing("deletions").length === 0, config.problems);
}

export const healthAnswer = (ok: boolean, problems: readonly ConfigProblem[]): Response =>
	Response.json(problems.length === 0 ? { ok } : { ok, misconfigured: settingsIn(problems) }, {
		status: ok ? 200 : 503,
	});
