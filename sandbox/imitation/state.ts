// The imitation's state: the account's prefixes with their bindings, and the services. The schema reads outside data (a
// file, PUT /sandbox/state) and fills in what a prefix leaves out, so that a test names only the fields it is about. It
// allows odd shapes on purpose, such as a binding without a CIDR.
import * as v from "valibot";
import { accountId, prefixes, services } from "./account.ts";
import { bgpPrefixSchema } from "./bgp-prefix.ts";

const bindingSchema = v.looseObject({
	id: v.string(),
	cidr: v.optional(v.string()),
	service_id: v.optional(v.string()),
	service_name: v.optional(v.string()),
	provisioning: v.optional(v.looseObject({ state: v.optional(v.string()) })),
});

const timestamp = v.optional(v.string(), "2026-01-15T09:30:00.12345Z");
const validation = v.optional(v.string(), "valid");

const prefixSchema = v.looseObject({
	id: v.string(),
	cidr: v.string(),
	account_id: v.optional(v.string(), accountId),
	asn: v.optional(v.nullable(v.number()), 64496),
	description: v.optional(v.string(), ""),
	approved: v.optional(v.string(), "V"),
	advertised: v.optional(v.nullable(v.boolean()), true),
	advertised_modified_at: v.optional(v.nullable(v.string()), "2026-01-15T09:30:00.12345Z"),
	on_demand_enabled: v.optional(v.boolean(), true),
	on_demand_locked: v.optional(v.boolean(), false),
	loa_document_id: v.optional(v.nullable(v.string()), "d933b1530bc56c9953cf8ce166da8004"),
	delegate_loa_creation: v.optional(v.boolean(), false),
	irr_validation_state: validation,
	rpki_validation_state: validation,
	ownership_validation_state: validation,
	ownership_validation_token: v.optional(v.string(), "sandbox-ownership-validation-token-0"),
	created_at: timestamp,
	modified_at: timestamp,
	bindings: v.optional(v.array(bindingSchema), []),
	/** Without it, the prefix has one, its own CIDR, announced. */
	bgp_prefixes: v.optional(v.array(bgpPrefixSchema)),
});

export const stateSchema = v.strictObject({
	services: v.optional(v.array(v.strictObject({ id: v.string(), name: v.string() })), services),
	prefixes: v.array(prefixSchema),
	/** When new bindings become active, by their id. Those that are not here stay as they are. */
	settling: v.optional(v.record(v.string(), v.string())),
});

/** What a test or a file may provide. Only ids and prefixes' CIDRs are required. */
export type StateInput = v.InferInput<typeof stateSchema>;
export type State = v.InferOutput<typeof stateSchema>;
export type Prefix = v.InferOutput<typeof prefixSchema>;
export type Binding = v.InferOutput<typeof bindingSchema>;

export function freshState(): State {
	return v.parse(stateSchema, structuredClone({ services, prefixes }));
}
