// The mass deletions that the watch recorded. Only reads.
import { fail, ok } from "../../deletion/result.ts";
import { problem } from "../reply/problem.ts";
import { readMassDeletions } from "../request/mass-deletions.ts";
import { withQuery } from "../token-door.ts";

export const listMassDeletions = withQuery({}, async (_request, context) => {
	const known = await readMassDeletions(context);
	if (!known.ok) return known;
	const events = known.value.map(({ deletions, ...event }) => ({ ...event, count: deletions.length }));
	return ok(Response.json({ mass_deletions: events }));
});

export const showMassDeletion = withQuery({}, async (request, context) => {
	const known = await readMassDeletions(context);
	if (!known.ok) return known;
	const event = known.value.find(({ id }) => id === request.params.id);
	return event === undefined ? fail(noSuchEvent) : ok(Response.json({ ...event, count: event.deletions.length }));
});

const noSuchEvent = problem(
	"not_found",
	"There is no mass deletion with this id. unbind keeps them for a week. GET /mass-deletions lists them.",
);
