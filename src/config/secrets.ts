// A secret that another setting names. Its value is one secret or several, a line each, so that one can be changed while
// the other side still uses the last: the newest first.

import { fail, ok, type Result } from "../deletion/result.ts";
import type { ConfigProblem } from "./fields.ts";

const shortestSecret = 8;
/** A var is no secret, and a secret of unbind's own is not to be shared with a sender. */
const taken = /^(?:TOKENS|CLOUDFLARE_(?:ACCOUNT_ID|API_TOKEN|API_KEY|EMAIL))$/;

/** @param form what each has to look like, besides not being short. */
export function readSecrets(
	name: string,
	value: unknown,
	form: { pattern: RegExp; told: string } = { pattern: /^/, told: "a text" },
): Result<string[], ConfigProblem> {
	const problem = (text: string) =>
		fail({ setting: name, problem: `${name}: ${text}`, fix: `Run: npx wrangler secret put ${name}` });
	if (taken.test(name)) return problem("has a use of its own; a sender or a chat needs a secret for itself alone");
	if (value === undefined || value === "") return problem("the secret is missing");
	if (typeof value !== "string") return problem("must be a secret, not a setting in wrangler.toml");
	const secrets = value
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
	if (secrets.length === 0) return problem("the secret is empty");
	if (secrets.some((secret) => secret.length < shortestSecret))
		return problem(`has a secret of less than ${shortestSecret} characters`);
	if (secrets.some((secret) => !form.pattern.test(secret))) return problem(`each line has to be ${form.told}`);
	return ok(secrets);
}
