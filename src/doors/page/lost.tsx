// A mass deletion and its restoration. The form names the list that it shows, so only that is restored, and has its own key, so
// it counts as one request however often it is sent.
import type { IRequest } from "itty-router";
import * as v from "valibot";
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import { digestOf } from "../../deletion/record/digest.ts";
import { type MassDeletion, type ToRestore, toRestore } from "../../deletion/restorations/mass-deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import { atField, type Problem, problem } from "../reply/problem.ts";
import { readQuery, reasonSchema } from "../request/input.ts";
import { prefixesAround, readMassDeletions } from "../request/mass-deletions.ts";
import { type Change, changeDoor, type Page } from "./door.tsx";
import { keptIn, type Refilled } from "./form.ts";
import { html, seeOther } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import type { Viewer } from "./viewer.ts";
import { LostPage, restorationsPath } from "./views/lost.tsx";

/** What the user typed into the form before signing in. */
const typedEntries = { reason: v.optional(reasonSchema) };

export const showLost: Page = async (request, context, viewer) => {
	const query = readQuery(context.url, typedEntries);
	return query.ok ? lostPage(request, context, viewer, keptIn(query.value)) : query;
};

async function lostPage(
	request: IRequest,
	context: Context,
	viewer: Viewer,
	refill: Refilled,
	status = 200,
): Promise<Result<Response, Problem>> {
	const known = await lostIn(request, context, viewer);
	if (!known.ok) return known;
	const { mass, cidrs, what } = known.value;
	const [overview, last] = await Promise.all([
		glance(context),
		mass.restorations_id === null ? null : context.ledger.restorations(mass.restorations_id),
	]);
	const page = (
		<LostPage
			viewer={viewer}
			present={presentOf(overview)}
			mass={mass}
			what={what}
			restorations={last?.ok ? last.value : null}
			prefixCidr={(id) => cidrs.get(plainId(id)) ?? null}
			list={listOf(what)}
			formKey={crypto.randomUUID()}
			refill={refill}
		/>
	);
	return ok(html(page, status));
}

interface Known {
	mass: MassDeletion;
	/** Of the prefixes, by their plain ids. */
	cidrs: ReadonlyMap<string, string | null>;
	what: ToRestore;
}

async function lostIn(request: IRequest, context: Context, { actor }: Viewer): Promise<Result<Known, Problem>> {
	const all = await readMassDeletions(context);
	if (!all.ok) return all;
	const mass = all.value.find(({ id }) => id === request.params.id);
	if (mass === undefined) return fail(noSuchEvent);
	const { before, now } = await prefixesAround(mass, context);
	const cidrs = new Map((before ?? []).map(({ id, cidr }) => [plainId(id), cidr]));
	return ok({ mass, cidrs, what: toRestore(mass, now, actor) });
}

const noSuchEvent = problem("not_found", "There is no mass deletion here. unbind keeps them for a week.");

/** The same for the same bindings, in whichever order. */
const listOf = ({ restorable }: ToRestore): string =>
	digestOf(
		restorable
			.map(({ row }) => row.id)
			.toSorted()
			.join(","),
	);

const entries = {
	reason: v.optional(reasonSchema),
	key: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)),
	list: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
};

const restoreByForm: Change<typeof entries> = async (request, context, viewer, { reason = null, key, list }) => {
	const { actor } = viewer;
	const missing = lacks(actor, "restore");
	if (missing !== null) return fail(missing);
	const known = await lostIn(request, context, viewer);
	if (!known.ok) return known;
	const { mass, what } = known.value;
	const last = mass.restorations_id === null ? null : await context.ledger.restorations(mass.restorations_id);
	// A second press, or someone else was faster.
	if (last?.ok && last.value !== null && (last.value.state === "restoring" || what.missing === 0))
		return ok(seeOther(restorationsPath(last.value.id)));
	const deletions = what.restorable.map(({ row }) => row.id);
	if (listOf(what) !== list) {
		const changed = problem("conflict", "The list has changed since you opened this page. Nothing was restored.");
		return fail(atField(changed, "list", "has changed"));
	}
	const begun = await context.ledger.restoreMany({ deletions, reason, actor, key: `page:${key}` });
	return begun.ok ? ok(seeOther(restorationsPath(begun.value.id))) : fail(failureProblem(begun.failure));
};

export const restoreLost = changeDoor(entries, restoreByForm, {
	fields: ["reason", "list"],
	show: (request, context, viewer, refill) =>
		lostPage(request, context, viewer, refill, refill.mistake("list") === null ? 400 : 409),
});
