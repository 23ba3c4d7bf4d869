// The answer to a sender. Anything understood is a success, even a refusal: a sender takes an error for a broken receiver,
// retries, and in the end stops sending.

import type { Plan } from "../../deletion/judgement/plan.ts";
import { isOpen } from "../../deletion/record/deletion.ts";
import { joinedWords } from "../../deletion/record/in-words.ts";
import type { Receipt } from "../../deletion/steps/command.ts";
import { webhookRetrySeconds } from "../limits.ts";
import { type Problem, retryAfter } from "../reply/problem.ts";

/** The outcome of one deletion that a payload asked for. */
export type Outcome =
	| ({ kind: "deletion" } & Receipt)
	| { kind: "plan"; target: string; plan: Plan }
	/** It never became a deletion. */
	| { kind: "problem"; target: string; problem: Problem };

/** Problems that pass by themselves or that the operator fixes. */
const passing: readonly string[] = [
	"cloudflare_unavailable",
	"internal",
	"ledger_unreachable",
	"misconfigured",
	"outcome_unknown",
	"too_many_deletions",
];

/** @param origin unbind's origin, for links to the records' pages. */
export function webhookAnswer(outcomes: readonly Outcome[], origin: string): Response {
	const words = new Set(outcomes.map(wordOf));
	const [word = "ignored"] = words;
	const outcome = words.size > 1 ? "mixed" : word;
	const body = { outcome, deletions: outcomes.map((one) => shown(one, origin)) };
	const waits = outcomes.flatMap(retryIn);
	if (waits.length > 0) return Response.json(body, { status: 503, headers: retryAfter(Math.max(...waits)) });
	const isReplay = outcomes.length > 0 && outcomes.every((one) => one.kind === "deletion" && one.replayed);
	return Response.json(body, {
		status: outcomes.some(isUnderWay) ? 202 : 200,
		headers: isReplay ? { "idempotency-replayed": "true" } : {},
	});
}

function wordOf(one: Outcome): string {
	switch (one.kind) {
		case "deletion":
			return one.deletion.state;
		case "plan":
			return "planned";
		case "problem":
			return one.problem.status < 500 ? "refused" : "failed";
	}
}

function shown(one: Outcome, origin: string): object {
	const places = (id: string) => ({ location: `/deletions/${id}`, page: `${origin}/records/${id}` });
	switch (one.kind) {
		case "deletion": {
			const { id, state, target, reason, binding, failure } = one.deletion;
			const joined = one.joined === true ? { joined: true, message: joinedWords(one.deletion) } : {};
			return { id, state, target, cidr: binding?.cidr ?? null, reason, failure, ...joined, ...places(id) };
		}
		case "plan": {
			const { binding, would, acknowledge, guards } = one.plan;
			return { id: null, target: one.target, cidr: binding.cidr, would, acknowledge, guards };
		}
		case "problem": {
			const { code, detail, evidence } = one.problem;
			return { id: null, target: one.target, failure: { code, detail, ...evidence } };
		}
	}
}

const isUnderWay = (one: Outcome): boolean => one.kind === "deletion" && isOpen(one.deletion);

/** Seconds until a retry, if one helps: nothing was sent to Cloudflare, or the Ledger was unreachable. */
function retryIn(one: Outcome): number[] {
	if (one.kind === "deletion")
		return one.deletion.failure?.code === "cloudflare_unavailable"
			? [one.deletion.failure.retry_after_seconds ?? webhookRetrySeconds]
			: [];
	if (one.kind !== "problem" || !passing.includes(one.problem.code)) return [];
	return [Number(one.problem.headers["retry-after"] ?? webhookRetrySeconds)];
}
