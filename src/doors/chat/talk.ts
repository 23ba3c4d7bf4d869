// One call of somebody who may speak, and what it takes to answer it.
import type { PlatformName } from "../../config/chat.ts";
import type { Actor, Scope } from "../../deletion/record/actor.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import type { LedgerClient } from "../ledger-client.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Reply, reply } from "./card.ts";
import { noAnswerCard, refusalCard } from "./cards/refusal.ts";

export interface Talk {
	actor: Actor;
	context: Context;
	ledger: LedgerClient;
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
/** How long a call may take in all, before the caller is told that there is no answer yet. */
export const longestMs = 20_000;

export const refused = (detail: string): Reply => reply(refusalCard(detail));

/** What the Ledger would not do, or that it did not answer. */
export const refusedBy = ({ code, detail }: { code: string; detail: string }): Reply =>
	reply(code === "ledger_unreachable" ? noAnswerCard : refusalCard(detail));

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
