// The Cloudflare credential, from Worker secrets.

import * as v from "valibot";
import type { Credential } from "../adapters/cloudflare/send.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import type { ConfigProblem } from "./problem.ts";

/** Only characters that are valid in a header, so that no exception ever quotes the secret. */
const secretText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/));
export const credentialNames = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"] as const;
type Name = (typeof credentialNames)[number];

/** Exactly one scheme: with two, it is unclear which one Cloudflare checks. */
export function readCredential(settings: ReadonlyMap<string, unknown>): Result<Credential, ConfigProblem> {
	const given = credentialNames.filter((name) => settings.get(name) !== undefined && settings.get(name) !== "");
	const problem = (problem: string, command: "put" | "delete", names: readonly Name[]) => {
		const fix = `Run: ${names.map((name) => `npx wrangler secret ${command} ${name}`).join("; then: ")}`;
		const sentences = { setting: "CLOUDFLARE_API_TOKEN", problem, fix };
		return fail({ ...sentences, plain: sentences, closes: ["everything" as const] });
	};

	if (given.length === 0) return problem("No Cloudflare credential is set.", "put", ["CLOUDFLARE_API_TOKEN"]);
	const isToken = given.includes("CLOUDFLARE_API_TOKEN");
	if (isToken && given.length > 1) {
		const extra = given.filter((name) => name !== "CLOUDFLARE_API_TOKEN");
		return problem("Both an API token and an e-mail or key are set. Keep one of the two.", "delete", extra);
	}
	const missing = credentialNames.filter((name) => name !== "CLOUDFLARE_API_TOKEN" && !given.includes(name));
	if (!isToken && missing.length > 0) return problem(`${given[0]} is set without ${missing[0]}.`, "put", missing);
	const wrong = given.filter((name) => !v.is(secretText, settings.get(name)));
	if (wrong.length > 0)
		return problem(`${wrong.join(" and ")}: must be ASCII text without spaces or line breaks.`, "put", wrong);
	const [apiToken = "", email = "", apiKey = ""] = credentialNames.map((name) => String(settings.get(name) ?? ""));
	return ok(isToken ? { apiToken } : { email, apiKey });
}
