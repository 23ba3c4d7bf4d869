// The sandbox's fixed settings, for `npm start` and for tests: the account, the tokens that unbind
// accepts and the credential it holds. Every value is public and opens nothing outside the sandbox.
import { createHash } from "node:crypto";
import type { Json } from "../../src/deletion/json.ts";
import { sandboxChat } from "./chat/settings.ts";
import { accountId } from "./imitation/account.ts";
import { sandboxApiKey, sandboxApiToken, sandboxEmail } from "./imitation/credentials.ts";
import { sandboxSecrets, sandboxSenders } from "./senders.ts";

/** Callers of unbind, by name. The last one lets the example of Cloudflare's documentation run. */
export const sandboxCallers = {
	sandbox: {
		token: "unbind_sandbox",
		scopes: ["read", "delete", "approve", "restore", "freeze"],
	},
	approver: { token: "unbind_sandbox_approver", scopes: ["read", "approve"] },
	[sandboxEmail]: { token: sandboxApiKey, scopes: ["read", "delete"] },
};

/** As in the secret TOKENS: name → the token's digest and its scopes. */
export const sandboxTokens = JSON.stringify(
	Object.fromEntries(
		Object.entries(sandboxCallers).map(([name, { token, scopes }]) => [
			name,
			{ sha256: createHash("sha256").update(token).digest("hex"), scopes },
		]),
	),
);

/** Vars and secrets of the Worker; they go over those in wrangler.toml. */
export const sandboxBindings: Record<string, Json> = {
	CLOUDFLARE_ACCOUNT_ID: accountId,
	CLOUDFLARE_API_TOKEN: sandboxApiToken,
	ALIASES: { "edge-cdn": "203.0.113.128/25" },
	TOKENS: sandboxTokens,
	WEBHOOKS: sandboxSenders,
	...sandboxSecrets,
	...sandboxChat,
};
