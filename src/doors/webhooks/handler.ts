// Webhooks: checks the proof over the raw bytes, reads the payload, and requests each deletion it asks for like any other.
// The configuration says what a sender may do; the core decides whether a deletion runs.

import type { IRequest } from "itty-router";
import type { Sender } from "../../config/sender.ts";
import type { PlanQuery } from "../../deletion/judgement/plan.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { digestOf } from "../../deletion/record/digest.ts";
import type { Json } from "../../deletion/record/json.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { DeletionCommand } from "../../deletion/steps/command.ts";
import { withinMs } from "../../within-ms.ts";
import { actorOf } from "../auth/authenticate.ts";
import { provenBody } from "../auth/proven.ts";
import { schemeOf } from "../auth/schemes.ts";
import type { Context } from "../context.ts";
import { webhookAheadMs, webhookAnswerMs } from "../limits.ts";
import { closedProblem } from "../misconfigured.ts";
import { failureProblem } from "../reply/failure.ts";
import { type Problem, problem, problemResponse, retryAfter } from "../reply/problem.ts";
import { commandDeletion } from "../request/deletion.ts";
import { readQuery } from "../request/input.ts";
import { targetIn } from "../request/named-target.ts";
import { type Outcome, webhookAnswer } from "./answer.ts";
import { startInTurns } from "./in-turn.ts";
import { type Asked, askedFor, type Truncated, type Unreadable } from "./mapping.ts";

export async function webhook(request: IRequest, context: Context): Promise<Response> {
	const answer = await answerTo(request, context, Date.now() + webhookAnswerMs);
	return answer.ok ? answer.value : problemResponse(answer.failure, context.requestId);
}

async function answerTo(request: IRequest, context: Context, answerByMs: number): Promise<Result<Response, Problem>> {
	const name = request.params.name ?? "";
	const closed = closedProblem(`webhooks/${name}`, context);
	if (closed !== null) return fail(closed);
	const known = context.config.senders.find((one) => one.name === name);
	const signed = known?.scheme === "standard-webhooks" ? underStandardNames(request) : request;
	const proven = await provenBody(signed, name, known === undefined ? null : proverOf(known), context);
	if (!proven.ok) return proven;
	const { sender } = proven.value.prover;
	const actor = actorOf(sender, "webhook", context);
	const query = readQuery(context.url, {});
	if (!query.ok) return query;

	const payload = parsed(proven.value.body);
	if (!payload.ok) return payload;
	const asked = askedFor(payload.value, sender.mapping);
	if (!asked.ok) return refusedWhole(asked.failure);
	// The id is the same when the message is redelivered.
	const id = proven.value.messageId ?? digestOf(proven.value.signed);
	const message = { id, sender, actor, context, answerByMs };
	const outcomes = await startInTurns(asked.value, sender.name, ledgerByMs(answerByMs), (one) =>
		outcomeOf(one, message),
	);
	const all = outcomes.map((one, index) => one ?? notDone(asked.value[index]?.target ?? "", notBegun));
	return ok(webhookAnswer(all, context.url.origin));
}

/** When the Ledger must answer, and the last deletion of a message must have begun, so that the answer can name the record. */
const ledgerByMs = (answerByMs: number): number => answerByMs - webhookAheadMs;

/** Svix sends the Standard Webhooks headers under its own names. */
function underStandardNames(request: Request): Request {
	const headers = new Headers(request.headers);
	if (headers.has("webhook-signature")) return request;
	for (const name of ["id", "timestamp", "signature"]) {
		const value = headers.get(`svix-${name}`);
		if (value !== null) headers.set(`webhook-${name}`, value);
	}
	return new Request(request, { headers });
}

const proverOf = (sender: Sender) => ({
	sender,
	scheme: schemeOf(sender.scheme, sender.signature),
	secrets: sender.secrets,
});

function parsed(body: Uint8Array): Result<Json, Problem> {
	try {
		return ok(JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body)));
	} catch {
		return fail(problem("invalid_request", "The body is not JSON in UTF-8. Set the sender to application/json."));
	}
}

function refusedWhole(failure: Unreadable[] | Truncated): Result<Response, Problem> {
	if ("truncated" in failure) {
		const missing = failure.truncated === 1 ? "1 alert is missing" : `${failure.truncated} alerts are missing`;
		const detail = `The sender truncated the payload: ${missing}. Nothing was deleted, because the rest may be incomplete.`;
		return ok(Response.json({ outcome: "refused", detail, deletions: [] }));
	}
	const detail = "The payload is missing fields that this sender's mapping needs. Nothing was deleted.";
	return fail(problem("invalid_request", detail, { payload: failure }));
}

/** A message that its sender has proved. */
interface Message {
	/** The same if it is delivered again. */
	id: string;
	sender: Sender;
	actor: Actor;
	context: Context;
	answerByMs: number;
}

async function outcomeOf(asked: Asked, message: Message): Promise<Outcome> {
	const { sender, actor, context, answerByMs } = message;
	const target = targetIn(asked.target, context);
	if (!target.ok) return notDone(asked.target, target.failure);
	const { named } = target.value;
	const { acknowledge } = sender;
	const wish = { actor, target: target.value, reason: asked.reason, acknowledge, ifMatch: null };
	if (sender.dryRun) return planOutcome(wish, message);

	// `formerId`: Alertmanager and Grafana only, whose ids changed after version 0.1.0.
	const { id, formerId } = asked;
	const own = id.length > 0 ? id : [message.id, asked.index];
	const hasFormer = formerId.length > 0;
	const command: DeletionCommand = {
		...wish,
		notBeforeMs: null,
		// A payload holds several requests; each has its own request id.
		requestId: `${context.requestId}:${asked.index}`,
		// The former id comes first, because a Ledger of version 0.1.0 reads no other key.
		idempotencyKey: keyOf(hasFormer ? formerId : own),
		alsoKeys: hasFormer ? [keyOf(own)] : [],
	};
	const work = commandDeletion(command, Math.max(0, ledgerByMs(answerByMs) - Date.now()), context);
	// If the sender must be answered first, the work continues after its request ends.
	context.runAfterAnswer(work);
	const receipt = await withinMs(answerByMs - Date.now(), work);
	if (receipt === null) return notDone(named, noAnswer);
	if (receipt.ok) return { kind: "deletion", ...receipt.value };
	return (await firstAnswer(receipt.failure, named, context)) ?? notDone(named, receipt.failure);
}

const notDone = (target: string, problem: Problem): Outcome => ({
	kind: "problem",
	target: target.slice(0, 64),
	problem,
});

const keyOf = (event: readonly Json[]): string => `webhook:${digestOf(JSON.stringify(event))}`;

/**
 * The same event with a different text (an alert that shows its current value) gets the first answer. With a different
 * target it is a different event.
 */
async function firstAnswer({ code, evidence }: Problem, target: string, context: Context): Promise<Outcome | null> {
	if (code !== "idempotency_key_reused") return null;
	const record = await context.ledger.record(String(evidence.deletion_id));
	if (!record.ok || record.value?.target !== target) return null;
	return { kind: "deletion", deletion: record.value, replayed: true };
}

async function planOutcome(wish: PlanQuery, { context, answerByMs }: Message): Promise<Outcome> {
	const { named } = wish.target;
	const plan = await withinMs(answerByMs - Date.now(), context.ledger.plan(wish));
	if (plan === null) return notDone(named, tooSlow);
	return plan.ok ? { kind: "plan", target: named, plan: plan.value } : notDone(named, failureProblem(plan.failure));
}

const notBegun = problem(
	"too_many_deletions",
	"Too many of your deletions are in progress. unbind did not start this one. Send the request again.",
	{},
	retryAfter(5),
);

/** The Ledger may have received it. Its key is the event, so the sender can safely retry. */
const noAnswer = problem(
	"outcome_unknown",
	"unbind did not answer in time. Send the request again.",
	{},
	retryAfter(5),
);

const tooSlow = problem(
	"cloudflare_unavailable",
	"Cloudflare took longer than the sender waits. Send the request again.",
);
