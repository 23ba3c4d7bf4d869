// Reads mass deletions for the doors, and the prefixes as the watch knows them. Asks Cloudflare nothing.
import type { PastPrefix } from "../../deletion/past.ts";
import type { MassDeletion } from "../../deletion/restorations/mass-deletion.ts";
import { fail, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { readTurns } from "../limits.ts";
import { failureProblem, tooManyReads } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";
import { readPast } from "./account.ts";
import { takeTurn } from "./turns.ts";

/** The latest ones, newest first. */
export async function readMassDeletions({ ledger, caller }: Context): Promise<Result<MassDeletion[], Problem>> {
	const known = await takeTurn(`mass-deletions/${caller}`, readTurns, () => ledger.massDeletions());
	if (known === null) return fail(tooManyReads);
	return known.ok ? known : fail(failureProblem(known.failure));
}

/** The prefixes with their bindings as the mass deletion began, and now; null where that is not known. */
export async function prefixesAround(
	{ since }: Pick<MassDeletion, "since">,
	context: Context,
): Promise<{ before: PastPrefix[] | null; now: PastPrefix[] | null }> {
	// Before the first of them was missed.
	const at = [Date.parse(since) - 1, Date.now()];
	const past = await readPast({ at, changes: null, changedOnly: false }, context);
	const [before = null, now = null] = past.ok ? past.value.accounts : [];
	return { before, now };
}
