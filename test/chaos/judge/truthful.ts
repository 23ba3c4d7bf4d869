// No record contradicts what happened at Cloudflare: "deleted" means that we deleted the binding, "failed" that we did
// not, and every deletion has exactly one record. The same holds for restorations.
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import { claimedAtMs, claimOf, type Facts, type Life, sentAt, wayThere } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function truthful(facts: Facts): Verdict {
	const { lives, records, recordsOf, inventory } = facts;
	const { verdict, look } = createBench();
	for (const record of records) {
		const about = { bindingId: record.binding?.id ?? null, recordId: record.id };
		look(contradiction(record, facts), about);
		if (record.restoration !== null) look(contradictionOnTheWayBack(record, facts), about);
	}
	const restored = new Set(records.map(({ restoration }) => restoration?.binding_id));
	for (const life of lives.values()) {
		const { bindingId, goneBy, bornBy } = life;
		const claims = (recordsOf.get(bindingId) ?? []).filter((record) => claimOf(record) === "deleted").length;
		const stories = (recordsOf.get(bindingId) ?? []).filter((record) => claimOf(record) !== null).length;
		if (stories > 1) look(`${stories} records tell of its deletion`, { bindingId });
		if (goneBy === "call")
			look(claims === 1 ? null : `it was deleted once, and ${claims} records say so`, { bindingId });
		// If a later request deleted the binding before its restoration knew of it, only the deletion has it on record.
		const isOnRecord = restored.has(bindingId) || recordsOf.has(bindingId);
		// If the answer was lost, and others deleted it before any look, nobody can know of it.
		const isUnseen = goneBy === "others" && !inventory.has(bindingId);
		if (bornBy === "call" && !isUnseen) look(isOnRecord ? null : "no record says that it was created", { bindingId });
	}
	return verdict;
}

function contradiction(record: Deletion, facts: Facts): string | null {
	const { state, binding, settled_at } = record;
	const settledAtMs = settled_at === null ? Number.POSITIVE_INFINITY : Date.parse(settled_at);
	const claim = claimOf(record);
	if (binding === null) {
		if (claim !== null) return `${claim}, and it names no binding`;
		return record.failure?.code === "binding_not_found" ? overlooked(record, settledAtMs, facts) : null;
	}
	const life = facts.lives.get(binding.id);
	if (life === undefined) return "it names a binding that never was";
	if (life.cidr !== binding.cidr || life.prefixId !== binding.prefix_id) return "it names the binding wrongly";
	const goneAtMs = life.goneAtMs ?? Number.POSITIVE_INFINITY;
	if (claim !== null) {
		if (goneAtMs > claimedAtMs(record)) return `${claim}, and it stood`;
		if (claim !== "deleted" && life.goneBy !== "others") return `${claim}, and it was we who deleted it`;
		return null;
	}
	if (state === "refused" || state === "cancelled" || state === "expired") {
		return wayThere(record).some(({ event }) => event === "sent") ? `${state}, and a DELETE was sent` : null;
	}
	const isOurs = life.goneBy === "call" && sentAt(wayThere(record)).length > 0;
	return state === "failed" && isOurs && goneAtMs <= settledAtMs ? "failed, and it was gone" : null;
}

/** Cloudflare's lists may take two minutes to show a new binding, and a miss is remembered for one minute. */
const newForMs = 180_000;

/** The record says that there is no such binding, but there was one all along. */
function overlooked({ target, created_at }: Deletion, untilMs: number, { lives }: Facts): string | null {
	const stoodAllTheTime = ({ bindingId, cidr, bornAtMs, goneAtMs }: Life) =>
		(cidr === target || bindingId === target) &&
		(bornAtMs ?? 0) + newForMs < Date.parse(created_at) &&
		(goneAtMs ?? Number.POSITIVE_INFINITY) > untilMs;
	return [...lives.values()].some(stoodAllTheTime) ? "not found, and it stood there" : null;
}

/** A failed restoration is not checked here. If it created a binding after all, no record claims that binding. */
function contradictionOnTheWayBack({ binding, restoration }: Deletion, { lives }: Facts): string | null {
	if (restoration?.state !== "restored" && restoration?.state !== "already_bound") return null;
	const { state, binding_id, settled_at, requested_at } = restoration;
	const life = lives.get(binding_id ?? "");
	if (life === undefined || life.cidr !== binding?.cidr) return `${state}, and no such binding was created`;
	if ((life.bornAtMs ?? 0) > Date.parse(settled_at ?? "")) return `${state} before it was created`;
	const wasGone = life.goneBy === "call" && (life.goneAtMs ?? 0) < Date.parse(requested_at);
	return wasGone ? `${state}, and that binding had been deleted before` : null;
}
