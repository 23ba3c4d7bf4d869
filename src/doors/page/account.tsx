// The account now: waiting deletions, the freeze, and the prefixes with their bindings. Sends what the Ledger knows immediately;
// the bindings follow when Cloudflare answers.

import * as v from "valibot";
import { type Cidr, parseCidr } from "../../deletion/address/cidr.ts";
import { type CloudflareId, isCloudflareId } from "../../deletion/address/cloudflare-id.ts";
import type { Overview } from "../../deletion/ledger-api.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { noSettling } from "../../deletion/settling-times.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";
import { surveyed } from "../request/account.ts";
import { quoted, readQuery, reasonSchema } from "../request/input.ts";
import type { Page, Shown } from "./door.tsx";
import { keptIn, type Refilled } from "./form.ts";
import { glance } from "./glance.ts";
import { html, htmlInParts } from "./html.ts";
import { Bindings, bindingsSlot, type ShownPrefix } from "./parts/bindings.tsx";
import { DeletionsTable } from "./parts/deletions-table.tsx";
import { Confirm, Field } from "./parts/form.tsx";
import { Layout } from "./parts/layout.tsx";
import type { Viewer } from "./viewer.ts";
import { settlingSentence } from "./words.ts";

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
	const { covering, prefix, ...kept } = query.value;
	return accountPage(context, viewer, keptIn(kept), { covering, prefix });
};

interface Asked {
	/** The address to look up. */
	covering?: string | undefined;
	prefix?: CloudflareId | undefined;
}

/** @param refill what the freeze form held. */
export async function accountPage(
	context: Context,
	viewer: Viewer,
	refill: Refilled,
	{ covering = "", prefix }: Asked = {},
): Shown {
	const { accountId } = context.config;
	const typed = covering.trim();
	const asked = typed === "" ? ok(null) : rangeIn(typed);
	const found = asked.ok ? bindingsShown(prefix ?? null, asked.value, context) : null;
	const overview = await glance(context, { rows: true });
	const settling = settlingSentence(overview?.settling ?? noSettling);
	const mayFreeze = overview !== null && overview.freeze === null && viewer.actor.scopes.includes("freeze");
	const page = (
		<Layout title="Account" part="account" viewer={viewer} overview={overview}>
			<p class="hint">
				<code>{accountId}</code> <a href="/account/changes">Changes</a>{" "}
				<a href="/account/notifications">Notifications</a>
			</p>
			<section>
				<h2>Waiting</h2>
				<Waiting overview={overview} viewer={viewer} />
				{mayFreeze && <FreezeForm viewer={viewer} accountId={accountId} refill={refill} />}
			</section>
			<section>
				<h2>Bindings</h2>
				<form method="get" action="/account" class="line">
					<label for="covering">Who serves</label>
					<input
						id="covering"
						name="covering"
						value={typed}
						placeholder="203.0.113.7"
						maxlength={64}
						spellcheck="false"
						aria-describedby={asked.ok ? null : "mistake"}
						aria-invalid={asked.ok ? null : "true"}
					/>
					<button type="submit">Look up</button>
					{typed !== "" && <a href="/account">All</a>}
				</form>
				{asked.ok ? (
					<>
						<p class="hint awaited">Asking Cloudflare…</p>
						{bindingsSlot}
					</>
				) : (
					<p class="notice" role="alert" id="mistake">
						{asked.failure}
					</p>
				)}
				{settling !== null && <p class="hint">{settling}</p>}
			</section>
		</Layout>
	);
	if (found === null || !asked.ok) return ok(html(page, 400));
	const bindings = found.then((all) => <Bindings found={all} asked={asked.value} typed={typed} />);
	return ok(htmlInParts(page, bindingsSlot, bindings, refill.status));
}

function Waiting({ overview, viewer }: { overview: Overview | null; viewer: Viewer }) {
	if (overview === null)
		return (
			<p class="notice" role="alert">
				unbind's Ledger is unreachable, so waiting deletions are not shown. <a href="/account">Reload</a>
			</p>
		);
	const { recent } = overview.changes;
	const waiting = (recent ?? []).filter(({ state }) => state === "pending_approval" || state === "scheduled");
	return waiting.length === 0 ? (
		<p>Nothing is waiting for approval or scheduled.</p>
	) : (
		<DeletionsTable caption="Waiting deletions" rows={waiting} viewer={viewer} />
	);
}

interface FreezeFormProps {
	viewer: Viewer;
	accountId: string;
	refill: Refilled;
}

const FreezeForm = ({ viewer, accountId, refill }: FreezeFormProps) => (
	<Confirm
		summary="Freeze deletions…"
		action="/freeze-switch"
		viewer={viewer}
		button="Freeze all deletions"
		back="/account"
		isOpen={!refill.isEmpty}
	>
		<input type="hidden" name="turn" value="on" />
		<p>
			Until it is lifted, nothing is deleted on account <code>{accountId}</code>, through any door. Restoring still
			works.
		</p>
		<Field {...refill.field("reason")} label="Reason" required maxlength={500} />
		<Field {...refill.field("until")} label="Until, in UTC (empty: until someone lifts it)" type="datetime-local" />
	</Confirm>
);

/** Reads an address or a CIDR. */
function rangeIn(text: string): Result<Cidr, string> {
	const cidr = parseCidr(text);
	if (cidr.ok) return cidr;
	const { failure } = cidr;
	if (failure.reason === "not_a_cidr")
		return fail(`${quoted(text)} is not an address or a range. Write one like 203.0.113.7 or 203.0.113.0/26.`);
	if (failure.reason === "host_bits") return fail(`${text} is not a range. Did you mean ${failure.hint}?`);
	const address = parseCidr(failure.hint);
	return address.ok ? address : fail(`${quoted(text)} is not an address.`);
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
