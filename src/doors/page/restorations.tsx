// The progress of many restorations. While they go on, the page polls; a poll that finds no change costs one call to the Ledger.
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok } from "../../deletion/result.ts";
import { failureProblem } from "../reply/failure.ts";
import { problem } from "../reply/problem.ts";
import { versionIn } from "../request/etag.ts";
import { readQuery } from "../request/input.ts";
import type { Page } from "./door.tsx";
import { html } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import { RestorationsPage } from "./views/restorations.tsx";

const notFound = problem("not_found", "There is no such restoration. The ledger keeps them for a week.");

export const showProgress: Page = async (request, context, viewer) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const id = request.params.id ?? "";
	if (!isRecordId(id)) return fail(notFound);
	const found = await context.ledger.restorations(id);
	if (!found.ok) return fail(failureProblem(found.failure));
	if (found.value === null) return fail(notFound);
	const { state, counts } = found.value;
	const version = [state, ...Object.values(counts)].join("-");
	const headers = { etag: `W/"${version}"` };
	if (versionIn(request.headers.get("if-none-match")) === version)
		return ok(new Response(null, { status: 304, headers }));
	const overview = await glance(context);
	const page = (
		<RestorationsPage
			viewer={viewer}
			present={presentOf(overview)}
			restorations={found.value}
			live={state === "restoring" ? headers.etag : null}
		/>
	);
	return ok(html(page, 200, headers));
};
