// Many bindings that disappeared at once without unbind, as the watch recorded them. Only reads.
import type { MassDeletion } from "../../deletion/restorations.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { failureProblem, tooManyReads } from "../reply/failure.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { readQuery } from "../request/input.ts";
import { readTurns, takeTurn } from "../request/turns.ts";
import type { Handler } from "./handler.ts";

export const listMassDeletions: Handler = async (_request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const known = await read(context);
	if (!known.ok) return known;
	const events = known.value.map(({ deletions, ...event }) => ({ ...event, count: deletions.length }));
	return ok(Response.json({ mass_deletions: events }));
};

export const showMassDeletion: Handler = async (request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const known = await read(context);
	if (!known.ok) return known;
	const event = known.value.find(({ id }) => id === request.params.id);
	return event === undefined ? fail(noSuchEvent) : ok(Response.json({ ...event, count: event.deletions.length }));
};

async function read({ ledger, caller }: Context): Promise<Result<MassDeletion[], Problem>> {
	const known = await takeTurn(`mass-deletions/${caller}`, readTurns, () => ledger.massDeletions());
	if (known === null) return fail(tooManyReads);
	return known.ok ? known : fail(failureProblem(known.failure));
}

const noSuchEvent = problem(
	"not_found",
	"There is no mass deletion with this id. unbind keeps them for a week. GET /mass-deletions lists them.",
);
