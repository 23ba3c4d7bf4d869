// The brake on failed attempts to authenticate, for each address.
import { addressOf, type Context } from "../context.ts";
import { type Problem, problem, retryAfter } from "../reply/problem.ts";

const brakeSeconds = 60;

/**
 * Asked only when a credential was wrong, so it can slow down guessing and its cost, and can never lock out a caller who
 * shares an address with somebody who guesses. null while the address may go on.
 */
export async function braked(request: Request, context: Context): Promise<Problem | null> {
	if (await context.mayFail(addressOf(request))) return null;
	return problem(
		"rate_limited",
		"This address sent too many wrong credentials. Try again in a minute.",
		{},
		retryAfter(brakeSeconds),
	);
}
