// An order for what others do at Cloudflare, behind unbind's back: the dashboard, another token or Cloudflare itself.
import * as v from "valibot";
import { bySchema } from "./audit-entry.ts";

const names = v.pipe(v.array(v.string()), v.minLength(1));
const listOf = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.pipe(v.array(schema), v.minLength(1)));
const service = { cidr: v.string(), service_id: v.string() };
const actions = ["delete", "change", "create", "withdraw", "advertise"] as const;

export const elsewhereSchema = v.pipe(
	v.strictObject({
		/** CIDRs or ids of bindings. */
		delete: v.optional(v.union([v.literal("all"), names], 'Expected "all" or a list of CIDRs')),
		/** The API has no update, so a change deletes and creates. `keep_id` changes in place, as only Cloudflare could. */
		change: listOf(v.strictObject({ ...service, keep_id: v.optional(v.boolean(), false) })),
		create: listOf(v.strictObject(service)),
		/** CIDRs or ids of BGP prefixes. */
		withdraw: v.optional(names),
		advertise: v.optional(names),
		by: v.optional(bySchema, { how: "dash" }),
	}),
	v.check(
		(order) => actions.some((action) => order[action] !== undefined),
		`Expected at least one of ${actions.join(", ")}`,
	),
);

export type Elsewhere = v.InferOutput<typeof elsewhereSchema>;
export type ElsewhereInput = v.InferInput<typeof elsewhereSchema>;
