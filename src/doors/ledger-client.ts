// The Ledger as the doors call it. A failed call is retried: the Ledger carries out a request id once, however often it
// arrives. Every answer is one flat Result, and an unreachable Ledger is one more failure in it.

import type { LedgerApi } from "../deletion/ledger-api.ts";
import { formatVersion } from "../deletion/record/deletion.ts";
import type { AskLedger } from "../deletion/record/history.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { log, traceOf } from "../log.ts";
import { withinMs } from "../within-ms.ts";
import { ledgerPauseMs, ledgerTries } from "./limits.ts";

export interface Unreachable {
	code: "ledger_unreachable";
	detail: string;
	retry_after_seconds: number;
}

type OutOfReach = { ok: false; failure: Unreachable };
type Flat<Answer> = [Answer] extends [Result<unknown, unknown>] ? Answer | OutOfReach : Result<Answer, Unreachable>;

type Method = keyof LedgerApi;
export type LedgerClient = {
	[M in Method]: (...given: Parameters<LedgerApi[M]>) => Promise<Flat<Awaited<ReturnType<LedgerApi[M]>>>>;
};

/**
 * Adds the format version as the last argument of each call. Version 0.1.0 sends none, and its Ledger ignores an extra argument.
 */
const inForm = (ledger: LedgerApi): LedgerApi =>
	new Proxy(ledger, {
		get:
			(target, name) =>
			(...given: unknown[]) =>
				Reflect.apply(Reflect.get(target, name), target, [...given, formatVersion]),
	});

export const unreachable: Unreachable = {
	code: "ledger_unreachable",
	detail: "unbind's Ledger is unreachable. Try again in a few seconds.",
	retry_after_seconds: 5,
};

/**
 * @param newStub makes a new stub for each call, because one that failed stays broken.
 * @param limitMs how long a call may take before it counts as unreachable; what it started continues.
 */
export function createLedgerClient(newStub: () => LedgerApi, requestId: string, limitMs?: number): LedgerClient {
	const stub = () => inForm(newStub());
	const call = async <Answer>(send: () => Promise<Answer>): Promise<Result<Answer, Unreachable>> => {
		const answer = repeated(send, requestId);
		return limitMs === undefined ? answer : ((await withinMs(limitMs, answer)) ?? fail(unreachable));
	};
	const flat = async <Answer extends Result<unknown, unknown>>(
		send: () => Promise<Answer>,
	): Promise<Answer | OutOfReach> => {
		const answer = await call(send);
		return answer.ok ? answer.value : answer;
	};
	return {
		request: (...given) => flat(() => stub().request(...given)),
		plan: (...given) => flat(() => stub().plan(...given)),
		bindings: (...given) => flat(() => stub().bindings(...given)),
		prefixes: (...given) => flat(() => stub().prefixes(...given)),
		bindingsIn: (...given) => flat(() => stub().bindingsIn(...given)),
		decide: (...given) => flat(() => stub().decide(...given)),
		cancel: (...given) => flat(() => stub().cancel(...given)),
		restore: (...given) => flat(() => stub().restore(...given)),
		restoreMany: (...given) => flat(() => stub().restoreMany(...given)),
		restorations: (...given) => call(() => stub().restorations(...given)),
		massDeletions: (...given) => call(() => stub().massDeletions(...given)),
		resolve: (...given) => flat(() => stub().resolve(...given)),
		setFreeze: (...given) => flat(() => stub().setFreeze(...given)),
		press: (...given) => flat(() => stub().press(...given)),
		redeliver: (...given) => flat(() => stub().redeliver(...given)),
		sendTest: (...given) => flat(() => stub().sendTest(...given)),
		notifications: (...given) => call(() => stub().notifications(...given)),
		record: (...given) => call(() => stub().record(...given)),
		past: (...given) => call(() => stub().past(...given)),
		changes: (...given) => call(() => stub().changes(...given)),
		overview: (...given) => call(() => stub().overview(...given)),
		freezes: (...given) => call(() => stub().freezes(...given)),
		offer: (...given) => call(() => stub().offer(...given)),
		health: (...given) => call(() => stub().health(...given)),
		status: (...given) => call(() => stub().status(...given)),
	};
}

/** The reads that the history needs. @param callerOf who reads; each caller's reads take turns. */
export const readsOf = ({ changes, record }: LedgerClient, callerOf: () => string | null): AskLedger => ({
	async changes(query) {
		const known = await changes({ ...query, caller: callerOf() });
		return known.ok ? known.value : null;
	},
	record,
});

async function repeated<Answer>(send: () => Promise<Answer>, requestId: string): Promise<Result<Answer, Unreachable>> {
	for (let attempt = 1; attempt <= ledgerTries; attempt++) {
		try {
			return ok(await send());
		} catch (error) {
			log("warn", "ledger_call_failed", { request_id: requestId, attempt, ...traceOf(error) });
			// Retries would not help an overloaded object.
			if (error instanceof Error && "overloaded" in error && error.overloaded === true) break;
			if (attempt < ledgerTries) await new Promise((resolve) => setTimeout(resolve, ledgerPauseMs * attempt));
		}
	}
	return fail(unreachable);
}
