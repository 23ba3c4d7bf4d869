// One call of somebody who may speak, and what it takes to answer it.
import type { PlatformName } from "../../config/chat.ts";
import type { Actor, Scope } from "../../deletion/actor.ts";
import { fail, type Result } from "../../deletion/result.ts";
import { withinMs } from "../../within-ms.ts";
import { ask } from "../ask.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Card, type Reply, reply } from "./card.ts";
import { lateCard, refusalCard, unreachableCard } from "./cards/refusal.ts";

export interface Talk {
	actor: Actor;
	context: Context;
	platform: PlatformName;
	channel: string;
	userId: string;
	/** unbind's own address, for links to its pages. */
	origin: string;
	/** Where the platform takes later messages; null where it gave nothing. */
	address: string | null;
}

/** How long the Ledger is waited for; the platform lets work go on for 30 seconds after an answer, messages included. */
export const ledgerWaitMs = 15_000;
const longestMs = 20_000;

/** A call to the Ledger; what it cannot tell, a card does. */
export async function askLedger<Value>(talk: Talk, call: () => Promise<Value>): Promise<Result<Value, Card>> {
	const answer = await withinMs(longestMs, ask(talk.context.requestId, call));
	if (answer === null) return fail(lateCard);
	return answer.ok ? answer : fail(unreachableCard);
}

export const refused = (detail: string): Reply => reply(refusalCard(detail));

/** null while deletions are open; whatever else is open. */
export function refusedWhileClosed({ context }: Talk): Reply | null {
	const closed = closedProblem("deletions", context);
	return closed === null ? null : refused(closed.detail);
}

/** null where the actor has the scope. */
export function refusedWithout(scope: Scope, { actor }: Talk): Reply | null {
	const missing = lacks(actor, scope);
	return missing === null ? null : refused(missing.detail);
}
