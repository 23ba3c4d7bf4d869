// Who requested a deletion, why, when, and its details, in the order people ask.

import type { Deletion, Restoration } from "../../../deletion/record/deletion.ts";
import { whoWords } from "../../../deletion/record/elsewhere.ts";
import { settledTime } from "../../../deletion/settling.ts";
import type { JSX } from "../jsx-runtime.ts";
import { durationOf } from "../story.ts";
import { doorWords, guardWords, serviceWord } from "../words.ts";
import { capital } from "./guards.tsx";
import { Copied, Moment } from "./marks.tsx";

/** @param settling how long other restored bindings took; null if that is not known. */
export function Facts({ deletion, settling }: { deletion: Deletion; settling: string | null }) {
	const { id, binding, actor, reason, target, created_at, settled_at, not_before, approval, restoration, resolution } =
		deletion;
	const { elsewhere } = deletion;
	const known = actor.user_name === undefined ? "" : `, as ${actor.user_name}`;
	const facts: [string, JSX.Children][] =
		elsewhere === undefined
			? [
					["Requested by", `${actor.name} (${actor.platform ?? doorWords[actor.door] ?? actor.door}${known})`],
					["Reason", reason ?? "none"],
					["Requested at", <Moment at={created_at} />],
					["Settled at", settled_at === null ? "not yet" : <Moment at={settled_at} />],
				]
			: [
					["Deleted by", whoWords(elsewhere) ?? "not known yet"],
					["Last seen at", <Moment at={elsewhere.last_seen_at} />],
					["Missed at", <Moment at={elsewhere.noticed_at} />],
				];
	if (elsewhere?.ray) facts.push(["Ray id", <Copied text={elsewhere.ray} what="Ray id" />]);
	if (deletion.confirmed_by_audit_log) facts.push(["Confirmed", "unbind's DELETE is in Cloudflare's audit log"]);
	if (not_before !== null) facts.push(["Not before", <Moment at={not_before} />]);
	if (approval !== null) {
		const word = approval.decided_by === null ? approval.state : `${approval.state} by ${approval.decided_by.name}`;
		facts.push([
			"Approval",
			<>
				{word}, for {approval.guards.map((guard) => guardWords[guard]).join(", ")}.
				{approval.state === "pending" && (
					<>
						{" "}
						Expires at <Moment at={approval.expires_at} />
					</>
				)}
			</>,
		]);
	}
	if (binding !== null) {
		const { service_name, provisioning } = binding;
		facts.push(["Service", `${capital(serviceWord(service_name))} (${provisioning?.state ?? "provisioning unknown"})`]);
	}
	if (resolution !== undefined)
		facts.push(["Resolved", `${resolution.outcome}, by ${resolution.by.name}: ${resolution.note}`]);
	if (restoration !== null)
		facts.push([restorationWords[restoration.state], <Restored restoration={restoration} settling={settling} />]);
	if (binding !== null)
		facts.push(
			["Binding", <Copied text={binding.id} what="binding's id" />],
			["Prefix", <Copied text={binding.prefix_id} what="prefix's id" />],
		);
	facts.push(["Target", <Copied text={target} what="target" />], ["Record", <Copied text={id} what="record's id" />]);
	return (
		<dl class="facts">
			{facts.map(([name, value]) => (
				<>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</>
			))}
		</dl>
	);
}

const restorationWords: Record<Restoration["state"], string> = {
	restoring: "Restoring",
	unknown: "Restoring",
	restored: "Restored",
	already_bound: "Restored",
	failed: "Restoration failed",
};

function Restored({ restoration, settling }: { restoration: Restoration; settling: string | null }) {
	const { state, requested_by, requested_at, settled_at, binding_id, provisioning, settles_within_hours } = restoration;
	const activeAt = restoration.active_at ?? null;
	const tookMs = settledTime({ restoration })?.tookMs ?? 0;
	const isSettling = state === "restored" && provisioning?.state !== "active" && activeAt === null;
	return (
		<>
			{requested_by.name} ({doorWords[requested_by.door]}), at <Moment at={settled_at ?? requested_at} />.{" "}
			{activeAt !== null && (
				<>
					Seen active at <Moment at={activeAt} />
					{tookMs > 0 && `, after ${durationOf(tookMs)}`}.{" "}
				</>
			)}
			{isSettling && `Settles within ${settles_within_hours} hours. ${settling === null ? "" : `${settling} `}`}
			{state === "already_bound" && "The same service was bound there already. "}
			{binding_id !== null && (
				<>
					New binding: <a href={`/account/${binding_id}`}>{binding_id}</a>
				</>
			)}
		</>
	);
}
