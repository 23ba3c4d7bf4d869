// Limits failed authentication per address.

import { type Context, callerAddress } from "../context.ts";
import { credentialPauseSeconds } from "../limits.ts";
import { type Problem, problem, retryAfter } from "../reply/problem.ts";
import { late } from "../request/turns.ts";

/**
 * Called only after a wrong credential, so it slows guessing but never locks out a caller who shares an address with
 * someone guessing. null while the address may go on.
 */
export async function tooManyFailures(request: Request, context: Context): Promise<Problem | null> {
	if (await context.isUnderFailureLimit(callerAddress(request))) return null;
	await late();
	return problem(
		"rate_limited",
		"This address sent too many wrong credentials. Try again in a minute.",
		{},
		retryAfter(credentialPauseSeconds),
	);
}
