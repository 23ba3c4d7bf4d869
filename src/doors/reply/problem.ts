// Every reason to refuse a request, with its status and title, in one table. The answer is RFC 9457 problem details with
// evidence; the Cloudflare door renders the same problem in Cloudflare's envelope.
import type { FailureCode } from "../../deletion/record/deletion.ts";

type DoorCode =
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
	| "destination_closed"
	| "not_found"
	| "idempotency_key_reused"
	| "method_not_allowed"
	| "payload_too_large"
	| "unsupported_media_type"
	| "query_too_long"
	| "https_required"
	| "rate_limited"
	| "too_many_reads"
	| "too_many_deletions"
	| "too_many_restorations"
	| "outcome_unknown"
	| "misconfigured"
	| "ledger_unreachable"
	| "history_unreadable"
	| "internal";

export type ProblemCode = FailureCode | DoorCode;

/** status, title */
const table: Record<ProblemCode, readonly [number, string]> = {
	invalid_request: [400, "The request is malformed"],
	unauthorized: [401, "Authentication is required"],
	scope_missing: [403, "The caller lacks a scope"],
	acknowledgement_required: [403, "A risk must be acknowledged"],
	out_of_range: [403, "Outside the caller's ranges"],
	https_required: [403, "Use https"],
	foreign_form: [403, "The form did not come from unbind"],
	self_approval: [403, "You can't decide on your own request"],
	protected: [403, "The binding is protected"],
	last_binding: [403, "This is the prefix's last binding"],
	not_restorable: [403, "The binding could not be restored"],
	leaves_no_service: [403, "Addresses would be left without service"],
	still_provisioning: [403, "The binding is still provisioning"],
	advertised: [403, "The addresses are announced"],
	no_reason: [403, "A reason is required"],
	approval_rejected: [403, "The deletion was rejected"],
	approval_expired: [403, "Nobody approved the deletion in time"],
	cancelled: [403, "The deletion was cancelled"],
	binding_not_found: [404, "Binding not found"],
	deletion_not_found: [404, "Deletion not found"],
	not_found: [404, "Not found"],
	method_not_allowed: [405, "Method not allowed"],
	conflict: [409, "The current state does not allow this"],
	too_early: [409, "Too early"],
	binding_conflict: [409, "Another binding is in the way"],
	prefix_not_approved: [409, "The prefix is not approved"],
	destination_closed: [409, "The destination accepts no messages"],
	changed: [412, "The prefix has changed since the plan"],
	payload_too_large: [413, "The body is too large"],
	query_too_long: [414, "The query is too long"],
	unsupported_media_type: [415, "Unsupported content type"],
	invalid_target: [422, "The target is not a binding's exact name"],
	idempotency_key_reused: [422, "The idempotency key was used for another request"],
	frozen: [423, "Deletions are frozen"],
	budget: [429, "The deletion budget is used up"],
	breadth: [429, "Too many of the prefix's bindings at once"],
	rate_limited: [429, "Too many attempts"],
	too_many_reads: [429, "Too many reads at once"],
	too_many_deletions: [429, "Too many deletions at once"],
	too_many_restorations: [429, "Too many restorations in a day"],
	internal: [500, "Something went wrong in unbind"],
	cloudflare_refused: [502, "Cloudflare refused the request"],
	credential_rejected: [502, "Cloudflare rejected unbind's credential"],
	misconfigured: [503, "unbind is misconfigured"],
	ledger_unreachable: [503, "unbind's Ledger is unreachable"],
	history_unreadable: [503, "The history can't be read"],
	cloudflare_unavailable: [503, "Cloudflare's API is unavailable"],
	outcome_unknown: [504, "The outcome is not known yet"],
};

export const problemCodes = Object.keys(table);

export interface Problem {
	code: ProblemCode;
	status: number;
	title: string;
	detail: string;
	/** More members of the problem, by their public names. */
	evidence: { [member: string]: unknown };
	headers: { [name: string]: string };
	/** The field at fault, so that a form can show the mistake there. Not a member of the answer. */
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
	// The page is a file of public/, written from docs/problems.md.
	const own = { "content-type": "application/problem+json", link: `</problems/${code}>; rel="help"` };
	return Response.json(body, { status, headers: { ...headers, ...own } });
}
