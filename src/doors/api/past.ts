// The account's past: the bindings as they were at a time, and what changed between two times. Only reads.

import * as v from "valibot";
import type { Binding } from "../../deletion/address/binding.ts";
import { contains, parseCidr } from "../../deletion/address/cidr.ts";
import type { PastBinding, PastChange } from "../../deletion/past.ts";
import { at } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { changesAtOnce } from "../limits.ts";
import { formatsOf, linkToNext, preferredFormat, type RowPage, streamed } from "../reply/export.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { beforeTheWatch, changesCursor, type KnownPast, readPast } from "../request/account.ts";
import { idSchema, timeOrDaySchema } from "../request/input.ts";
import { withQuery } from "../token-door.ts";

const dayMs = 24 * 3_600_000;

/** @param covering only bindings that cover this CIDR. */
export async function bindingsAt(
	atMs: number,
	covering: string | null,
	context: Context,
): Promise<Result<Response, Problem>> {
	if (atMs > Date.now()) return fail(problem("invalid_request", 'The parameter "at" is in the future.'));
	const past = await readPast({ at: [atMs], changes: null, changedOnly: false }, context);
	if (!past.ok) return past;
	const { accounts, knownSinceMs, lookedMs } = past.value;
	const [account = null] = accounts;
	if (account === null) return fail(beforeTheWatch("at", knownSinceMs));
	const covered = covering === null ? null : parseCidr(covering);
	const isShown = ({ cidr }: PastBinding): boolean => {
		const range = parseCidr(cidr ?? "");
		return covered === null || (covered.ok && range.ok && contains(range.value, covered.value));
	};
	const prefixes = account
		.map(({ id, cidr, bindings }) => ({
			id,
			cidr: cidr ?? "",
			description: null,
			asn: null,
			advertised: null,
			bindings: bindings.filter(isShown).map(pastBinding),
		}))
		.filter(({ bindings }) => bindings.length > 0);
	return ok(Response.json({ prefixes, at: at(atMs), ...known(knownSinceMs, lookedMs) }));
}

const known = (knownSinceMs: number, lookedMs: number | null) => ({
	watched_since: at(knownSinceMs),
	looked_since: lookedMs === null ? null : at(lookedMs),
});

/** A binding in Cloudflare's own shape. */
export const shownBinding = (
	binding: Pick<Binding, "id" | "cidr" | "serviceId" | "serviceName" | "provisioningState">,
) => ({
	id: binding.id,
	cidr: binding.cidr,
	service_id: binding.serviceId,
	service_name: binding.serviceName,
	provisioning: binding.provisioningState === null ? null : { state: binding.provisioningState },
});

const pastBinding = (binding: PastBinding) => ({
	...shownBinding(binding),
	first_seen_at: at(binding.firstSeenMs),
	gone_at: binding.goneMs === null ? null : at(binding.goneMs),
});

export const changesEntries = {
	since: v.optional(timeOrDaySchema),
	until: v.optional(timeOrDaySchema),
	prefix: v.optional(idSchema),
	cursor: v.optional(changesCursor),
};

const formats = formatsOf<keyof ChangeRow, ChangeRow>([
	"at",
	"change",
	"cidr",
	"binding_id",
	"prefix_id",
	"service_id",
	"service_name",
	"cidr_before",
	"service_id_before",
	"service_name_before",
	"by",
	"deletion_id",
]);

type ChangeRow = ReturnType<typeof rowOf>;

export const listBindingChanges = withQuery(changesEntries, async (request, context, _actor, query) => {
	const nowMs = Date.now();
	const { since = null, prefix: prefixId = null, cursor = null } = query;
	const untilMs = Math.min(query.until ?? nowMs, nowMs);
	const sinceMs = since ?? untilMs - dayMs;
	if (sinceMs > untilMs) return fail(problem("invalid_request", 'The parameter "since" is later than "until".'));
	const pageAt = (from: string | null) => {
		const changes = { sinceMs, untilMs, prefixId, cursor: from, atMost: changesAtOnce };
		return readPast({ at: [], changes, changedOnly: false }, context);
	};
	const first = await pageAt(cursor);
	if (!first.ok) return first;
	const { knownSinceMs, lookedMs } = first.value;
	// Without `since`, it is what is known of the last day. The first page has checked it for the later ones.
	if (since !== null && cursor === null && sinceMs < knownSinceMs) return fail(beforeTheWatch("since", knownSinceMs));
	const format = preferredFormat(request.headers.get("accept"), formats);
	if (format !== null) {
		const later = async (from: string) => {
			const page = await pageAt(from);
			return page.ok ? rowsOf(page.value) : null;
		};
		return ok(streamed(format, rowsOf(first.value), later));
	}
	const { rows, next } = rowsOf(first.value);
	const period = { since: at(Math.max(sinceMs, knownSinceMs)), until: at(untilMs) };
	const headers = { vary: "Accept", ...linkToNext(context.url, next, period) };
	return ok(Response.json({ changes: rows, ...period, next, ...known(knownSinceMs, lookedMs) }, { headers }));
});

const rowsOf = ({ changes, next }: KnownPast): RowPage<ChangeRow> => ({ rows: changes.map(rowOf), next });

const rowOf = ({ atMs, change, binding, before, by, deletionId }: PastChange) => ({
	at: at(atMs),
	change,
	cidr: binding.cidr,
	binding_id: binding.id,
	prefix_id: binding.prefixId,
	service_id: binding.serviceId,
	service_name: binding.serviceName,
	cidr_before: before?.cidr ?? null,
	service_id_before: before?.serviceId ?? null,
	service_name_before: before?.serviceName ?? null,
	by,
	deletion_id: deletionId,
});
