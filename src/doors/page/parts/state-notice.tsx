// What a record's state means for the reader, and what comes next.

import { sameName } from "../../../deletion/record/actor.ts";
import type { Deletion } from "../../../deletion/record/deletion.ts";
import { type Elsewhere, whoWords } from "../../../deletion/record/elsewhere.ts";
import { failureSentence } from "../story.ts";
import type { Viewer } from "../viewer.ts";
import { nameOf, textOf } from "../words.ts";
import { Time } from "./marks.tsx";

export function StateNotice({ deletion, viewer }: { deletion: Deletion; viewer: Viewer }) {
	const { state, failure, cloudflare, approval, not_before, restoration, elsewhere } = deletion;
	const what = nameOf(deletion);
	const isOwn = sameName(deletion.actor.name, viewer.actor.name);
	const said = failure === null || failure.code === "binding_not_found" ? [] : (cloudflare?.errors ?? []);
	return (
		<>
			{state === "deleted_elsewhere" && elsewhere !== undefined && <Disappeared elsewhere={elsewhere} />}
			{state === "pending_approval" && approval !== null && (
				<p class="notice">
					{isOwn ? "Waiting for someone else to approve it: you requested it." : "Waiting for an approval."} Expires at{" "}
					<Time at={approval.expires_at} />.
				</p>
			)}
			{state === "scheduled" && not_before !== null && (
				<p class="notice">
					Runs at <Time at={not_before} />. The guards check the binding again then.
				</p>
			)}
			{state === "unknown" && (
				<p class="notice">
					{what} may or may not be gone: Cloudflare gave no clear answer. unbind keeps checking until it knows. You
					don't need to do anything.
				</p>
			)}
			{failure !== null && (
				<div class="notice bad">
					<p>{failureSentence(deletion)}</p>
					{said.map((message) => (
						<p>
							Cloudflare said: {message.code !== undefined && <b>{textOf(message.code)} </b>}
							{textOf(message.message)}
						</p>
					))}
					<p class="line">
						{(state === "refused" || state === "failed") && <a href={`/account/${what}`}>See the plan again</a>}
						{failure.last_deletion !== undefined && <a href={`/records/${failure.last_deletion.id}`}>Last deletion</a>}
					</p>
				</div>
			)}
			{restoration?.failure && <p class="notice bad">Not restored. {restoration.failure.detail}</p>}
		</>
	);
}

function Disappeared({ elsewhere }: { elsewhere: Elsewhere }) {
	const who = whoWords(elsewhere);
	return (
		<p class="notice bad">
			This binding disappeared without unbind. It was last seen at <Time at={elsewhere.last_seen_at} />. unbind noticed
			the loss at <Time at={elsewhere.noticed_at} />.{" "}
			{who === null ? "Cloudflare's audit log may say who did it." : `Cloudflare's audit log says who did it: ${who}.`}
		</p>
	);
}
