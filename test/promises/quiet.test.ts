// Promise 8. Quiet: no secret ever appears in a log, a record, a response or an error.

import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { played } from "../../sandbox/chat/platforms.ts";
import { mattermostToken, slackSigningSecret } from "../../sandbox/chat/settings.ts";
import { sandboxApiToken } from "../../sandbox/imitation/credentials.ts";
import { sandboxSecrets } from "../../sandbox/senders.ts";
import type { Env } from "../../src/config.ts";
import worker, { type Ledger } from "../../src/index.ts";
import { platformNames, senderOf } from "../doors/chat/people.ts";
import { hiddenIn, signedIn } from "../doors/page/visitor.ts";
import { headersOf, payloads, type SenderName } from "../doors/webhooks/deliver.ts";
import { call, cloudflare, HISTORY, ledger, origin } from "../harness.ts";
import { hook, listen, notify, signingKey, slack } from "../notify/receivers.ts";

const secrets = [
	sandboxApiToken,
	"unbind_sandbox_approver",
	"sandbox-ownership-validation-token",
	"wrong-token-of-a-caller",
];
let seen: string[] = [];

beforeEach(() => {
	seen = [];
	for (const method of ["log", "info", "warn", "error", "debug"] as const) {
		vi.spyOn(console, method).mockImplementation((...values) => void seen.push(values.map(String).join(" ")));
	}
});
afterEach(async () => {
	vi.restoreAllMocks();
	await cloudflare.reset();
	await reset();
});

/** Calls unbind and keeps everything it answers. */
async function heard(path: string, options: Parameters<typeof call>[1] = {}) {
	const answer = await call(path, options);
	seen.push(answer.text, JSON.stringify([...answer.headers]));
	return answer;
}

/** Everything answered and logged so far, and everything in the Ledger and in KV. */
async function allThatIsKept(): Promise<string> {
	const rows = await runInDurableObject<Ledger, string>(ledger(), (_, { storage }) =>
		["deletions", "claims", "flags", "freezes", "outcomes", "deliveries", "destinations", "offers"]
			.map((table) => JSON.stringify(storage.sql.exec(`SELECT * FROM ${table}`).toArray()))
			.join("\n"),
	);
	const { keys } = await HISTORY.list();
	const kept = await Promise.all(keys.map(({ name }) => HISTORY.get(name)));
	return [...seen, rows, JSON.stringify(keys), ...kept].join("\n");
}

describe("quiet", () => {
	it("leaks nothing on any path, however Cloudflare misbehaves", async () => {
		const echo = {
			success: false,
			errors: [{ code: 1000, message: `you sent Bearer ${sandboxApiToken}` }],
			messages: [],
			result: null,
		};
		const faults = [
			{ kind: "respond", status: 400, body: echo },
			{ kind: "respond", status: 403, body: { ...echo, errors: [{ code: 10000, message: sandboxApiToken }] } },
			{ kind: "respond", status: 200, body: `<html>${sandboxApiToken}</html>` },
			{ kind: "respond", status: 500, body: sandboxApiToken },
			{ kind: "drop_before" },
			{ kind: "drop_after" },
		] as const;
		for (const method of ["GET", "DELETE"] as const) {
			for (const fault of faults) {
				await cloudflare.order({ method, times: method === "GET" ? 3 : 1, fault });
				await heard("/bindings/203.0.113.0/26?reason=quiet", { method: "DELETE", token: "unbind_sandbox" });
				await cloudflare.reset();
			}
		}
		await heard("/bindings");
		await heard("/bindings/203.0.113.128/25");
		await heard("/bindings", { token: "wrong-token-of-a-caller" });
		await heard("/bindings/198.51.100.0/24", { method: "DELETE", token: "unbind_sandbox_approver" });
		await heard(
			"/client/v4/accounts/258def64c72dae45f3e4c8516e2111f2/addressing/prefixes/2af39739cc4e3b5910c918468bb89828/bindings",
			{ token: null, headers: { "x-auth-email": "a@example.com", "x-auth-key": "wrong-token-of-a-caller" } },
		);
		await heard("/deletions");

		const everything = await allThatIsKept();
		expect(everything).toContain("[redacted]");
		expect(seen.length).toBeGreaterThan(40);
		for (const secret of secrets) expect(everything).not.toContain(secret);
	});

	it("leaks no secret of a sender, a chat or a session, whether it is presented rightly or wrongly", async () => {
		const own = [
			...Object.values(sandboxSecrets).flatMap((lines) => lines.split("\n")),
			slackSigningSecret,
			mattermostToken,
		];
		for (const name of Object.keys(payloads) as SenderName[]) {
			const { method, headers, body } = { method: "POST", headers: headersOf(name, "{}"), body: "{}" };
			await heard(`/webhooks/${name}`, { method, token: null, headers, body });
			await heard(`/webhooks/${name}`, { method, token: null, headers: headersOf(name, "[]"), body });
			await heard("/webhooks/nobody", { method, token: null, headers, body });
			await heard(`/webhooks/${name}?x=1`, {
				method,
				token: null,
				headers: { ...headers, authorization: own[0] ?? "" },
				body,
			});
			const real = JSON.stringify(payloads[name]);
			await heard(`/webhooks/${name}`, { method, token: null, headers: headersOf(name, real), body: real });
		}
		for (const platform of platformNames) {
			const { headers, body } = played[platform].command("everything", senderOf(platform, "alice"));
			own.push(
				...(body.match(/(?<="token":")[^"]+/) ?? []),
				decodeURIComponent(/response_url=([^&]+)/.exec(body)?.[1] ?? ""),
			);
			await heard(`/chat/${platform}`, { method: "POST", token: null, headers, body });
			await heard(`/chat/${platform}`, { method: "POST", token: null, headers, body: `${body}x` });
			await heard("/chat/teams", { method: "POST", token: null, headers, body });
		}
		const viewer = await signedIn();
		const { form_token = "" } = hiddenIn((await viewer.get("/")).text, "/sign-out");
		own.push(viewer.cookie.slice(viewer.cookie.indexOf("=") + 1), form_token);
		const { cookie } = viewer;
		await heard("/export.csv", { token: null, headers: { cookie } });
		await heard("/account", { token: null, headers: { cookie: `${cookie}x` } });
		await viewer.post("/account/edge-cdn", { form_token, reason: "quiet", key: crypto.randomUUID(), if_match: "0" });
		await viewer.post("/freeze-switch", { form_token: `${form_token}x`, turn: "on" });

		const presented = own.filter((secret) => secret !== "");
		expect(new Set(presented).size).toBe(17);
		const everything = await allThatIsKept();
		for (const secret of presented) expect(everything).not.toContain(secret);
	});

	it("leaks no address, key or token of a destination, whatever the destination answers", async () => {
		const [slackPath, grafanaToken, routingKey] = [
			"T0SECRET/B0SECRET/slack-webhook-path",
			"glsa_secret-token-of-grafana",
			"0123456789abcdef0123456789abcdef",
		];
		const secretOnes = {
			HOOK_KEY: signingKey,
			SLACK_URL: `https://slack.example.net/services/${slackPath}`,
			GRAFANA_TOKEN: grafanaToken,
			PAGER_KEY: routingKey,
		};
		const own = [signingKey.slice(6), slackPath, grafanaToken, routingKey];
		const echo = own
			.flatMap((one) => [
				one,
				encodeURIComponent(one),
				btoa(one),
				one.replace(/./g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`),
			])
			.join(" ");
		const NOTIFY = {
			hook: hook("hook"),
			slack: slack(),
			grafana: { to: "grafana", url: "https://grafana.example.net", secret: "GRAFANA_TOKEN", events: ["*"] },
			pager: { to: "pagerduty", url: "https://pager.example.net", secret: "PAGER_KEY", events: ["*"] },
			broken: slack({ secret: "BROKEN_URL" }),
		};
		const receivers = listen();
		const broken = { BROKEN_URL: `http://slack.example.net/services/${slackPath}` };
		for (const status of [200, 302, 400, 404, 500, 410]) {
			for (const host of ["hook", "slack", "grafana", "pager"])
				receivers.answers.set(
					host,
					() =>
						new Response(echo, {
							status,
							headers: { location: `https://x.example.net/${slackPath}`, "retry-after": slackPath },
						}),
				);
			await notify(NOTIFY, { ...secretOnes, ...broken, changed: status });
			for (const destination of Object.keys(NOTIFY))
				await heard("/notifications", { method: "POST", json: { destination } });
		}
		receivers.answers.set("hook", () => {
			throw new Error(`could not reach ${secretOnes.SLACK_URL}`);
		});
		await notify({ hook: hook("hook", { events: ["test"] }) }, secretOnes);
		await heard("/notifications", { method: "POST", json: { destination: "hook" } });
		for (const path of ["/notifications", "/notifications?state=undelivered", "/status", "/health"]) await heard(path);
		const viewer = await signedIn();
		await heard("/account/notifications", { token: null, headers: { cookie: viewer.cookie } });
		expect(receivers.arrived.length).toBeGreaterThan(10);
		const everything = await allThatIsKept();
		for (const secret of own)
			for (const form of [secret, btoa(secret), encodeURIComponent(secret)]) expect(everything).not.toContain(form);
	});

	it("answers an exception with its request id alone, and does not log its message", async () => {
		vi.spyOn((env as unknown as Env).FAILED_AUTHENTICATION, "limit").mockImplementation(() => {
			throw new Error(`a platform error that quotes ${sandboxApiToken}`);
		});
		const answer = await heard("/deletions", { token: "wrong" });
		expect(answer.status).toBe(500);
		expect(answer.json).toEqual({
			type: "urn:unbind:internal",
			title: "Something went wrong in unbind",
			status: 500,
			detail: "unbind failed. Look in its log for this request id.",
			code: "internal",
			request_id: answer.headers.get("x-request-id"),
		});
		const logged = seen.find((line) => line.includes("request_failed"));
		expect(logged).toContain(answer.json.request_id);
		expect(seen.join("\n")).not.toContain(sandboxApiToken);
	});

	it("quotes no secret in a configuration problem", async () => {
		const broken = {
			...env,
			CLOUDFLARE_API_TOKEN: "tok en with spaces 0123456789",
			TOKENS: '{"ci":{"sha256":"my-plain-token"}}',
		};
		const response = await worker.fetch(new Request(`${origin}/bindings`) as never, broken as never);
		const text = `${await response.text()}\n${seen.join("\n")}`;
		expect(response.status).toBe(503);
		expect(text).not.toContain("0123456789");
		expect(text).not.toContain("my-plain-token");
	});
});
