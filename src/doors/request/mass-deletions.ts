// Reads mass deletions for the doors, and their prefixes as the watch knows them. Asks Cloudflare nothing.
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { type MassDeletion, type ToRestore, toRestore } from "../../deletion/restorations/mass-deletion.ts";
import { ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import type { Problem } from "../reply/problem.ts";
import { readPast } from "./account.ts";
import { readInTurn } from "./turns.ts";

/** The latest ones, newest first. */
export const readMassDeletions = (context: Context): Promise<Result<MassDeletion[], Problem>> =>
	readInTurn("mass-deletions", context, () => context.ledger.massDeletions());

export interface Lost {
	mass: MassDeletion;
	/** null if it is not known. */
	prefixCidr(prefixId: string): string | null;
	what: ToRestore;
}

/** One mass deletion, and what of it the actor may restore; null if there is none with this id. */
export async function readLost(id: string, actor: Actor, context: Context): Promise<Result<Lost | null, Problem>> {
	const all = await readMassDeletions(context);
	if (!all.ok) return all;
	const mass = all.value.find((one) => one.id === id);
	if (mass === undefined) return ok(null);
	// Before the first of them was missed, and now.
	const at = [Date.parse(mass.since) - 1, Date.now()];
	const past = await readPast({ at, changes: null, changedOnly: false }, context);
	const [before = null, now = null] = past.ok ? past.value.accounts : [];
	const cidrs = new Map((before ?? []).map((prefix) => [plainId(prefix.id), prefix.cidr]));
	return ok({ mass, prefixCidr: (id) => cidrs.get(plainId(id)) ?? null, what: toRestore(mass, now, actor) });
}
