// Answers in Cloudflare's envelope. A refusal has a status that the official SDKs don't retry.

import type { CloudflareMessage, Deletion } from "../../deletion/record/deletion.ts";
import { isGone } from "../../deletion/record/gone.ts";
import { joinedWords } from "../../deletion/record/in-words.ts";
import { problemOf } from "../reply/deletion.ts";
import { type Problem, problem, retryAfter } from "../reply/problem.ts";

/** unbind's codes are this plus the status that the simple API uses for the same reason. */
const codeBase = 90_000;
/** The official SDKs retry these and everything from 500 up, even a DELETE, so no refusal may use them. */
const repeatedStatuses = new Set([408, 409, 429]);

/** Whether an address is one of Cloudflare's API. */
export const isCloudflares = ({ pathname }: Pick<URL, "pathname">): boolean => pathname.startsWith("/client/v4/");

export const envelope = (result: unknown): Response =>
	Response.json({ errors: [], messages: [], success: true, result });

/** Repeats Cloudflare's own answer. Like Cloudflare's, it has no `result`. */
export function envelopeOfDeletion(deletion: Deletion, joined: boolean, requestId: string): Response {
	const { state, cloudflare, failure } = deletion;
	if (isGone(state)) {
		const { errors, messages } = cloudflare?.success === true ? cloudflare : { errors: [], messages: [] };
		return Response.json({ errors, messages, success: true });
	}
	const isCloudflares = failure?.code === "cloudflare_refused" && cloudflare !== null && cloudflare.errors.length > 0;
	if (isCloudflares) {
		const { status, errors, messages, retry_after_seconds: seconds } = cloudflare;
		return refusal(settledStatus(status ?? 502), errors, messages, seconds === undefined ? {} : retryAfter(seconds));
	}
	if (state === "pending_approval" || state === "scheduled") return refusal(403, [waiting(deletion, joined)], []);
	// Still running: not a success yet. A retry, as the SDKs do, joins it.
	const trouble = problemOf(deletion) ?? problem("outcome_unknown", "The deletion is in progress.", {}, retryAfter(2));
	return envelopeOfProblem(trouble, requestId);
}

/** Neither done nor refused. Cloudflare's API has no word for that, and an SDK must not take it for a success. */
function waiting(deletion: Deletion, joined: boolean): CloudflareMessage {
	const { id, state, approval, not_before } = deletion;
	const what = state === "scheduled" ? `its time, ${not_before ?? "now"}` : `an approval until ${approval?.expires_at}`;
	const words = joined ? ` ${joinedWords(deletion)}` : "";
	return {
		code: codeBase + 202,
		message: `${state}: nothing is deleted yet. Deletion ${id} waits for ${what}.${words}`,
	};
}

/** The SDKs may retry only where that helps: nothing was sent, or the deletion is still running. */
export function envelopeOfProblem({ code, status, detail, headers }: Problem, requestId: string): Response {
	const message = `${code}: ${detail} (request ${requestId})`;
	const settled = repeatedStatuses.has(status) ? 403 : status === 502 ? 424 : status;
	return refusal(settled, [{ code: codeBase + status, message }], [], headers);
}

/** Cloudflare's status if it is a plain refusal; a refusal must not look like a success or invite a retry. */
const settledStatus = (status: number): number =>
	status >= 400 && status < 500 && !repeatedStatuses.has(status) ? status : 424;

function refusal(
	status: number,
	errors: CloudflareMessage[],
	messages: CloudflareMessage[],
	headers: { [name: string]: string } = {},
): Response {
	return Response.json({ errors, messages, success: false, result: null }, { status, headers });
}
