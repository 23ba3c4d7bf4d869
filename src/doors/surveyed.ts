// The account's live bindings, asked of the Ledger in parts, so that an account with many prefixes can be listed on the free
// plan: each call is an invocation of the object, with subrequests of its own.
import type { BindingsQuery, PrefixWithBindings, Survey } from "../deletion/ledger-api.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { ask } from "./ask.ts";
import type { Context } from "./context.ts";
import type { Problem } from "./problem.ts";
import { lookUpProblem, unreachable } from "./requested.ts";

/** @param covering only what covers this CIDR. */
export async function surveyed(
	covering: string | null,
	context: Context,
): Promise<Result<PrefixWithBindings[], Problem>> {
	const all: PrefixWithBindings[] = [];
	for (let after: string | undefined = ""; after !== undefined; ) {
		const query: BindingsQuery = { covering, after };
		const part: Result<Survey, "unreachable"> = await ask(context.requestId, () => context.ledger.bindings(query));
		if (!part.ok) return fail(unreachable);
		if (!part.value.ok) return fail(lookUpProblem(part.value.failure));
		all.push(...part.value.value);
		after = part.value.next;
	}
	return ok(all);
}
