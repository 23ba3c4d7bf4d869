// Calls to the Ledger from a door. An object can be moved or restarted under a call; every call can be made again,
// as a request's id is its claim: the Ledger carries it out once, however often it comes.

import { fail, ok, type Result } from "../deletion/result.ts";
import { log, traceOf } from "../log.ts";

const tries = 3;

export async function ask<Answer>(
	requestId: string,
	call: () => Promise<Answer>,
): Promise<Result<Answer, "unreachable">> {
	for (let attempt = 1; attempt <= tries; attempt++) {
		try {
			return ok(await call());
		} catch (error) {
			log("warn", "ledger_call_failed", { request_id: requestId, attempt, ...traceOf(error) });
		}
	}
	return fail("unreachable");
}
