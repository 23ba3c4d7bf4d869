// A valid environment, and the problems reported when something in it is changed.

import { accountId } from "../../sandbox/imitation/account.ts";
import type { ConfigProblem } from "../../src/config/problem.ts";
import { readConfig } from "../../src/config.ts";

export const digest = "5e".repeat(32);
export const tokens = (change: object = {}): string =>
	JSON.stringify({ ci: { sha256: digest, scopes: ["read", "delete"], ...change } });
export const good = { CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: "cf-token", TOKENS: tokens() };

/** The problems as the operator sees them, without what anyone may read. */
export const inFull = (problems: readonly ConfigProblem[]) => problems.map(({ plain: _, closes: __, ...full }) => full);

/** Whether they close all of unbind or a part of it. */
export const allProblems = (config: ReturnType<typeof readConfig>) =>
	config.ok ? config.value.problems : config.failure;

export function problemsOf(change: object) {
	return inFull(allProblems(readConfig({ ...good, ...change })));
}

export const told = (change: object): string[] => problemsOf(change).map((one) => one.problem);
