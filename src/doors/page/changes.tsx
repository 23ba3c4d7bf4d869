// What changed on one day (UTC): each prefix before and after it, and the list. Only reads: one call for the changes, and none
// to Cloudflare.

import * as v from "valibot";
import { at } from "../../deletion/record/deletion.ts";
import { fail, ok } from "../../deletion/result.ts";
import { changesShown } from "../limits.ts";
import { problem } from "../reply/problem.ts";
import { changesCursor, readPast } from "../request/account.ts";
import { readQuery, timeOrDaySchema } from "../request/input.ts";
import type { Page } from "./door.tsx";
import { withoutEmpty } from "./form.ts";
import { html } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import { Changes } from "./views/changes.tsx";

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
	const todayMs = nowMs - (nowMs % dayMs);
	const { day: beginMs = todayMs, cursor = null } = query.value;
	if (beginMs > nowMs) return fail(problem("invalid_request", "This day has not begun yet."));
	const endMs = Math.min(beginMs + dayMs, nowMs);
	const changes = { sinceMs: beginMs, untilMs: endMs, prefixId: null, cursor, atMost: changesShown };
	const [past, overview] = await Promise.all([
		readPast({ at: [beginMs, endMs], changes, changedOnly: true }, context),
		glance(context),
	]);
	// Without a watch there is a page too: it says so.
	if (!past.ok && past.failure.code !== "conflict") return past;
	const page = (
		<Changes
			viewer={viewer}
			present={presentOf(overview)}
			day={dayOf(beginMs)}
			today={dayOf(todayMs)}
			earlier={dayOf(Math.max(beginMs - dayMs, 0))}
			later={beginMs === todayMs ? null : dayOf(beginMs + dayMs)}
			isContinued={cursor !== null}
			past={past}
		/>
	);
	return ok(html(page));
};

const dayOf = (ms: number): string => at(ms).slice(0, 10);
