// Limits failed authentication per address.
import { addressOf, type Context } from "../context.ts";
import { late } from "../reply/late.ts";
import { type Problem, problem, retryAfter } from "../reply/problem.ts";

const brakeSeconds = 60;

/**
 * Called only after a wrong credential, so it slows guessing but never locks out a caller who shares an address with
 * someone guessing. null while the address may go on.
 */
export async function braked(request: Request, context: Context): Promise<Problem | null> {
	if (await context.mayFail(addressOf(request))) return null;
	await late();
	return problem(
		"rate_limited",
		"This address sent too many wrong credentials. Try again in a minute.",
		{},
		retryAfter(brakeSeconds),
	);
}
