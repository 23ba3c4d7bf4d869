// The sandbox's fixed settings, for `npm start` and for tests: the account, the tokens unbind accepts and the
// credential it holds. Every value is public and gives access to nothing outside the sandbox.
import { createHash } from "node:crypto";
import type { Json } from "../src/deletion/record/json.ts";
import { sandboxChat } from "./chat/settings.ts";
import { accountId } from "./imitation/account.ts";
import { sandboxApiKey, sandboxApiToken, sandboxEmail } from "./imitation/credentials.ts";
import { sandboxSecrets, sandboxSenders } from "./senders.ts";

/** unbind's callers by name. The last one makes the example in Cloudflare's documentation work. */
export const sandboxCallers = {
	sandbox: {
		token: "unbind_sandbox",
		scopes: ["read", "delete", "approve", "restore", "freeze"],
	},
	approver: { token: "unbind_sandbox_approver", scopes: ["read", "approve"] },
	[sandboxEmail]: { token: sandboxApiKey, scopes: ["read", "delete"] },
};

/** The secret TOKENS: names with their token's digest and scopes. */
export const sandboxTokens = JSON.stringify(
	Object.fromEntries(
		Object.entries(sandboxCallers).map(([name, { token, scopes }]) => [
			name,
			{ sha256: createHash("sha256").update(token).digest("hex"), scopes },
		]),
	),
);

/** The Worker's vars and secrets. They override those in wrangler.toml. */
export const sandboxBindings: Record<string, Json> = {
	CLOUDFLARE_ACCOUNT_ID: accountId,
	CLOUDFLARE_API_TOKEN: sandboxApiToken,
	ALIASES: { "edge-cdn": "203.0.113.128/25" },
	TOKENS: sandboxTokens,
	WEBHOOKS: sandboxSenders,
	...sandboxSecrets,
	...sandboxChat,
	// A test or a benchmark that has no use for the watch counts calls; `npm start` turns it on.
	WATCH_MINUTES: 0,
};
