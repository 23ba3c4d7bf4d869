// The claims of a record in KV, for a Ledger that has lost its own: digests, as the value of the record's key by binding,
// which is written anyway. No caller can read that value. A record without a binding deleted nothing, and has none.
import * as v from "valibot";
import { isCloudflareId } from "../../deletion/cloudflare-id.ts";
import type { Deletion } from "../../deletion/deletion.ts";
import { form } from "../../deletion/form.ts";
import type { KeptClaim } from "../../deletion/ports.ts";
import { indexKeys } from "./keys.ts";

/** Earlier releases left the value empty. */
export const claimsText = (claims: readonly KeptClaim[]): string =>
	claims.length === 0 ? "" : JSON.stringify({ form, claims });

/** Under which key they are; null for a record that has none. */
export const claimsKey = (deletion: Deletion): string | null =>
	isCloudflareId(deletion.binding?.id ?? "") ? (indexKeys(deletion)[0] ?? null) : null;

const claimsSchema = v.object({
	claims: v.array(v.object({ actor: v.string(), key: v.string(), payload: v.string(), madeAtMs: v.number() })),
});

/** None where the value is of another form. */
export function claimsIn(value: unknown): KeptClaim[] {
	const read = v.safeParse(claimsSchema, value);
	return read.success ? read.output.claims : [];
}
