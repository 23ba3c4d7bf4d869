// Reads a deletion request over HTTP, the same at every door: parameters, headers, and then the call to the Ledger.

import * as v from "valibot";
import type { Target } from "../../deletion/address/target.ts";
import type { PlanQuery } from "../../deletion/judgement/plan.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { guardNames } from "../../deletion/record/verdict.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { DeletionCommand, Receipt } from "../../deletion/steps/command.ts";
import type { Context } from "../context.ts";
import { defaultWaitSeconds, longestDelayMs, longestWaitSeconds } from "../limits.ts";
import { closedProblem } from "../misconfigured.ts";
import { failureProblem } from "../reply/failure.ts";
import { atField, type Problem, problem, retryAfter } from "../reply/problem.ts";
import { ifMatchOf } from "./etag.ts";
import { type Read, reasonSchema, timeSchema } from "./input.ts";

const acknowledgeSchema = v.pipe(
	v.array(v.picklist(guardNames, `must be among ${guardNames.join(", ")}`), "must be a list"),
	v.maxLength(guardNames.length * 2, "is too long"),
);

export const planEntries = {
	reason: v.optional(reasonSchema),
	acknowledge: v.optional(acknowledgeSchema),
};
/** A boolean in JSON, a word in a query. */
const supersedeSchema = v.pipe(
	v.union([v.boolean(), v.picklist(["true", "false"])], "must be true or false"),
	v.transform((value) => value === true || value === "true"),
);
export const deletionEntries = {
	...planEntries,
	not_before: v.optional(timeSchema),
	supersede: v.optional(supersedeSchema),
};

/** The deletion that a caller asks for, whichever door it came through. */
export type Wish = Omit<PlanQuery, "ifMatch"> & { notBeforeMs: number | null; supersede: boolean };

export const wishOf = (
	actor: Actor,
	target: Target,
	{ reason, acknowledge, not_before, supersede = false }: Partial<Read<typeof deletionEntries>>,
): Wish => ({
	actor,
	target,
	reason: reason ?? null,
	acknowledge: acknowledge ?? [],
	notBeforeMs: not_before ?? null,
	supersede,
});

/** Hands a deletion to the Ledger and waits for as long as `Prefer: wait=N` says. */
export async function requestByHeaders(
	wish: Wish,
	request: Pick<Request, "headers">,
	context: Context,
): Promise<Result<Receipt, Problem>> {
	const idempotencyKey = idempotencyKeyOf(request.headers);
	if (!idempotencyKey.ok) return idempotencyKey;
	const ifMatch = ifMatchOf(request.headers);
	if (!ifMatch.ok) return ifMatch;

	if (wish.notBeforeMs !== null && wish.notBeforeMs > Date.now() + longestDelayMs) {
		const says = "must be at most 7 days ahead";
		return fail(atField(problem("invalid_request", `not_before ${says}.`), "not_before", says));
	}
	if (wish.notBeforeMs !== null && wish.supersede) {
		return fail(problem("invalid_request", "supersede=true deletes now, so it can't be used with not_before."));
	}
	const command = {
		...wish,
		requestId: context.requestId,
		ifMatch: ifMatch.value,
		idempotencyKey: idempotencyKey.value,
	};
	return commandDeletion(command, waitMsOf(request.headers), context);
}

/** Hands a finished command to the Ledger. Reads no header: for doors that make their own key and know how long to wait. */
export async function commandDeletion(
	command: DeletionCommand,
	waitMs: number,
	context: Context,
): Promise<Result<Receipt, Problem>> {
	const closed = closedProblem("deletions", context);
	if (closed !== null) return fail(closed);
	const receipt = await context.ledger.request(command, waitMs);
	if (receipt.ok) return receipt;
	const { failure } = receipt;
	if (failure.code !== "ledger_unreachable") return fail(failureProblem(failure));
	const detail =
		"unbind's Ledger is unreachable. If the deletion started, it continues by itself. Send the request again, or look in the history.";
	return fail(problem("outcome_unknown", detail, {}, retryAfter(failure.retry_after_seconds)));
}

/** IETF draft-ietf-httpapi-idempotency-key-header-07: a quoted string. Bare keys are common and accepted too. */
export function idempotencyKeyOf(headers: Headers): Result<string | null, Problem> {
	const value = headers.get("idempotency-key");
	if (value === null) return ok(null);
	const key = /^"([\x20-\x21\x23-\x7e]{1,255})"$|^([\x21\x23-\x7e]{1,255})$/.exec(value);
	const text = key?.[1] ?? key?.[2];
	return text === undefined
		? fail(
				problem(
					"invalid_request",
					"Idempotency-Key must be 1 to 255 visible ASCII characters, with or without quotes.",
				),
			)
		: ok(text);
}

/** RFC 7240. A preference that cannot be read is ignored. */
export const waitMsOf = (headers: Headers): number => (preferredWait(headers) ?? defaultWaitSeconds) * 1000;

function preferredWait(headers: Headers): number | null {
	const seconds = /(?:^|[,;]\s*)wait\s*=\s*"?(\d{1,4})"?/i.exec(headers.get("prefer") ?? "")?.[1];
	return seconds === undefined ? null : Math.min(Number(seconds), longestWaitSeconds);
}

/** Adds `Preference-Applied` if the request said how long to wait. */
export function sayingWait(headers: Headers, answer: Result<Response, Problem>): Result<Response, Problem> {
	const seconds = preferredWait(headers);
	if (seconds === null) return answer;
	const name = "preference-applied";
	const wait = `wait=${seconds}`;
	if (!answer.ok) return fail({ ...answer.failure, headers: { ...answer.failure.headers, [name]: wait } });
	answer.value.headers.set(name, wait);
	return answer;
}
