// The account's live bindings, read from the Ledger in parts. Each call is its own invocation with its own subrequest limit,
// so an account with many prefixes works on the free plan.
import type { PrefixWithBindings } from "../../deletion/ledger-api.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";

/** @param covering only bindings that cover this CIDR. */
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
