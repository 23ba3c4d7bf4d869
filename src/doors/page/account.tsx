// The account now: waiting deletions, the freeze, and the prefixes with their bindings. Sends what the Ledger knows at once;
// the bindings follow when Cloudflare answers.

import * as v from "valibot";
import { type Cidr, parseCidr } from "../../deletion/address/cidr.ts";
import { type CloudflareId, isCloudflareId } from "../../deletion/address/cloudflare-id.ts";
import { freezeOf } from "../../deletion/judgement/freeze.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { noSettling } from "../../deletion/settling.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import { atField, type Problem, problem } from "../reply/problem.ts";
import { surveyed } from "../request/account.ts";
import { readQuery, reasonSchema, shown } from "../request/input.ts";
import { type Change, changeDoor, type Page } from "./door.tsx";
import { keptIn, type Refilled, utcMinute } from "./form.ts";
import { html, htmlInParts, seeOther } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import { settlingSentence } from "./settling.ts";
import type { Viewer } from "./viewer.ts";
import { Account } from "./views/account.tsx";
import { Bindings, bindingsSlot, type ShownPrefix } from "./views/bindings.tsx";

const entries = {
	covering: v.optional(v.string()),
	prefix: v.optional(v.pipe(v.string(), v.guard(isCloudflareId))),
	/** What the user typed into the freeze form before signing in. */
	reason: v.optional(reasonSchema),
	until: v.optional(v.pipe(v.string(), v.maxLength(40))),
};

export const showAccount: Page = async (_request, context, viewer) => {
	const query = readQuery(context.url, entries);
	if (!query.ok) return query;
	const { covering = "", prefix = null, ...kept } = query.value;
	return accountPage(context, viewer, { covering, prefix, refill: keptIn(kept) });
};

interface Asked {
	covering: string;
	prefix: CloudflareId | null;
	/** What the freeze form held. */
	refill: Refilled;
	status?: number;
}

async function accountPage(
	context: Context,
	viewer: Viewer,
	{ covering, prefix, refill, status = 200 }: Asked,
): Promise<Result<Response, Problem>> {
	const typed = covering.trim();
	const asked = typed === "" ? ok(null) : rangeIn(typed);
	const found = asked.ok ? bindingsShown(prefix, asked.value, context) : null;
	const overview = await glance(context, { rows: true });
	const recent = overview?.changes.recent ?? [];
	const page = (
		<Account
			viewer={viewer}
			accountId={context.config.accountId}
			present={presentOf(overview)}
			waiting={recent.filter(({ state }) => state === "pending_approval" || state === "scheduled")}
			typed={typed}
			refill={refill}
			mistake={asked.ok ? null : asked.failure}
			settling={settlingSentence(overview?.settling ?? noSettling)}
		/>
	);
	if (found === null || !asked.ok) return ok(html(page, 400));
	const bindings = found.then((all) => <Bindings found={all} asked={asked.value} typed={typed} />);
	return ok(htmlInParts(page, bindingsSlot, bindings, status));
}

/** Reads an address or a CIDR. */
function rangeIn(text: string): Result<Cidr, string> {
	const cidr = parseCidr(text);
	if (cidr.ok) return cidr;
	const { failure } = cidr;
	if (failure.reason === "not_a_cidr")
		return fail(`${shown(text)} is not an address or a range. Write one like 203.0.113.7 or 203.0.113.0/26.`);
	if (failure.reason === "host_bits") return fail(`${text} is not a range. Did you mean ${failure.hint}?`);
	const address = parseCidr(failure.hint);
	return address.ok ? address : fail(`${shown(text)} is not an address.`);
}

/** The bindings of one prefix, of the prefixes that cover a range, or of all. */
async function bindingsShown(
	prefix: CloudflareId | null,
	asked: Cidr | null,
	context: Context,
): Promise<Result<ShownPrefix[], Problem>> {
	if (prefix !== null) return onePrefix({ id: prefix }, context);
	const survey = await surveyed(asked?.text ?? null, context);
	if (!survey.ok || asked === null) return survey;
	// That list has only bindings that cover the range, so look up the rest of each prefix.
	const whole = await Promise.all(survey.value.map((one) => onePrefix(one, context)));
	const failed = whole.find((one) => !one.ok);
	return failed ?? ok(whole.flatMap((one) => (one.ok ? one.value : [])));
}

async function onePrefix(
	prefix: Omit<ShownPrefix, "bindings">,
	context: Context,
): Promise<Result<ShownPrefix[], Problem>> {
	const { id } = prefix;
	if (!isCloudflareId(id)) return ok([]);
	const bindings = await context.ledger.bindingsIn(id);
	return bindings.ok ? ok([{ ...prefix, bindings: bindings.value }]) : fail(failureProblem(bindings.failure));
}

const freezeEntries = {
	turn: v.picklist(["on", "off"]),
	reason: v.optional(reasonSchema),
	until: v.optional(utcMinute),
};

const switchFreeze: Change<typeof freezeEntries> = async (_, { ledger }, { actor }, { turn, reason, until }) => {
	const missing = lacks(actor, "freeze");
	if (missing !== null) return fail(missing);
	const nowMs = Date.now();
	if (turn === "on" && reason === undefined)
		return fail(atField(problem("invalid_request", "A freeze needs a reason."), "reason", "is missing"));
	if (until !== undefined && until <= nowMs) {
		const past = problem("invalid_request", "A freeze must end in the future.");
		return fail(atField(past, "until", "must be in the future"));
	}
	const freeze = turn === "off" ? null : freezeOf(reason ?? "", until ?? null, actor, nowMs);
	const set = await ledger.setFreeze(freeze, actor);
	return set.ok ? ok(seeOther("/account")) : fail(failureProblem(set.failure));
};

export const turnFreeze = changeDoor(freezeEntries, switchFreeze, {
	fields: ["reason", "until"],
	show: (_, context, viewer, refill) =>
		accountPage(context, viewer, { covering: "", prefix: null, refill, status: 400 }),
});
