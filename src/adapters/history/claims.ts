// A record's claims in KV, for a Ledger that lost its own. They are digests, stored as the value of the record's `binding:`
// key, which is written anyway and which no caller can read. A record without a binding deleted nothing and has no claims.
import * as v from "valibot";
import { isCloudflareId } from "../../deletion/address/cloudflare-id.ts";
import type { KeptClaim } from "../../deletion/ports.ts";
import { type Deletion, form } from "../../deletion/record/deletion.ts";
import { indexKeys } from "./keys.ts";

/** Earlier releases left the value empty. */
export const claimsText = (claims: readonly KeptClaim[]): string =>
	claims.length === 0 ? "" : JSON.stringify({ form, claims });

/** The key that holds them; null for a record without claims. */
export const claimsKey = (deletion: Deletion): string | null =>
	isCloudflareId(deletion.binding?.id ?? "") ? (indexKeys(deletion)[0] ?? null) : null;

const claimsSchema = v.object({
	claims: v.array(v.object({ actor: v.string(), key: v.string(), payload: v.string(), madeAtMs: v.number() })),
});

/** Empty if the value has another form. */
export function claimsIn(value: unknown): KeptClaim[] {
	const read = v.safeParse(claimsSchema, value);
	return read.success ? read.output.claims : [];
}
