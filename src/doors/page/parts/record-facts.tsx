// Who requested a deletion, why, when, and its details, in the order people ask.

import type { Approval, Deletion, Restoration } from "../../../deletion/record/deletion.ts";
import { whoWords } from "../../../deletion/record/elsewhere.ts";
import { settledTime } from "../../../deletion/settling-times.ts";
import { capital, doorWord, durationOf, guardsInWords, serviceWord } from "../words.ts";
import { Copied, Time } from "./marks.tsx";
import { type Fact, Facts } from "./table.tsx";

/** @param settling how long other restored bindings took; null if that is not known. */
export function RecordFacts({ deletion, settling }: { deletion: Deletion; settling: string | null }) {
	const { binding, not_before, approval, restoration, resolution, elsewhere } = deletion;
	const provisioning = binding?.provisioning?.state ?? "provisioning unknown";
	return (
		<Facts
			facts={[
				...cause(deletion),
				["Ray id", elsewhere?.ray ? <Copied text={elsewhere.ray} what="Ray id" /> : null],
				["Confirmed", deletion.confirmed_by_audit_log ? "unbind's DELETE is in Cloudflare's audit log" : null],
				["Not before", not_before && <Time at={not_before} />],
				["Approval", approval && <Decided approval={approval} />],
				["Service", binding && `${capital(serviceWord(binding.service_name))} (${provisioning})`],
				["Resolved", resolution ? `${resolution.outcome}, by ${resolution.by.name}: ${resolution.note}` : null],
				[
					restoration && restorationWords[restoration.state],
					restoration && <Restored restoration={restoration} settling={settling} />,
				],
				["Binding", binding && <Copied text={binding.id} what="binding's id" />],
				["Prefix", binding && <Copied text={binding.prefix_id} what="prefix's id" />],
				["Target", <Copied text={deletion.target} what="target" />],
				["Record", <Copied text={deletion.id} what="record's id" />],
			]}
		/>
	);
}

function cause({ elsewhere, actor, reason, created_at, settled_at }: Deletion): Fact[] {
	if (elsewhere !== undefined)
		return [
			["Deleted by", whoWords(elsewhere) ?? "not known yet"],
			["Last seen at", <Time at={elsewhere.last_seen_at} />],
			["Noticed at", <Time at={elsewhere.noticed_at} />],
		];
	const known = actor.user_name === undefined ? "" : `, as ${actor.user_name}`;
	return [
		["Requested by", `${actor.name} (${actor.platform ?? doorWord(actor.door)}${known})`],
		["Reason", reason ?? "none"],
		["Requested at", <Time at={created_at} />],
		["Settled at", settled_at === null ? "not yet" : <Time at={settled_at} />],
	];
}

const Decided = ({ approval: { state, decided_by, guards, expires_at } }: { approval: Approval }) => (
	<>
		{state}
		{decided_by !== null && ` by ${decided_by.name}`}, for {guardsInWords(guards)}.
		{state === "pending" && (
			<>
				{" "}
				Expires at <Time at={expires_at} />
			</>
		)}
	</>
);

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
			{requested_by.name} ({doorWord(requested_by.door)}), at <Time at={settled_at ?? requested_at} />.{" "}
			{activeAt !== null && (
				<>
					Seen active at <Time at={activeAt} />
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
