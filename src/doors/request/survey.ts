// The account's live bindings, requested from the Ledger in parts, so that an account with many prefixes can be listed on
// the free plan: each call is an invocation of the object, with its own subrequests.
import type { PrefixWithBindings } from "../../deletion/ledger-api.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";

/** @param covering only what covers this CIDR. */
export async function surveyed(
	covering: string | null,
	{ ledger }: Context,
): Promise<Result<PrefixWithBindings[], Problem>> {
	const all: PrefixWithBindings[] = [];
	for (let after: string | undefined = ""; after !== undefined; ) {
		const part: Awaited<ReturnType<typeof ledger.bindings>> = await ledger.bindings({ covering, after });
		if (!part.ok) return fail(failureProblem(part.failure));
		all.push(...part.value);
		after = part.next;
	}
	return ok(all);
}
