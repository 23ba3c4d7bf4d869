// A deletion's record as an answer: the status for its state, and the problem for its failure.

import type { Budget } from "../../deletion/judgement/budget.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { joinedWords } from "../../deletion/record/in-words.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Receipt } from "../../deletion/steps/command.ts";
import { askAgainSeconds } from "../limits.ts";
import { type Problem, problem, retryAfter } from "./problem.ts";

/** The problem of a record that did not succeed; null if it did or still may. */
export function problemOf(deletion: Deletion): Problem | null {
	const { state, failure, id } = deletion;
	if (state === "unknown") {
		const detail = "unbind sent the DELETE but does not know the outcome yet. It keeps checking; follow the record.";
		return problem(
			"outcome_unknown",
			detail,
			{ deletion_id: id, deletion },
			{ location: `/deletions/${id}`, ...retryAfter(askAgainSeconds) },
		);
	}
	if (failure === null) return null;
	const { code, detail, retry_after_seconds, last_deletion, bindings } = failure;
	const risks = deletion.guards.filter((verdict) => verdict.verdict === "acknowledge").map((verdict) => verdict.guard);
	const evidence = {
		...(code === "acknowledgement_required" ? { acknowledge: risks } : {}),
		...(deletion.guards.length > 0 ? { guards: deletion.guards } : {}),
		...(deletion.cloudflare === null ? {} : { cloudflare: deletion.cloudflare }),
		...(last_deletion === undefined ? {} : { last_deletion }),
		...(bindings === undefined ? {} : { bindings }),
		deletion_id: id,
	};
	return problem(code, detail, evidence, retry_after_seconds === undefined ? {} : retryAfter(retry_after_seconds));
}

/** `replayed`: this repeats an earlier answer. `joined`: another request started the deletion. */
export function deletionAnswer(
	{ deletion, replayed, joined = false, budget }: Receipt,
	supersede: boolean,
): Result<Response, Problem> {
	const about = {
		...rateLimitHeaders(budget),
		...(replayed ? { "idempotency-replayed": "true" } : {}),
		...(joined ? { "unbind-joined": "true" } : {}),
	};
	const answer = joined ? { ...deletion, joined, ...joinedMessage(deletion, supersede) } : deletion;
	const trouble = problemOf(deletion);
	if (trouble !== null) return fail({ ...trouble, headers: { ...trouble.headers, ...about } });
	if (deletion.settled_at !== null) return ok(Response.json(answer, { headers: about }));
	const waitsUntil = deletion.state === "scheduled" ? deletion.not_before : null;
	const seconds =
		waitsUntil === null ? askAgainSeconds : Math.max(askAgainSeconds, (Date.parse(waitsUntil) - Date.now()) / 1000);
	const headers = { location: `/deletions/${deletion.id}`, ...retryAfter(seconds), ...about };
	return ok(Response.json(answer, { status: 202, headers }));
}

/** Which deletion was joined, when it runs, and how to make it run sooner. */
function joinedMessage(deletion: Deletion, supersede: boolean): { message?: string } {
	const words = joinedWords(deletion);
	if (words === null) return {};
	if (deletion.state !== "scheduled") return { message: words };
	const next = supersede
		? "It was not superseded, because a deletion that starts now needs an approval first."
		: "To delete now instead, repeat the request with supersede=true.";
	return { message: `${words} ${next}` };
}

/** The deletion budget as headers: draft-ietf-httpapi-ratelimit-headers-10, structured fields (RFC 9651). */
export function rateLimitHeaders(budget: Budget | undefined): { [name: string]: string } {
	if (budget === undefined) return {};
	const { limit, left, window_minutes, next_in_seconds } = budget;
	return {
		ratelimit: `"budget";r=${left}${next_in_seconds === null ? "" : `;t=${next_in_seconds}`}`,
		"ratelimit-policy": `"budget";q=${limit};w=${window_minutes * 60}`,
	};
}
