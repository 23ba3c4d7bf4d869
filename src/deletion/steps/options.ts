// What an actor could still do about a deletion, going by its record: the buttons a door may offer. Whether it is really
// allowed is decided when it is requested (`decisions.ts`, `begin-restoration.ts`).
import { type Actor, type Scope, sameName } from "../record/actor.ts";
import type { Deletion } from "../record/deletion.ts";
import { isGone } from "../record/gone.ts";
import { outOfRange } from "./decisions.ts";

export const options = ["approve", "reject", "cancel", "restore"] as const;
export type Option = (typeof options)[number];

const scopeFor: Record<Option, Scope> = { approve: "approve", reject: "approve", cancel: "delete", restore: "restore" };

export function optionsFor(deletion: Deletion, actor: Actor): Option[] {
	if (deletion.binding === null || outOfRange(deletion, actor) !== null) return [];
	return options.filter((option) => actor.scopes.includes(scopeFor[option]) && isOpenTo(option, deletion, actor));
}

function isOpenTo(option: Option, { state, actor: requester, binding, restoration }: Deletion, actor: Actor): boolean {
	switch (option) {
		case "approve":
		case "reject":
			return state === "pending_approval" && !sameName(requester.name, actor.name);
		case "cancel":
			return state === "received" || state === "pending_approval" || state === "scheduled";
		case "restore":
			return (
				isGone(state) &&
				state !== "restored" &&
				binding?.service_id !== null &&
				(restoration === null || restoration.state === "failed")
			);
	}
}
