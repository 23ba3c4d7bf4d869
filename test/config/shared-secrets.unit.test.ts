// Secrets that are short, or used in two places. With one secret, a message for one sender could be sent to another.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { readConfig } from "../../src/config.ts";
import { good, problemsOf, told } from "./a-config.ts";

const long = "a-secret-of-24-characters";
const github = { scheme: "github", target: "/target" };
const sender = (secret: string) => ({ ...github, secret });
const slack = { workspace: "T0AB", channels: ["C0AB"], secret: "SLACK_SECRET" };

describe("the same secret in two places", () => {
	it.each<[string, object, string]>([
		[
			"two senders with the same Worker secret",
			{ WEBHOOKS: { one: sender("A_SECRET"), two: sender("A_SECRET") }, A_SECRET: long },
			"WEBHOOKS (two): has the same secret as WEBHOOKS (one)",
		],
		[
			"two senders with the same value in two Worker secrets",
			{
				WEBHOOKS: { one: sender("A_SECRET"), two: sender("B_SECRET") },
				A_SECRET: long,
				B_SECRET: `new-${long}\n${long}`,
			},
			"WEBHOOKS (two): has the same secret as WEBHOOKS (one)",
		],
		[
			"a sender and a chat",
			{ WEBHOOKS: { one: sender("A_SECRET") }, CHAT: { slack }, A_SECRET: long, SLACK_SECRET: long },
			"CHAT (slack): has the same secret as WEBHOOKS (one)",
		],
		[
			"a sender and a caller",
			{
				WEBHOOKS: { one: sender("A_SECRET") },
				A_SECRET: long,
				TOKENS: JSON.stringify({ ci: { sha256: createHash("sha256").update(long).digest("hex"), scopes: ["read"] } }),
			},
			"WEBHOOKS (one): has the same secret as TOKENS",
		],
		[
			"a sender and the credential",
			{ WEBHOOKS: { one: sender("A_SECRET") }, A_SECRET: long, CLOUDFLARE_API_TOKEN: long },
			"WEBHOOKS (one): has the same secret as CLOUDFLARE_API_TOKEN",
		],
	])("is refused: %s", (_, change, problem) => {
		expect(told(change)).toEqual([problem]);
		expect(JSON.stringify(problemsOf(change))).not.toContain(long);
	});

	it("is accepted if one sender lists it twice while rotating", () => {
		expect(told({ WEBHOOKS: { one: sender("A_SECRET") }, A_SECRET: `${long}\n${long}` })).toEqual([]);
	});
});

describe("a secret of fewer than 24 characters", () => {
	const warnings = (change: object) => {
		const config = readConfig({ ...good, ...change });
		return config.ok ? config.value.warnings : config.failure;
	};

	it.each([23, 8])("is a warning for a sender, because an old deployment may use one: %i", (length) => {
		const short = long.slice(0, length);
		expect(warnings({ WEBHOOKS: { one: sender("A_SECRET") }, A_SECRET: short })).toMatchObject([
			{
				setting: "A_SECRET",
				problem: "A_SECRET: has a secret of fewer than 24 characters, which can be guessed",
				fix: expect.stringContaining("npx wrangler secret put A_SECRET"),
			},
		]);
	});

	it("is a warning for a chat, while 24 characters are enough", () => {
		expect(warnings({ CHAT: { slack }, SLACK_SECRET: "fifteen-letters" })).toMatchObject([{ setting: "SLACK_SECRET" }]);
		expect(warnings({ CHAT: { slack }, SLACK_SECRET: long.slice(0, 24) })).toEqual([]);
	});

	it("is not in the sandbox's configuration", () => {
		expect(readConfig(sandboxBindings)).toMatchObject({ ok: true, value: { warnings: [] } });
	});
});
