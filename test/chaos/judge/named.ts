// Nothing is deleted that no accepted request named: every deletion has a record, every record has its caller's request
// for exactly that binding and, if an approval was needed, someone else's approval before the DELETE left.
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import { claimOf, type Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function named(facts: Facts): Verdict {
	const { verdict, look } = createBench();
	for (const { method, bindingId } of facts.calls) {
		if (method === "DELETE" && bindingId === null) look("a DELETE named no binding");
	}
	for (const { bindingId, goneBy } of facts.lives.values()) {
		if (goneBy !== "call") continue;
		const record = facts.recordsOf.get(bindingId)?.find((one) => claimOf(one) === "deleted");
		look(record === undefined ? "nobody asked for it" : unasked(record, facts), {
			bindingId,
			recordId: record?.id ?? null,
		});
	}
	return verdict;
}

function unasked({ id, reason, actor, binding, guards, created_at }: Deletion, facts: Facts): string | null {
	const steps = [...facts.asked.values()].flat();
	const request = facts.asked.get(reason ?? "")?.find(({ what }) => what === "deletion");
	if (request === undefined) return "its record gives the reason of no request";
	if (request.caller !== actor.name) return `${request.caller} asked for it, and ${actor.name} is on record`;
	if (request.target !== binding?.cidr && request.target !== binding?.id) return `the request named ${request.target}`;
	if (!guards.some(({ verdict }) => verdict === "approve")) return null;
	// An earlier call was an earlier request's, with an approval of its own.
	const sent = facts.deletesOf.get(binding.id)?.find(({ atMs }) => atMs >= Date.parse(created_at))?.atMs ?? 0;
	const approved = steps.some(
		({ what, target, caller, atMs }) => what === "approval" && target === id && caller !== actor.name && atMs <= sent,
	);
	return approved ? null : "nobody had approved it";
}
