// Many restorations under one request: how far they are, and the outcome of each. While they go on, the page polls; a poll that
// finds no change costs one call to the Ledger.
import { isRecordId } from "../../deletion/record/record-id.ts";
import type { RestorationItem, RestorationItemState } from "../../deletion/restorations/restorations.ts";
import { fail, ok } from "../../deletion/result.ts";
import { failureProblem } from "../reply/failure.ts";
import { problem } from "../reply/problem.ts";
import { versionIn } from "../request/etag.ts";
import { readQuery } from "../request/input.ts";
import type { Page } from "./door.tsx";
import { glance } from "./glance.ts";
import { etagOf, html, notModified } from "./html.ts";
import { Layout } from "./parts/layout.tsx";
import { Mark, Time } from "./parts/marks.tsx";
import { Facts, Table } from "./parts/table.tsx";
import { counted, doorWord, serviceWord } from "./words.ts";

const notFound = problem(
	"not_found",
	"There are no restorations with this id. unbind keeps them for a week after the last one is settled.",
);

/** In the order of the counts. */
const stateWords: [RestorationItemState, string][] = [
	["restored", "restored"],
	["already_bound", "bound already"],
	["restoring", "restoring"],
	["unknown", "outcome unknown"],
	["waiting", "waiting"],
	["refused", "refused"],
	["failed", "failed"],
];

export const restorationsPath = (id: string): string => `/account/restorations/${id}`;

export const showRestorations: Page = async (request, context, viewer) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const { id = "" } = request.params;
	if (!isRecordId(id)) return fail(notFound);
	const found = await context.ledger.restorations(id);
	if (!found.ok) return fail(failureProblem(found.failure));
	if (found.value === null) return fail(notFound);
	const { state, counts, total, requested_at, requested_by, reason, settled_at, deletions } = found.value;
	const version = [state, ...Object.values(counts)].join("-");
	if (versionIn(request.headers.get("if-none-match")) === version) return ok(notModified(version));
	const etag = etagOf(version);
	const live = state === "restoring" ? etag : null;
	const restored = counts.restored + counts.already_bound;
	const left = total - restored;
	const bindings = counted(total, "binding");
	const page = (
		<Layout
			title={live === null ? `Restored ${restored} of ${bindings}` : `Restoring ${bindings}`}
			beside={
				live === null ? (
					<Mark state={left === 0 ? "restored" : "failed"}>{left === 0 ? "done" : `${left} not restored`}</Mark>
				) : (
					[<Mark state="restoring">restoring</Mark>, <a href={restorationsPath(id)}>Reload</a>]
				)
			}
			part="account"
			viewer={viewer}
			overview={await glance(context)}
			live={live}
			refreshes={live !== null}
		>
			<progress max={total} value={restored} aria-label={`${restored} of ${total} restored`} />
			<ul class="line">
				{stateWords.map(
					([state, words]) =>
						counts[state] > 0 && (
							<li>
								<b>{counts[state]}</b> {words}
							</li>
						),
				)}
			</ul>
			<Facts
				facts={[
					["Requested by", `${requested_by.name} (${doorWord(requested_by.door)})`],
					["Reason", reason ?? "none"],
					["Requested at", <Time at={requested_at} />],
					["Settled at", settled_at === null ? "not yet" : <Time at={settled_at} />],
				]}
			/>
			{live === null && left > 0 && (
				<p class="notice bad">
					{counted(left, "binding")} could not be restored. The list says why. You can retry from each record.
				</p>
			)}
			<section>
				<h2>Bindings</h2>
				<Bindings all={deletions} />
			</section>
		</Layout>
	);
	return ok(html(page, 200, { etag }));
};

const Bindings = ({ all }: { all: readonly RestorationItem[] }) => (
	<Table
		caption="Bindings, in the order of their restoration"
		columns={[["Binding", "what"], ["Service"], ["State"], ["New binding"]]}
		rows={all.map(({ deletion_id, cidr, service_name, state, binding_id, detail }) => [
			<a href={`/records/${deletion_id}`}>{cidr ?? deletion_id}</a>,
			cidr && serviceWord(service_name),
			<>
				<Mark state={state}>{stateWords.find(([one]) => one === state)?.[1] ?? state}</Mark>
				{detail !== null && <small class="cause"> {detail}</small>}
			</>,
			binding_id && <code>{binding_id}</code>,
		])}
	/>
);
