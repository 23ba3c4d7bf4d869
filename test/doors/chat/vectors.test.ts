// The platforms' own examples, and their ways of testing an endpoint.
import { verifyKey } from "discord-interactions";
import { afterEach, describe, expect, it, vi } from "vitest";
import { signedByDiscord } from "../../../sandbox/chat/discord.ts";
import { sandboxChat } from "../../../sandbox/chat/settings.ts";
import { signedBySlack } from "../../../sandbox/chat/slack.ts";
import { call, origin } from "../../harness.ts";
import { resetAll } from "../account.ts";
import { fetchWorker } from "../configured.ts";
import { send } from "./people.ts";

afterEach(async () => {
	vi.useRealTimers();
	await resetAll();
});

describe("Slack", () => {
	/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
	const documented = {
		secret: "8f742231b10e8888abcd99yyyzzz85a5",
		timestamp: "1531420618",
		body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
		signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
	};
	const settings = {
		CHAT: {
			slack: {
				workspace: "T1DC2JH3J",
				channels: ["G8PSS9T3V"],
				secret: "SLACK_SIGNING_SECRET",
				users: { U2CERLKJA: { scopes: ["read"] } },
			},
		},
		// While the secret is rotated, both the new and the old one work.
		SLACK_SIGNING_SECRET: `the-next-signing-secret\n${documented.secret}`,
	};
	const sent = (signature: string) =>
		fetchWorker(
			new Request<unknown, IncomingRequestCfProperties>(`${origin}/chat/slack`, {
				method: "POST",
				headers: { "x-slack-request-timestamp": documented.timestamp, "x-slack-signature": signature },
				body: documented.body,
			}),
			settings,
		);

	it("accepts its documented request in time", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: Number(documented.timestamp) * 1000 });
		const answer = await sent(documented.signature);
		expect(answer.status).toBe(200);
		expect(await answer.json()).toMatchObject({
			response_type: "ephemeral",
			text: expect.stringContaining("/unbind history"),
		});
		expect((await sent(documented.signature.toUpperCase().replace("V0", "v0"))).status).toBe(200);
		for (const wrong of ["", "v0=", "v0=zz", documented.signature.slice(0, -2), documented.signature.replace("a", "b")])
			expect((await sent(wrong)).status).toBe(401);
	});

	it("refuses it years later", async () => {
		expect((await sent(documented.signature)).status).toBe(401);
	});

	it("answers its certificate check with an empty 200", async () => {
		const answer = await send("slack", signedBySlack("ssl_check=1&token=anything"));
		expect([answer.status, answer.text]).toEqual([200, ""]);
	});
});

describe("Discord", () => {
	const key = sandboxChat.CHAT.discord.public_key;
	const ping = () => signedByDiscord({ type: 1 });
	const forged: [string, (headers: Record<string, string>, body: string) => [Record<string, string>, string]][] = [
		["unchanged", (headers, body) => [headers, body]],
		["another body", (headers, body) => [headers, body.replace("1", "2")]],
		[
			"another time",
			(headers, body) => [{ ...headers, "x-signature-timestamp": String(Math.floor(Date.now() / 1000) + 7) }, body],
		],
		[
			"a flipped bit",
			(headers, body) => [{ ...headers, "x-signature-ed25519": flipped(headers["x-signature-ed25519"]) }, body],
		],
		[
			"half a signature",
			(headers, body) => [{ ...headers, "x-signature-ed25519": headers["x-signature-ed25519"]?.slice(64) ?? "" }, body],
		],
		["not hex", (headers, body) => [{ ...headers, "x-signature-ed25519": "z".repeat(128) }, body]],
		["zeros", (headers, body) => [{ ...headers, "x-signature-ed25519": "0".repeat(128) }, body]],
	];

	it("answers its PING with a PONG", async () => {
		const answer = await send("discord", ping());
		expect([answer.status, answer.json]).toEqual([200, { type: 1 }]);
	});

	it.each(forged)("accepts a signature only if Discord's own library does: %s", async (_, forge) => {
		const made = ping();
		const [headers, body] = forge(made.headers, made.body);
		const { "x-signature-ed25519": signature = "", "x-signature-timestamp": timestamp = "" } = headers;
		const taken = await verifyKey(body, signature, timestamp, key);
		const answer = await call("/chat/discord", { method: "POST", token: null, headers, body });
		expect(answer.status).toBe(taken ? 200 : 401);
	});

	it("refuses an old signature, although the library accepts it", async () => {
		expect((await send("discord", signedByDiscord({ type: 1 }, Date.now() - 301_000))).status).toBe(401);
	});
});

const flipped = (hex = ""): string => (hex.startsWith("0") ? "1" : "0") + hex.slice(1);
