// The rules of docs/configuration.md, written a second time without looking at the guards. They judge each DELETE by the bindings
// at Cloudflare at that time, and by what people had requested and agreed to. They know nothing of verdicts and levels.
import type { Binding, Prefix } from "../../sandbox/imitation/state.ts";
import { type ActorName, actors, type Sent } from "./small-world.ts";

export const budget = 3;
export const windowMs = 3_600_000;

/** What the people of a sequence requested and decided about one record. */
export interface Said {
	requester: ActorName;
	acknowledged: readonly string[];
	notBeforeMs: number | null;
	/** The prefix's bindings in the caller's plan, if the request named one. */
	planned: readonly Binding[] | null;
	approver: ActorName | null;
	ended: "cancelled" | "rejected" | null;
}

export interface Standing {
	frozenUntilMs: number | null;
	/** Whether the latest deletion of a CIDR in this set was restored. */
	earlier: readonly (Sent & { cidr: string; restored: boolean })[];
}

/** What is wrong with a DELETE, or nothing if it was allowed. */
export function wrongWith(sent: Sent, said: Said | null, standing: Standing): string[] {
	const { prefix, bindingId, atMs } = sent;
	const binding = prefix.bindings.find(({ id }) => id === bindingId);
	const wrong: string[] = [];
	const demand = (isSo: boolean, what: string) => void (isSo || wrong.push(`${what}: ${binding?.cidr ?? bindingId}`));

	demand(sent.lookedAt, "a second DELETE without a look in between");
	demand(said !== null, "a DELETE that no record speaks of");
	if (said === null || binding === undefined) return wrong;

	demand(standing.frozenUntilMs === null || standing.frozenUntilMs <= atMs, "a DELETE during a freeze");
	const { scopes, range } = actors[said.requester];
	demand(
		scopes.some((scope) => scope === "delete"),
		"a DELETE for somebody who may not",
	);
	demand(range === null || lies(binding, range), "a DELETE out of the caller's range");
	demand(said.ended === null, `a DELETE after it was ${said.ended}`);
	demand(said.notBeforeMs === null || said.notBeforeMs <= atMs, "a DELETE before its time");
	demand(
		said.planned === null || JSON.stringify(said.planned) === JSON.stringify(prefix.bindings),
		"a DELETE on a stale plan",
	);

	const recent = standing.earlier.filter((one) => one.tookEffect && one.atMs > atMs - windowMs);
	demand(recent.length < budget, "a DELETE over the budget");
	const gone = recent.filter((one) => one.prefix.id === prefix.id && !one.restored).length;
	demand(gone === 0 || (gone + 1) * 2 <= gone + prefix.bindings.length, "a DELETE of more than half of a prefix");

	const { approver } = said;
	const isApproved =
		approver !== null && approver !== said.requester && actors[approver].scopes.some((scope) => scope === "approve");
	demand(prefix.bindings.length > 1 || isApproved, "a DELETE of a last binding without another's word");
	demand(binding.service_id !== undefined, "a DELETE of what could not be restored");
	demand(
		!leavesAHole(binding, prefix) || said.acknowledged.includes("leaves_no_service"),
		"a DELETE that leaves a hole which nobody named",
	);
	demand(
		binding.provisioning?.state === "active" || said.acknowledged.includes("still_provisioning"),
		"a DELETE during provisioning which nobody named",
	);
	return wrong;
}

/** A range of addresses as two numbers. Reads only what the small world holds: whole groups, at most one `::`. */
function bounds(cidr: string): [first: bigint, last: bigint] {
	const [address = "", length = "0"] = cidr.split("/");
	const isV6 = address.includes(":");
	const [head = "", tail = ""] = address.split("::");
	const groups = isV6
		? [...head.split(":"), ...Array(8).fill("0"), ...tail.split(":")].filter((group) => group !== "").slice(0, 8)
		: address.split(".");
	const bits = isV6 ? 16n : 8n;
	const first = groups.reduce((sum, group) => (sum << bits) | BigInt(isV6 ? `0x${group}` : group), 0n);
	return [first, first + (1n << BigInt((isV6 ? 128 : 32) - Number(length))) - 1n];
}

function lies(binding: Binding, range: string): boolean {
	const [first, last] = bounds(binding.cidr ?? "");
	const [from, to] = bounds(range);
	return binding.cidr?.includes(":") === range.includes(":") && first >= from && last <= to;
}

/** Whether an address of the binding has no other binding. A hole starts where the range does, or after a neighbour. */
function leavesAHole(binding: Binding, { bindings }: Prefix): boolean {
	const others = bindings.filter(({ id }) => id !== binding.id).map(({ cidr }) => bounds(cidr ?? ""));
	const [first, last] = bounds(binding.cidr ?? "");
	return [first, ...others.map(([, end]) => end + 1n)].some(
		(address) => address >= first && address <= last && !others.some(([from, to]) => address >= from && address <= to),
	);
}
