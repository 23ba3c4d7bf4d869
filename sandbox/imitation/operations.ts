// The operations of the Addressing API on the imitation's state. They are synchronous, so two requests never interleave
// inside an operation.
import type { AuditLog } from "./audit-log.ts";
import { getBgpPrefix, listBgpPrefixes } from "./bgp-prefix.ts";
import { createBinding } from "./create-binding.ts";
import { type Answer, bindingNotFound, prefixNotFound, refuse, succeed, succeedWithoutResult } from "./envelope.ts";
import type { Prefix, State } from "./state.ts";

export interface Call {
	state: State;
	params: { account: string; prefix: string; binding: string; bgp: string };
	query: URLSearchParams;
	json: unknown;
	auditLog: AuditLog;
	newId: () => string;
}

export type Operation = (call: Call) => Answer;

const find = ({ state, params }: Call) => state.prefixes.find(({ id }) => id === params.prefix);

const withoutBindings = ({ bindings: _, bgp_prefixes: __, ...prefix }: Prefix) => prefix;

export const listPrefixes: Operation = ({ state }) => succeed(state.prefixes.map(withoutBindings));

export const getPrefix: Operation = (call) => {
	const prefix = find(call);
	return prefix ? succeed(withoutBindings(prefix)) : prefixNotFound();
};

/**
 * Cloudflare deletes only prefixes that are not approved. The imitation deletes any, so that a path that slips from a
 * binding to its prefix shows in what is gone.
 */
export const deletePrefix: Operation = (call) => {
	const prefix = find(call);
	if (!prefix) return prefixNotFound();
	call.state.prefixes.splice(call.state.prefixes.indexOf(prefix), 1);
	return succeedWithoutResult({ deleted_prefix: prefix.id });
};

export const listBindings: Operation = (call) => {
	const prefix = find(call);
	return prefix ? succeed(prefix.bindings) : prefixNotFound();
};

export const getBinding: Operation = (call) => {
	const prefix = find(call);
	if (!prefix) return prefixNotFound();
	const binding = prefix.bindings.find(({ id }) => id === call.params.binding);
	return binding ? succeed(binding) : bindingNotFound();
};

export const postBinding: Operation = (call) => {
	const prefix = find(call);
	if (!prefix) return refuse(400, { code: 1003, message: "unknown prefix" });
	const made = createBinding(prefix, call.state.services, call.newId(), call.json);
	if ("refusal" in made) return made.refusal;
	prefix.bindings.push(made.binding);
	return { ...succeed(made.binding), status: 201, effect: { created: made.binding.id } };
};

export const deleteBinding: Operation = (call) => {
	const prefix = find(call);
	if (!prefix) return prefixNotFound();
	const index = prefix.bindings.findIndex(({ id }) => id === call.params.binding);
	if (index === -1) return bindingNotFound();
	prefix.bindings.splice(index, 1);
	return succeedWithoutResult({ deleted: call.params.binding });
};

export const listBgp: Operation = (call) => listBgpPrefixes(find(call));

export const getBgp: Operation = (call) => getBgpPrefix(find(call), call.params.bgp);

export const listAuditLog: Operation = ({ auditLog, query }) => auditLog.list(query);

export const listServices: Operation = ({ state }) => succeed(state.services);

export const verifyToken: Operation = ({ newId }) =>
	succeed({ id: newId(), status: "active" }, [
		// A success also has 10000, which elsewhere means a missing permission.
		{ code: 10000, message: "This API Token is valid and active" },
	]);
