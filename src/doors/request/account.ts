// Reads the account from the Ledger: its live bindings, and its past.

import * as v from "valibot";
import type { PrefixWithBindings } from "../../deletion/ledger-api.ts";
import type { Past, PastQuery } from "../../deletion/past.ts";
import { at } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { failureProblem, tooManyReads } from "../reply/failure.ts";
import { type Problem, problem, retryAfter } from "../reply/problem.ts";
import { readInTurn } from "./turns.ts";

/**
 * The live bindings, read in parts. Each call is its own invocation with its own subrequest limit, so an account with many
 * prefixes works on the free plan.
 * @param covering only bindings that cover this CIDR.
 */
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

/** As the Ledger writes it: where a change stands among all changes. */
export const changesCursor = v.pipe(
	v.string(),
	v.regex(/^\d{1,15}\.[0-9a-f]{32}\.[a-z]{1,15}$/, "did not come from this list"),
);

export type KnownPast = Past & { knownSinceMs: number };

/**
 * A time that nothing is known of is a problem, never an empty list.
 * @param query a time before the watch began has no account, and no changes.
 */
export async function readPast(
	query: Omit<PastQuery, "caller">,
	context: Context,
): Promise<Result<KnownPast, Problem>> {
	const { caller, config, ledger } = context;
	const past = await readInTurn("past", context, () => ledger.past({ ...query, caller }));
	if (!past.ok) return past;
	if (past.value === null) return fail(tooManyReads);
	const { knownSinceMs } = past.value;
	if (knownSinceMs !== null) return ok({ ...past.value, knownSinceMs });
	return fail(config.watch.minutes === 0 ? watchOff : watchNotBegun);
}

const watchOff = problem(
	"conflict",
	"The watch is off, so unbind does not know what was bound before. Set WATCH_MINUTES to turn it on.",
);
const watchNotBegun = problem(
	"conflict",
	"The watch has not looked at the account yet, so unbind does not know what was bound before. Try again in a minute.",
	{},
	retryAfter(60),
);

export const beforeTheWatch = (parameter: string, knownSinceMs: number): Problem =>
	problem(
		"invalid_request",
		`The parameter "${parameter}" is earlier than ${at(knownSinceMs)} (watched_since). unbind has no data from before then.`,
		{ watched_since: at(knownSinceMs) },
	);
