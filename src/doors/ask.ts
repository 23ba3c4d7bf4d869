// Calls to the Ledger from a door. An object can be moved or restarted under a call; every call can be made again,
// as a request's id is its claim: the Ledger carries it out once, however often it comes.

import { form } from "../deletion/form.ts";
import type { AskLedger } from "../deletion/history.ts";
import type { LedgerApi } from "../deletion/ledger-api.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { log, traceOf } from "../log.ts";
import { withinMs } from "../within-ms.ts";
import type { Context } from "./context.ts";

const tries = 3;
const pauseMs = 50;
/** For those who read: a record or a list is in memory, or on the object's own disk. */
const readWaitMs = 10_000;

/**
 * The Ledger, each of whose calls ends with the form that it is made in. Version 0.1.0 calls without one, and its Ledger
 * passes over an argument that it does not know.
 */
export const callingInForm = (ledger: LedgerApi): LedgerApi =>
	new Proxy(ledger, {
		get:
			(target, name) =>
			(...what: unknown[]) =>
				Reflect.apply(Reflect.get(target, name), target, [...what, form]),
	});

export async function ask<Answer>(
	requestId: string,
	call: () => Promise<Answer>,
): Promise<Result<Answer, "unreachable">> {
	for (let attempt = 1; attempt <= tries; attempt++) {
		try {
			return ok(await call());
		} catch (error) {
			log("warn", "ledger_call_failed", { request_id: requestId, attempt, ...traceOf(error) });
			// An object that has too much to do is not helped by more.
			if (error instanceof Error && "overloaded" in error && error.overloaded === true) break;
			if (attempt < tries) await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
		}
	}
	return fail("unreachable");
}

/** What the history asks of the ledger. */
export function readsOf(contextOf: () => Pick<Context, "requestId" | "ledger" | "caller">): AskLedger {
	const read = async <Answer>(call: (ledger: Context["ledger"]) => Promise<Answer>) => {
		const context = contextOf();
		return (
			(await withinMs(
				readWaitMs,
				ask(context.requestId, () => call(context.ledger)),
			)) ?? fail("unreachable")
		);
	};
	return {
		async changes(query) {
			const { caller } = contextOf();
			const changes = await read((ledger) => ledger.changes({ ...query, caller }));
			return changes.ok ? changes.value : null;
		},
		record: (id) => read((ledger) => ledger.record(id)),
	};
}
