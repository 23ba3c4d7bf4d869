// The mass deletions that the watch recorded. Only reads.
import { fail, ok } from "../../deletion/result.ts";
import { problem } from "../reply/problem.ts";
import { readQuery } from "../request/input.ts";
import { readMassDeletions } from "../request/mass-deletions.ts";
import type { Handler } from "./handler.ts";

export const listMassDeletions: Handler = async (_request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const known = await readMassDeletions(context);
	if (!known.ok) return known;
	const events = known.value.map(({ deletions, ...event }) => ({ ...event, count: deletions.length }));
	return ok(Response.json({ mass_deletions: events }));
};

export const showMassDeletion: Handler = async (request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const known = await readMassDeletions(context);
	if (!known.ok) return known;
	const event = known.value.find(({ id }) => id === request.params.id);
	return event === undefined ? fail(noSuchEvent) : ok(Response.json({ ...event, count: event.deletions.length }));
};

const noSuchEvent = problem(
	"not_found",
	"There is no mass deletion with this id. unbind keeps them for a week. GET /mass-deletions lists them.",
);
