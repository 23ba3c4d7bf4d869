// An environment in which all is well, and what is said when something in it is changed.

import type { ConfigProblem } from "../../src/config/fields.ts";
import { readConfig } from "../../src/config.ts";
import { accountId } from "../sandbox/imitation/account.ts";

export const digest = "5e".repeat(32);
export const tokens = (change: object = {}): string =>
	JSON.stringify({ ci: { sha256: digest, scopes: ["read", "delete"], ...change } });
export const good = { CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: "cf-token", TOKENS: tokens() };

export function problemsOf(change: object): ConfigProblem[] {
	const config = readConfig({ ...good, ...change });
	return config.ok ? [] : config.failure;
}

export const told = (change: object): string[] => problemsOf(change).map((one) => one.problem);
