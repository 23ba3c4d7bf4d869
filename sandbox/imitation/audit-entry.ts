// An entry of Cloudflare's audit log (version 2), and who is named in one. It has no clock and keeps nothing.
//
// Cloudflare publishes no entry of the Addressing API. `resource.type` and the descriptions are made up, `resource.id` is
// the prefix, and only `raw.uri` names a binding.
import * as v from "valibot";
import type { Credential } from "./credentials.ts";

const text = v.optional(v.string());

export const auditEntrySchema = v.strictObject({
	id: v.string(),
	account: v.strictObject({ id: v.string(), name: v.string() }),
	action: v.strictObject({
		description: v.string(),
		result: v.picklist(["success", "failure"]),
		time: v.string(),
		type: v.picklist(["create", "delete", "update"]),
	}),
	actor: v.strictObject({
		id: text,
		context: text,
		email: text,
		ip_address: text,
		token_id: text,
		token_name: text,
		type: text,
	}),
	raw: v.strictObject({
		cf_ray_id: text,
		method: v.string(),
		status_code: v.number(),
		uri: v.string(),
		user_agent: text,
	}),
	resource: v.strictObject({ id: v.string(), product: v.string(), type: v.string(), scope: v.string() }),
});

export type AuditEntry = v.InferOutput<typeof auditEntrySchema>;
export type Actor = AuditEntry["actor"];

const email = v.pipe(v.string(), v.email());
const name = v.pipe(v.string(), v.nonEmpty());

export const bySchema = v.variant("how", [
	v.strictObject({ how: v.literal("dash"), email: v.optional(email, "colleague@example.com") }),
	v.strictObject({
		how: v.literal("api_token"),
		token_name: v.optional(name, "terraform"),
		/** Without it, the token belongs to the account. */
		email: v.optional(email),
	}),
	/** Cloudflare itself: no request, so no address, ray or user agent. */
	v.strictObject({ how: v.literal("system") }),
]);

export type By = v.InferOutput<typeof bySchema>;

/** An id of 32 digits, always the same for the same name. */
const idFor = (named: string): string =>
	Array.from(new TextEncoder().encode(named), (byte) => byte.toString(16).padStart(2, "0"))
		.join("")
		.padEnd(32, "0")
		.slice(0, 32);

const byToken = (tokenName: string, account: string): Actor => ({
	id: account,
	context: "api_token",
	token_id: idFor(tokenName),
	token_name: tokenName,
	type: "account",
});

const byUser = (address: string) => ({ id: idFor(address), email: address, type: "user" });

/** Somebody else. Documentation addresses stand for theirs. */
export function actorElsewhere(by: By, account: string): Actor {
	const ip_address = "198.51.100.77";
	if (by.how === "system") return { type: "system" };
	if (by.how === "dash") return { ...byUser(by.email), context: "dash", ip_address };
	const token = byToken(by.token_name, account);
	return { ...token, ...(by.email !== undefined && byUser(by.email)), ip_address };
}

/** Whoever calls the imitation's API. */
export function actorOf(credential: Credential, account: string): Actor {
	const ip_address = "198.51.100.10";
	if ("token" in credential) return { ...byToken(credential.name ?? "token", account), ip_address };
	return { ...byUser(credential.email), context: "api_key", ip_address };
}
