// The destinations: how each is doing, and what was sent last. Only reads, with one call to the Ledger.
import { fail, ok } from "../../deletion/result.ts";
import { failureProblem, tooManyReads } from "../reply/failure.ts";
import { readQuery } from "../request/input.ts";
import type { Page } from "./door.tsx";
import { html } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import { Notifications } from "./views/notifications.tsx";

/** What the page lists; the API has the rest. */
const shownAtMost = 50;

export const showNotifications: Page = async (_request, context, viewer) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const { ledger, caller } = context;
	const newest = { destination: null, state: null, afterId: null, atMost: shownAtMost, caller };
	const [known, overview] = await Promise.all([ledger.notifications(newest), glance(context)]);
	if (!known.ok) return fail(failureProblem(known.failure));
	if (known.value === null) return fail(tooManyReads);
	return ok(html(<Notifications viewer={viewer} present={presentOf(overview)} known={known.value} />));
};
