// A command or press by a user who may use unbind here, and what answering it needs.
import type { PlatformName } from "../../config/chat.ts";
import type { Actor, Scope } from "../../deletion/record/actor.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import type { LedgerClient } from "../ledger-client.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Reply, reply } from "./card.ts";
import { noAnswerCard, refusalCard } from "./cards/refusal.ts";

export interface ChatRequest {
	actor: Actor;
	context: Context;
	ledger: LedgerClient;
	platform: PlatformName;
	channel: string;
	userId: string;
	/** unbind's origin, for links to its pages. */
	origin: string;
	/** Where the platform accepts later messages; null if it gave no address. */
	address: string | null;
}

/** How long the Ledger may take. Workers stop 30 seconds after the answer, and the messages need time too. */
export const ledgerWaitMs = 15_000;
/** How long a call to the Ledger may take before the caller gets "no answer". */
export const longestMs = 20_000;

export const refused = (detail: string): Reply => reply(refusalCard(detail));

/** The Ledger refused, or did not answer. */
export const refusedBy = ({ code, detail }: { code: string; detail: string }): Reply =>
	reply(code === "ledger_unreachable" ? noAnswerCard : refusalCard(detail));

/** null while deletions are open. */
export function refusedWhileClosed({ context }: ChatRequest): Reply | null {
	const closed = closedProblem("deletions", context);
	return closed === null ? null : refused(closed.detail);
}

/** null if the actor has the scope. */
export function refusedWithout(scope: Scope, { actor }: ChatRequest): Reply | null {
	const missing = lacks(actor, scope);
	return missing === null ? null : refused(missing.detail);
}
