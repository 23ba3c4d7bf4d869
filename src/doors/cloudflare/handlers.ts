// Cloudflare's own API for bindings: an official SDK works once its base URL points here. Core, guards and record are
// the same as at every door. Every answer is in Cloudflare's envelope.

import type { IRequest } from "itty-router";
import type * as v from "valibot";
import type { Binding } from "../../deletion/address/binding.ts";
import { type CloudflareId, isCloudflareId, sameId } from "../../deletion/address/cloudflare-id.ts";
import { type Actor, sameName } from "../../deletion/record/actor.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { authenticateAsCloudflare } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { repetitionMs } from "../limits.ts";
import { failureProblem } from "../reply/failure.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { deletionEntries, requestByHeaders, wishOf } from "../request/deletion.ts";
import { quoted, type Read } from "../request/input.ts";
import { type Handler, type HandlerOf, tokenDoor, withQuery } from "../token-door.ts";
import { envelope, envelopeOfDeletion, envelopeOfProblem } from "./envelope.ts";

export const cloudflareDoor = tokenDoor(async (request, context) => {
	const actor = await authenticateAsCloudflare(request, context);
	return actor.ok ? actor : fail(asCloudflares(actor.failure, request.headers));
}, envelopeOfProblem);

/** Says how to authenticate in the way the caller tried. */
function asCloudflares(failure: Problem, headers: Headers): Problem {
	if (failure.code !== "unauthorized" || headers.has("authorization")) return failure;
	const [hasEmail, hasKey] = [headers.has("x-auth-email"), headers.has("x-auth-key")];
	const own = "X-Auth-Email: <name> with X-Auth-Key: <token>.";
	if (hasEmail && hasKey)
		return { ...failure, detail: `X-Auth-Key is not the token of the name in X-Auth-Email. Send ${own}` };
	return { ...failure, detail: hasEmail || hasKey ? `Send ${own}` : `Send Authorization: Bearer <token>, or ${own}` };
}

/** unbind serves one account. */
const inAccount = <E extends v.ObjectEntries>(entries: E, handle: HandlerOf<Read<E>>): Handler => {
	const read = withQuery(entries, handle);
	return async (request, context, actor) =>
		request.params.account === context.config.accountId
			? read(request, context, actor)
			: fail(problem("binding_not_found", "This unbind serves another account."));
};

/** SDK users start here and go from a prefix to its bindings. */
export const listPrefixes = inAccount({}, async (_request, context) => {
	const prefixes = await prefixesOf(context);
	return prefixes.ok ? ok(envelope(prefixes.value)) : prefixes;
});

export const getPrefix = inAccount({}, async (request, context) => {
	const prefixId = idIn(request, "prefix");
	if (!prefixId.ok) return prefixId;
	const prefixes = await prefixesOf(context);
	if (!prefixes.ok) return prefixes;
	const prefix = prefixes.value.find(({ id }) => sameId(id, prefixId.value));
	return prefix === undefined
		? fail(problem("binding_not_found", `There is no prefix ${prefixId.value}.`))
		: ok(envelope(prefix));
});

/** Only what unbind knows: nothing that proves who owns a prefix. */
async function prefixesOf({ ledger, config }: Context) {
	const prefixes = await ledger.prefixes();
	if (!prefixes.ok) return fail(failureProblem(prefixes.failure));
	return ok(
		prefixes.value.map(({ id, cidr, asn, description, approved, advertised }) => {
			return { id, cidr, account_id: config.accountId, asn, description, approved, advertised };
		}),
	);
}

export const listBindings = inAccount({}, async (request, context) => {
	const bindings = await bindingsNamed(request, context);
	return bindings.ok ? ok(envelope(bindings.value.map(asCloudflare))) : bindings;
});

export const getBinding = inAccount({}, async (request, context) => {
	const bindingId = idIn(request, "binding");
	if (!bindingId.ok) return bindingId;
	const bindings = await bindingsNamed(request, context);
	if (!bindings.ok) return bindings;
	const binding = bindings.value.find(({ id }) => sameId(id, bindingId.value));
	return binding === undefined
		? fail(problem("binding_not_found", `There is no binding ${bindingId.value}.`))
		: ok(envelope(asCloudflare(binding)));
});

export const deleteBinding = inAccount(deletionEntries, async (request, context, actor, query) => {
	const prefixId = idIn(request, "prefix");
	if (!prefixId.ok) return prefixId;
	const bindingId = idIn(request, "binding");
	if (!bindingId.ok) return bindingId;
	const target = { kind: "id" as const, named: bindingId.value, bindingId: bindingId.value, prefixId: prefixId.value };
	const receipt = await requestByHeaders(wishOf(actor, target, query), request, context);
	if (!receipt.ok) return receipt;
	const { deletion, joined = false } = receipt.value;
	const earlier = isRepetition(request.headers) ? await deletedBefore(deletion, actor, context) : null;
	const shown = earlier ?? deletion;
	const answer = envelopeOfDeletion(shown, joined, context.requestId);
	// Cloudflare's envelope has no place for the id.
	answer.headers.set("unbind-deletion", shown.id);
	return ok(answer);
});

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
