// What changed on one day (UTC): each prefix before and after it, and the list. Only reads: one call for the changes, and none
// to Cloudflare.

import * as v from "valibot";
import type { Overview } from "../../deletion/ledger-api.ts";
import type { PastChange } from "../../deletion/past.ts";
import { at } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { changesShown } from "../limits.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { changesCursor, type KnownPast, readPast } from "../request/account.ts";
import { readQuery, timeOrDaySchema } from "../request/input.ts";
import type { Page } from "./door.tsx";
import { historyOf } from "./filter.ts";
import { withoutEmpty } from "./form.ts";
import { glance } from "./glance.ts";
import { html } from "./html.ts";
import { ChangedPrefixes } from "./parts/changed-prefixes.tsx";
import { Layout } from "./parts/layout.tsx";
import { Time } from "./parts/marks.tsx";
import { Table } from "./parts/table.tsx";
import type { Viewer } from "./viewer.ts";
import { serviceWord } from "./words.ts";

const dayMs = 24 * 3_600_000;

const entries = {
	day: v.optional(
		v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/, "must be a date such as 2026-02-20"), timeOrDaySchema),
	),
	cursor: v.optional(changesCursor),
};

export const showChanges: Page = async (_request, context, viewer) => {
	const url = new URL(context.url);
	// Browsers also send a date left empty.
	url.search = withoutEmpty(url.searchParams).toString();
	const query = readQuery(url, entries);
	if (!query.ok) return query;
	const nowMs = Date.now();
	const { day: beginMs = nowMs - (nowMs % dayMs), cursor = null } = query.value;
	if (beginMs > nowMs) return fail(problem("invalid_request", "This day has not begun yet."));
	const endMs = Math.min(beginMs + dayMs, nowMs);
	const changes = { sinceMs: beginMs, untilMs: endMs, prefixId: null, cursor, atMost: changesShown };
	const [past, overview] = await Promise.all([
		readPast({ at: [beginMs, endMs], changes, changedOnly: true }, context),
		glance(context),
	]);
	// Without a watch there is a page too: it says so.
	if (!past.ok && past.failure.code !== "conflict") return past;
	const isContinued = cursor !== null;
	return ok(html(<Changes {...{ viewer, overview, beginMs, nowMs, isContinued, past }} />));
};

interface ChangesProps {
	viewer: Viewer;
	overview: Overview | null;
	/** The start of the day. */
	beginMs: number;
	nowMs: number;
	/** Whether the list begins where an earlier page of it ended. */
	isContinued: boolean;
	/** Fails if nothing is known at all. */
	past: Result<KnownPast, Problem>;
}

export function Changes({ viewer, overview, beginMs, nowMs, isContinued, past }: ChangesProps) {
	const [day, today] = [dayOf(beginMs), dayOf(nowMs)];
	return (
		<Layout title={`Changes on ${day}`} part="account" viewer={viewer} overview={overview}>
			<p class="hint">
				What appeared, disappeared or changed service, by unbind or by anyone else. Days are in UTC.{" "}
				<a href="/account">The account now</a>
			</p>
			<form method="get" action="/account/changes" class="line">
				<label for="day">Day</label>
				<input id="day" name="day" type="date" value={day} max={today} />
				<button type="submit">Show</button>
				<DayLink day={dayOf(Math.max(beginMs - dayMs, 0))} />
				{day !== today && <DayLink day={dayOf(beginMs + dayMs)} />}
			</form>
			{past.ok ? (
				<Known past={past.value} day={day} isContinued={isContinued} />
			) : (
				<p class="notice">{past.failure.detail}</p>
			)}
		</Layout>
	);
}

const dayOf = (ms: number): string => at(ms).slice(0, 10);
const dayPath = (day: string): string => `/account/changes?day=${day}`;
const DayLink = ({ day, text = day }: { day: string; text?: string }) => <a href={dayPath(day)}>{text}</a>;

function Known({ past, day, isContinued }: { past: KnownPast; day: string; isContinued: boolean }) {
	const { knownSinceMs, accounts, changes, next } = past;
	const [before = null, after = null] = accounts;
	const since = at(knownSinceMs);
	if (after === null)
		return (
			<p class="notice">
				unbind has no data for this day. Its data begins <Time at={since} />:{" "}
				<DayLink day={dayOf(knownSinceMs)} text="show that day" />.
			</p>
		);
	return (
		<>
			{before === null && (
				<p class="notice">
					unbind has data for only part of this day. Its data begins <Time at={since} />.
				</p>
			)}
			{changes.length === 0 ? (
				<p>Nothing changed{before === null && " after that"}.</p>
			) : (
				<>
					<section>
						<h2>Before and after</h2>
						<ChangedPrefixes before={before} after={after} changes={changes} />
					</section>
					<section>
						<h2>Changes</h2>
						<List changes={changes} />
						{(isContinued || next !== null) && (
							<nav aria-label="Changes" class="line">
								{isContinued && <DayLink day={day} text="From the start of the day" />}
								{next !== null && (
									<a href={`${dayPath(day)}&cursor=${next}`} rel="next">
										Later changes
									</a>
								)}
							</nav>
						)}
					</section>
				</>
			)}
		</>
	);
}

const List = ({ changes }: { changes: readonly PastChange[] }) => (
	<Table
		caption="Changes, oldest first"
		columns={[["Seen", "when"], ["Change"], ["Binding", "what"], ["Service"], ["By", "who"]]}
		rows={changes.map((change) => [
			<Time at={at(change.atMs)} />,
			change.change,
			<a href={hrefOf(change)}>{change.binding.cidr ?? change.binding.id}</a>,
			servicesOf(change),
			change.by === "unbind" ? "unbind" : "someone else",
		])}
	/>
);

/** Leads to the record; without one, to the history of the binding. */
const hrefOf = ({ binding, deletionId }: PastChange): string =>
	deletionId === null ? historyOf("binding_id", binding.id) : `/records/${deletionId}`;

function servicesOf({ before, binding }: PastChange): string {
	const after = serviceWord(binding.serviceName);
	if (before === null) return after;
	const moved = before.cidr === binding.cidr ? "" : ` (was ${before.cidr ?? "no range"})`;
	return `${serviceWord(before.serviceName)} → ${after}${moved}`;
}
