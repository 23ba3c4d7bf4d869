// Reads the query of `GET …/logs/audit`: the time, the page and the filters. Parameters it does not know are refused, so that a
// misspelt filter never passes for none.
import * as v from "valibot";
import type { AuditEntry } from "./audit-entry.ts";

const filterable: Record<string, (entry: AuditEntry) => string | number | undefined> = {
	id: ({ id }) => id,
	audit_log_id: ({ id }) => id,
	account_name: ({ account }) => account.name,
	action_result: ({ action }) => action.result,
	action_type: ({ action }) => action.type,
	actor_context: ({ actor }) => actor.context,
	actor_email: ({ actor }) => actor.email,
	actor_id: ({ actor }) => actor.id,
	actor_ip_address: ({ actor }) => actor.ip_address,
	actor_token_id: ({ actor }) => actor.token_id,
	actor_token_name: ({ actor }) => actor.token_name,
	actor_type: ({ actor }) => actor.type,
	raw_cf_ray_id: ({ raw }) => raw.cf_ray_id,
	raw_method: ({ raw }) => raw.method,
	raw_status_code: ({ raw }) => raw.status_code,
	raw_uri: ({ raw }) => raw.uri,
	resource_id: ({ resource }) => resource.id,
	resource_product: ({ resource }) => resource.product,
	resource_scope: ({ resource }) => resource.scope,
	resource_type: ({ resource }) => resource.type,
};

export interface Filter {
	of: (entry: AuditEntry) => string | number | undefined;
	values: string[];
	/** Whether the values are left out: `resource_product.not=…`. */
	not: boolean;
}

export interface AuditQuery {
	sinceMs: number;
	beforeMs: number;
	limit: number;
	direction: "asc" | "desc";
	/** The id of the last entry of the page before. */
	cursor: string | null;
	filters: Filter[];
}

const date = v.pipe(v.string(), v.isoDate());
const timestamp = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/));
const when = v.pipe(
	v.union([date, timestamp]),
	v.transform((text) => Date.parse(text)),
	v.finite(),
);

const pageSchema = v.object({
	since: when,
	before: when,
	limit: v.optional(v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(1), v.maxValue(1000)), "100"),
	direction: v.optional(v.picklist(["asc", "desc"]), "desc"),
	cursor: v.optional(v.pipe(v.string(), v.transform(decoded), v.string())),
});

/** The query, or what is wrong with it. */
export function readAuditQuery(parameters: URLSearchParams): AuditQuery | string {
	const filters: Filter[] = [];
	for (const name of new Set(parameters.keys())) {
		const of = filterable[name.replace(/\.not$/, "")];
		if (of) filters.push({ of, values: parameters.getAll(name), not: name.endsWith(".not") });
		else if (!(name in pageSchema.entries)) return `unknown parameter: ${name}`;
	}
	const page = v.safeParse(pageSchema, Object.fromEntries(parameters));
	if (!page.success) return `invalid or missing parameter: ${v.getDotPath(page.issues[0])}`;
	const { since, before, limit, direction, cursor = null } = page.output;
	return { sinceMs: since, beforeMs: before, limit, direction, cursor, filters };
}

export const isOneOf = (entry: AuditEntry, { of, values, not }: Filter): boolean =>
	values.includes(`${of(entry)}`) !== not;

/** `undefined` for what is no cursor of ours. */
function decoded(cursor: string): string | undefined {
	try {
		return atob(cursor);
	} catch {
		return undefined;
	}
}
