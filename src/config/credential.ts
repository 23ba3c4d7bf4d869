// The Cloudflare credential, from Worker secrets.

import * as v from "valibot";
import type { Credential } from "../adapters/cloudflare/send.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import type { ConfigProblem } from "./fields.ts";

/** What can stand in a header, so that no exception ever quotes it. */
const secretText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/));

/** Exactly one scheme: with two, nobody knows which one Cloudflare checks. */
export function readCredential(settings: ReadonlyMap<string, unknown>): Result<Credential, ConfigProblem> {
	const names = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"] as const;
	const given = names.filter((name) => settings.get(name) !== undefined && settings.get(name) !== "");
	const [apiToken, email, apiKey] = names.map((name) => v.safeParse(secretText, settings.get(name)));
	const problem = (text: string, fix: string) => fail({ setting: "CLOUDFLARE_API_TOKEN", problem: text, fix });
	const put = "Run: npx wrangler secret put CLOUDFLARE_API_TOKEN";

	if (given.length === 0) return problem("No Cloudflare credential is set.", put);
	const isToken = given.includes("CLOUDFLARE_API_TOKEN");
	if (isToken && given.length > 1) {
		const extra = given.filter((name) => name !== "CLOUDFLARE_API_TOKEN");
		return problem(
			"Both an API token and an e-mail or key are set; it has to be one of them.",
			`Run: npx wrangler secret delete ${extra[0]}`,
		);
	}
	if (isToken) {
		return apiToken?.success
			? ok({ apiToken: apiToken.output })
			: problem("CLOUDFLARE_API_TOKEN has spaces or line breaks, or is no text.", put);
	}
	if (given.length === 1) {
		const missing = given[0] === "CLOUDFLARE_EMAIL" ? "CLOUDFLARE_API_KEY" : "CLOUDFLARE_EMAIL";
		return problem(`${given[0]} is set without ${missing}.`, `Run: npx wrangler secret put ${missing}`);
	}
	return email?.success && apiKey?.success
		? ok({ email: email.output, apiKey: apiKey.output })
		: problem(
				"CLOUDFLARE_EMAIL or CLOUDFLARE_API_KEY has spaces or line breaks, or is no text.",
				"Run: npx wrangler secret put CLOUDFLARE_API_KEY",
			);
}
