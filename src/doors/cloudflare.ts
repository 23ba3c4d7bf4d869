// Cloudflare's own API for bindings: an official SDK works once its base URL points here. Core, guards and record are
// the same as at every door. Every answer is in Cloudflare's envelope.

import type { IRequest } from "itty-router";
import type { Binding } from "../deletion/address/binding.ts";
import { type CloudflareId, isCloudflareId, sameId } from "../deletion/address/cloudflare-id.ts";
import { type Actor, type Scope, sameName } from "../deletion/record/actor.ts";
import type { CloudflareMessage, Deletion } from "../deletion/record/deletion.ts";
import { isGone } from "../deletion/record/gone.ts";
import { joinedWords } from "../deletion/record/joined.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { authenticateAsCloudflare, lacks } from "./auth/authenticate.ts";
import type { Context } from "./context.ts";
import { repetitionMs } from "./limits.ts";
import { problemOf } from "./reply/deletion.ts";
import { failureProblem } from "./reply/failure.ts";
import { type Problem, problem, retryAfter } from "./reply/problem.ts";
import { deletionEntries, requestDeletion, wishOf } from "./request/deletion.ts";
import { shown as quoted, readQuery, refuseBody } from "./request/input.ts";

type Handler = (request: IRequest, context: Context, actor: Actor) => Promise<Result<Response, Problem>>;

/** unbind's codes are this plus the status that the simple API uses for the same reason. */
const codeBase = 90_000;
/** The official SDKs retry these and everything from 500 up, even a DELETE, so no refusal may use them. */
const repeatedStatuses = new Set([408, 409, 429]);

export const cloudflareDoor =
	(scope: Scope | null, handle: Handler) =>
	async (request: IRequest, context: Context): Promise<Response> => {
		const actor = await authenticateAsCloudflare(request, "cloudflare", context);
		if (!actor.ok) return envelopeOfProblem(asCloudflares(actor.failure, request.headers), context.requestId);
		const missing = scope === null ? null : lacks(actor.value, scope);
		if (missing !== null) return envelopeOfProblem(missing, context.requestId);
		if (request.params.account !== context.config.accountId) {
			const detail = "This unbind serves another account.";
			return envelopeOfProblem(problem("binding_not_found", detail), context.requestId);
		}
		const result = await handle(request, context, actor.value);
		return result.ok ? result.value : envelopeOfProblem(result.failure, context.requestId);
	};

/** Says how to authenticate in the way the caller tried. */
function asCloudflares(failure: Problem, headers: Headers): Problem {
	if (failure.code !== "unauthorized" || headers.has("authorization")) return failure;
	const [hasEmail, hasKey] = [headers.has("x-auth-email"), headers.has("x-auth-key")];
	const own = "X-Auth-Email: <name> with X-Auth-Key: <token>.";
	if (hasEmail && hasKey)
		return { ...failure, detail: `X-Auth-Key is not the token of the name in X-Auth-Email. Send ${own}` };
	return { ...failure, detail: hasEmail || hasKey ? `Send ${own}` : `Send Authorization: Bearer <token>, or ${own}` };
}

/** SDK users start here and go from a prefix to its bindings. */
export const listPrefixes: Handler = async (_request, context) => {
	const prefixes = await prefixesOf(context);
	return prefixes.ok ? ok(envelope(prefixes.value)) : prefixes;
};

export const getPrefix: Handler = async (request, context) => {
	const prefixId = idIn(request, "prefix");
	if (!prefixId.ok) return prefixId;
	const prefixes = await prefixesOf(context);
	if (!prefixes.ok) return prefixes;
	const prefix = prefixes.value.find(({ id }) => sameId(id, prefixId.value));
	return prefix === undefined
		? fail(problem("binding_not_found", `There is no prefix ${prefixId.value}.`))
		: ok(envelope(prefix));
};

/** Only what unbind knows: nothing that proves who owns a prefix. */
async function prefixesOf({ url, ledger, config }: Context) {
	const query = readQuery(url, {});
	if (!query.ok) return query;
	const prefixes = await ledger.prefixes();
	if (!prefixes.ok) return fail(failureProblem(prefixes.failure));
	return ok(
		prefixes.value.map(({ id, cidr, asn, description, approved, advertised }) => {
			return { id, cidr, account_id: config.accountId, asn, description, approved, advertised };
		}),
	);
}

export const listBindings: Handler = async (request, context) => {
	const bindings = await bindingsNamed(request, context);
	return bindings.ok ? ok(envelope(bindings.value.map(asCloudflare))) : bindings;
};

export const getBinding: Handler = async (request, context) => {
	const bindingId = idIn(request, "binding");
	if (!bindingId.ok) return bindingId;
	const bindings = await bindingsNamed(request, context);
	if (!bindings.ok) return bindings;
	const binding = bindings.value.find(({ id }) => sameId(id, bindingId.value));
	return binding === undefined
		? fail(problem("binding_not_found", `There is no binding ${bindingId.value}.`))
		: ok(envelope(asCloudflare(binding)));
};

export const deleteBinding: Handler = async (request, context, actor) => {
	const prefixId = idIn(request, "prefix");
	if (!prefixId.ok) return prefixId;
	const bindingId = idIn(request, "binding");
	if (!bindingId.ok) return bindingId;
	const query = readQuery(context.url, deletionEntries, ["acknowledge"]);
	if (!query.ok) return query;
	const body = await refuseBody(request);
	if (!body.ok) return body;
	const target = { kind: "id" as const, named: bindingId.value, bindingId: bindingId.value, prefixId: prefixId.value };
	const admitted = await requestDeletion(wishOf(actor, target, query.value), request, context);
	if (!admitted.ok) return admitted;
	const { deletion, joined = false } = admitted.value;
	const earlier = isRepetition(request.headers) ? await deletedBefore(deletion, actor, context) : null;
	const shown = earlier ?? deletion;
	const answer = envelopeOfDeletion(shown, joined, context.requestId);
	// Cloudflare's envelope has no place for the id.
	answer.headers.set("unbind-deletion", shown.id);
	return ok(answer);
};

/** The official SDKs count their retries in this header. */
const isRepetition = (headers: Headers): boolean => Number(headers.get("x-stainless-retry-count") ?? 0) > 0;

/**
 * A retry that finds nothing may follow a call that deleted the binding but whose answer got lost. The answer is then that
 * deletion, if it is only minutes old.
 */
async function deletedBefore({ failure }: Deletion, actor: Actor, context: Context): Promise<Deletion | null> {
	const last = failure?.code === "binding_not_found" ? failure.last_deletion : undefined;
	if (last === undefined || !sameName(last.actor, actor.name) || last.door !== actor.door) return null;
	if (Date.now() - Date.parse(last.created_at) > repetitionMs) return null;
	const record = await context.ledger.record(last.id);
	return record.ok ? record.value : null;
}

async function bindingsNamed(request: IRequest, context: Context): Promise<Result<Binding[], Problem>> {
	const prefixId = idIn(request, "prefix");
	if (!prefixId.ok) return prefixId;
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const bindings = await context.ledger.bindingsIn(prefixId.value);
	return bindings.ok ? bindings : fail(failureProblem(bindings.failure));
}

function idIn(request: IRequest, name: "prefix" | "binding"): Result<CloudflareId, Problem> {
	const text = request.params[name] ?? "";
	return isCloudflareId(text)
		? ok(text)
		: fail(problem("invalid_target", `${quoted(text)} is not a ${name} id. An id is 32 hex digits or a dashed UUID.`));
}

/** Cloudflare omits fields a binding does not have. */
const asCloudflare = ({ id, cidr, serviceId, serviceName, provisioningState }: Binding) => ({
	id,
	...(cidr === null ? {} : { cidr }),
	...(serviceId === null ? {} : { service_id: serviceId }),
	...(serviceName === null ? {} : { service_name: serviceName }),
	...(provisioningState === null ? {} : { provisioning: { state: provisioningState } }),
});

const envelope = (result: unknown): Response => Response.json({ errors: [], messages: [], success: true, result });

/** Repeats Cloudflare's own answer. Like Cloudflare's, it has no `result`. */
function envelopeOfDeletion(deletion: Deletion, joined: boolean, requestId: string): Response {
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
