// The account now: waiting deletions, the freeze, and the bindings, which follow when Cloudflare answers.

import type { Summary } from "../../../deletion/record/deletion.ts";
import { historyOf } from "../filter.ts";
import type { Refilled } from "../form.ts";
import type { Viewer } from "../viewer.ts";
import { bindingsSlot } from "./bindings.tsx";
import { Confirm, Field } from "./form.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Rows } from "./rows.tsx";

interface AccountProps {
	viewer: Viewer;
	accountId: string;
	/** null if the Ledger was unreachable. */
	present: Present | null;
	waiting: readonly Summary[];
	/** The address to look up, as typed. */
	typed: string;
	/** What is wrong with it; then no bindings follow. */
	mistake: string | null;
	/** What the freeze form held. */
	refill: Refilled;
	/** How long restored bindings took to settle; null if none did. */
	settling: string | null;
}

export const Account = ({ viewer, accountId, present, waiting, typed, mistake, refill, settling }: AccountProps) => (
	<Layout title="Account" part="account" viewer={viewer} present={present}>
		<h1>Account</h1>
		<p class="hint">
			<code>{accountId}</code> <a href="/account/changes">Changes</a> <a href="/account/notifications">Notifications</a>
		</p>
		<section>
			<h2>Waiting</h2>
			{present === null ? (
				<p class="notice" role="alert">
					unbind's ledger is unreachable, so waiting deletions are not shown. <a href="/account">Reload</a>
				</p>
			) : waiting.length === 0 ? (
				<p>Nothing is waiting for approval or scheduled.</p>
			) : (
				<Rows
					caption="Waiting deletions"
					rows={waiting}
					viewer={viewer}
					actorHref={(actor) => historyOf("actor", actor)}
				/>
			)}
			{present !== null && present.freeze === null && viewer.actor.scopes.includes("freeze") && (
				<FreezeForm viewer={viewer} accountId={accountId} refill={refill} />
			)}
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
					aria-describedby={mistake === null ? undefined : "mistake"}
					aria-invalid={mistake === null ? undefined : "true"}
				/>
				<button type="submit">Look up</button>
				{typed !== "" && <a href="/account">All</a>}
			</form>
			{mistake !== null ? (
				<p class="notice" role="alert" id="mistake">
					{mistake}
				</p>
			) : (
				<>
					<p class="hint awaited">Asking Cloudflare…</p>
					{bindingsSlot}
				</>
			)}
			{settling !== null && <p class="hint">{settling}</p>}
		</section>
	</Layout>
);

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
		<Field
			id="freeze-reason"
			name="reason"
			label="Reason"
			value={refill.typed("reason")}
			mistake={refill.mistake("reason")}
			required
			maxlength={500}
		/>
		<Field
			id="freeze-until"
			name="until"
			label="Until, in UTC (empty: until someone lifts it)"
			type="datetime-local"
			value={refill.typed("until")}
			mistake={refill.mistake("until")}
		/>
	</Confirm>
);
