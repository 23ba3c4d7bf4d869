// The account as it is now: its prefixes and their bindings, what waits, and the freeze. Costs the calls to Cloudflare
// that the list of bindings costs.
import * as v from "valibot";
import { partyOf } from "../../deletion/actor.ts";
import { type CloudflareId, isCloudflareId } from "../../deletion/cloudflare-id.ts";
import { at } from "../../deletion/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { coveredRange } from "../api/bindings.ts";
import { ask } from "../ask.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { readQuery, reasonSchema } from "../input.ts";
import { type Problem, problem } from "../problem.ts";
import { lookUpProblem, unreachable } from "../requested.ts";
import { changeDoor, type Page } from "./door.tsx";
import { html, seeOther } from "./html.ts";
import { notTurned } from "../not-turned.ts";
import { glance, presentOf } from "./present.ts";
import { utcMinute } from "./utc-minute.ts";
import { Account, type ShownPrefix } from "./views/account.tsx";

const entries = {
	covering: v.optional(v.string()),
	prefix: v.optional(v.pipe(v.string(), v.guard(isCloudflareId))),
};

export const showAccount: Page = async (_request, context, viewer) => {
	const query = readQuery(context.url, entries);
	if (!query.ok) return query;
	const { prefix } = query.value;
	const asked = query.value.covering?.trim() ?? "";
	const covering = asked === "" ? ok(null) : coveredRange(asked);
	if (!covering.ok) return covering;
	const [prefixes, overview] = await Promise.all([
		prefix === undefined ? surveyed(covering.value, context) : onePrefix(prefix, context),
		glance(context, { rows: true }),
	]);
	if (!prefixes.ok) return prefixes;
	const recent = overview?.changes.recent ?? [];
	return ok(
		html(
			<Account
				viewer={viewer}
				accountId={context.config.accountId}
				present={presentOf(overview)}
				waiting={recent.filter(({ state }) => state === "pending_approval" || state === "scheduled")}
				prefixes={prefixes.value}
				covering={covering.value}
			/>,
		),
	);
};

async function surveyed(covering: string | null, context: Context): Promise<Result<ShownPrefix[], Problem>> {
	const survey = await ask(context.requestId, () => context.ledger.bindings({ covering }));
	if (!survey.ok) return fail(unreachable);
	return survey.value.ok ? survey.value : fail(lookUpProblem(survey.value.failure));
}

async function onePrefix(id: CloudflareId, context: Context): Promise<Result<ShownPrefix[], Problem>> {
	const bindings = await ask(context.requestId, () => context.ledger.bindingsIn(id));
	if (!bindings.ok) return fail(unreachable);
	return bindings.value.ok ? ok([{ id, bindings: bindings.value.value }]) : fail(lookUpProblem(bindings.value.failure));
}

const freezeEntries = {
	turn: v.picklist(["on", "off"]),
	reason: v.optional(reasonSchema),
	until: v.optional(utcMinute),
};

export const turnFreeze = changeDoor(freezeEntries, async (_, context, { actor }, { turn, reason, until }) => {
	const missing = lacks(actor, "freeze");
	if (missing !== null) return fail(missing);
	const nowMs = Date.now();
	if (turn === "on" && reason === undefined) return fail(problem("invalid_request", "A freeze needs a reason."));
	if (until !== undefined && until <= nowMs)
		return fail(problem("invalid_request", "The end of a freeze must be in the future."));
	const by = partyOf(actor);
	const freeze =
		turn === "off"
			? null
			: { reason: reason ?? "", by, since: at(nowMs), until: until === undefined ? null : at(until) };
	const result = await ask(context.requestId, () => context.ledger.setFreeze(freeze, by));
	if (!result.ok) return fail(unreachable);
	if (!result.value.ok) return fail(problem("conflict", notTurned(freeze)));
	return ok(seeOther("/account"));
});
