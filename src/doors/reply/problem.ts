// Every reason for which a request is not granted: its status and title, in one table. An answer is RFC 9457 problem
// details with evidence; a door that speaks another language (Cloudflare's) renders the same problem its own way.
import type { FailureCode } from "../../deletion/record/deletion.ts";

export type DoorCode =
	| "invalid_request"
	| "invalid_target"
	| "unauthorized"
	| "deletion_not_found"
	| "foreign_form"
	| "self_approval"
	| "conflict"
	| "too_early"
	| "binding_conflict"
	| "prefix_not_approved"
	| "not_found"
	| "idempotency_key_reused"
	| "method_not_allowed"
	| "payload_too_large"
	| "unsupported_media_type"
	| "query_too_long"
	| "https_required"
	| "rate_limited"
	| "too_many_reads"
	| "outcome_unknown"
	| "misconfigured"
	| "ledger_unreachable"
	| "internal";

export type ProblemCode = FailureCode | DoorCode;

/** status, title */
const table: Record<ProblemCode, readonly [number, string]> = {
	invalid_request: [400, "The request is malformed"],
	unauthorized: [401, "Authentication is required"],
	scope_missing: [403, "The caller lacks a scope"],
	acknowledgement_required: [403, "A risk has to be acknowledged"],
	out_of_range: [403, "Outside the caller's ranges"],
	https_required: [403, "Use https"],
	foreign_form: [403, "The form is none of unbind's"],
	self_approval: [403, "Nobody approves a deletion of their own"],
	protected: [403, "The binding is protected"],
	last_binding: [403, "It is the prefix's last binding"],
	not_restorable: [403, "The binding could not be restored"],
	leaves_no_service: [403, "Addresses would be left without service"],
	still_provisioning: [403, "The binding is still provisioning"],
	no_reason: [403, "A reason is required"],
	approval_rejected: [403, "The deletion was rejected"],
	approval_expired: [403, "Nobody approved the deletion in time"],
	cancelled: [403, "The deletion was cancelled"],
	binding_not_found: [404, "There is no such binding"],
	deletion_not_found: [404, "There is no such deletion"],
	not_found: [404, "There is nothing here"],
	method_not_allowed: [405, "The method is not allowed here"],
	conflict: [409, "It is too late for that"],
	too_early: [409, "It is too early for that"],
	binding_conflict: [409, "Another binding is in the way"],
	prefix_not_approved: [409, "The prefix is not approved"],
	changed: [412, "The prefix has changed since the plan"],
	payload_too_large: [413, "The body is too large"],
	query_too_long: [414, "The query is too long"],
	unsupported_media_type: [415, "The body is of another type"],
	invalid_target: [422, "The target is not a binding's exact name"],
	idempotency_key_reused: [422, "The idempotency key was used for another request"],
	frozen: [423, "Deletions are frozen"],
	budget: [429, "The deletion budget is used up"],
	breadth: [429, "Too much of the prefix at once"],
	rate_limited: [429, "Too many failed attempts"],
	too_many_reads: [429, "Too many reads at once"],
	internal: [500, "Something went wrong in unbind"],
	cloudflare_refused: [502, "Cloudflare refused"],
	credential_rejected: [502, "Cloudflare rejected unbind's credential"],
	misconfigured: [503, "unbind is misconfigured"],
	ledger_unreachable: [503, "unbind's ledger cannot be reached now"],
	cloudflare_unavailable: [503, "Cloudflare's API cannot be used now"],
	outcome_unknown: [504, "The outcome is not known yet"],
};

export const problemCodes = Object.keys(table);

export interface Problem {
	code: ProblemCode;
	status: number;
	title: string;
	detail: string;
	/** Further members of the problem, by their public names. */
	evidence: { [member: string]: unknown };
	headers: { [name: string]: string };
	/** The one field that is at fault, for a form that can show it there. No member of the answer. */
	fault?: Fault;
}

export interface Fault {
	field: string;
	/** As in "must not be empty". */
	says: string;
}

export function problem(
	code: ProblemCode,
	detail: string,
	evidence: { [member: string]: unknown } = {},
	headers: { [name: string]: string } = {},
): Problem {
	const [status, title] = table[code];
	return { code, status, title, detail, evidence, headers };
}

export const atField = (problem: Problem, field: string, says: string): Problem => ({
	...problem,
	fault: { field, says },
});

export const retryAfter = (seconds: number): { "retry-after": string } => ({
	"retry-after": String(Math.max(1, Math.ceil(seconds))),
});

/** RFC 9457. */
export function problemResponse(
	{ code, status, title, detail, evidence, headers }: Problem,
	requestId: string,
): Response {
	const body = { type: `urn:unbind:${code}`, title, status, detail, code, request_id: requestId, ...evidence };
	return Response.json(body, { status, headers: { ...headers, "content-type": "application/problem+json" } });
}
