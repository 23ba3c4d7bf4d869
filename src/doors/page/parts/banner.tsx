// The top of every page: what disappeared without unbind, and the freeze.
import type { Freeze, Waiting } from "../../../deletion/judgement/freeze.ts";
import type { MassGlance, Overview } from "../../../deletion/ledger-api.ts";
import { heldWords } from "../../reply/freeze.ts";
import type { Viewer } from "../viewer.ts";
import { Confirm } from "./form.tsx";
import { Time } from "./marks.tsx";

export const Banner = ({ viewer, overview }: { viewer: Viewer; overview: Overview | null }) => (
	<div id="banner">
		{overview?.lost?.map((mass) => (
			<Lost mass={mass} />
		))}
		{overview?.freeze && <Frozen viewer={viewer} freeze={overview.freeze} waiting={overview.waiting} />}
	</div>
);

const Lost = ({ mass: { id, since, total, missing } }: { mass: MassGlance }) => (
	<section class="banner lost" aria-label="Mass deletion">
		<p>
			<strong>{total} bindings disappeared without unbind</strong> at <Time at={since} />.{" "}
			{missing < total && `${total - missing} of ${total} are restored. `}
			<a href={`/account/lost/${id}`}>{missing < total ? "See the rest" : "See what is missing, and restore it"}</a>
		</p>
	</section>
);

const Frozen = ({ viewer, freeze, waiting }: { viewer: Viewer; freeze: Freeze; waiting: Waiting }) => (
	<section class="banner" aria-label="Freeze">
		<p>
			<strong>Deletions are frozen.</strong> {freeze.by.name}: {freeze.reason.replace(/\.$/, "")}. Since{" "}
			<Time at={freeze.since} />, until {freeze.until === null ? "someone lifts it." : <Time at={freeze.until} />}
		</p>
		{viewer.actor.scopes.includes("freeze") && (
			<Confirm summary="Lift the freeze…" action="/freeze-switch" viewer={viewer} button="Lift the freeze">
				<input type="hidden" name="turn" value="off" />
				<p>{heldWords(waiting)}</p>
			</Confirm>
		)}
	</section>
);
