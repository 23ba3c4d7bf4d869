// A fault of the configuration closes what needs the setting, says so, and closes nothing else.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { places, sandboxChat } from "../../sandbox/chat/settings.ts";
import { signedBySlack, slack } from "../../sandbox/chat/slack.ts";
import { sandboxSecrets, sandboxSenders } from "../../sandbox/senders.ts";
import type { Answer } from "../harness.ts";
import { cloudflare, deletes } from "../harness.ts";
import { bindingsPath, prefixes, resetAll } from "./account.ts";
import { callConfigured } from "./configured.ts";
import { signedIn, visitor } from "./page/visitor.ts";
import { headersOf, payloads, type SenderName } from "./webhooks/deliver.ts";

afterEach(resetAll);
afterEach(() => vi.restoreAllMocks());
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));

type Settings = Record<string, unknown>;
const operator = { authorization: "Bearer unbind_sandbox" };
const edge = "203.0.113.128/25";

const api = (settings: Settings, method: string, path: string, json?: unknown): Promise<Answer> =>
	callConfigured(settings, path, {
		method,
		headers: { ...operator, ...(json === undefined ? {} : { "content-type": "application/json" }) },
		...(json === undefined ? {} : { body: JSON.stringify(json) }),
	});

/** Signed as the sandbox's sender signs, whatever the settings say. */
const deliverTo = (settings: Settings, name: SenderName): Promise<Answer> => {
	const body = JSON.stringify(payloads[name]);
	return callConfigured(settings, `/webhooks/${name}`, { method: "POST", headers: headersOf(name, body), body });
};

const say = (settings: Settings, text: string): Promise<Answer> => {
	const { workspace, channel, people } = places.slack;
	const said = slack.command(text, { workspace, channel, userId: people.alice, userName: "alice" });
	return callConfigured(settings, "/chat/slack", { method: "POST", ...signedBySlack(said.body) });
};

/** What a closed door answers: in the public words of the problem. */
const closedFor = (setting: string) => ({
	status: 503,
	json: { code: "misconfigured", problems: [expect.objectContaining({ setting })] },
});

const statusOf = async (settings: Settings) => (await api(settings, "GET", "/status")).json;
const healthOf = async (settings: Settings) => {
	const { status, json } = await callConfigured(settings, "/health");
	return [status, json];
};

describe("a faulty sender", () => {
	const settings = { GITHUB_SECRET: "" };

	it("closes its own route, with a problem that names the setting", async () => {
		const answer = await deliverTo(settings, "github");
		expect(answer).toMatchObject(closedFor("WEBHOOKS"));
		expect(answer.json.detail).toBe(
			"A secret of WEBHOOKS: the secret is missing. Run: npx wrangler secret put <its name in WEBHOOKS>.",
		);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("closes no other door", async () => {
		expect((await deliverTo(settings, "inventory")).json.outcome).toBe("deleted");
		expect((await api(settings, "DELETE", "/bindings/203.0.113.0/26")).json.state).toBe("deleted");
		expect((await callConfigured(settings, bindingsPath(prefixes.shop), { headers: operator })).status).toBe(200);
		expect((await say(settings, "history")).status).toBe(200);
		expect((await (await signedIn("unbind_sandbox", settings)).get("/account")).status).toBe(200);
		expect((await callConfigured(settings, "/webhooks/nobody", { method: "POST" })).status).toBe(401);
	});

	it("is in /status for those who may read, and in /health by its setting, which stays green", async () => {
		const secret = { setting: "WEBHOOKS", problem: "A secret of WEBHOOKS: the secret is missing" };
		expect(await statusOf(settings)).toMatchObject({
			ok: true,
			problems: [],
			configuration: [{ ...secret, fix: expect.any(String), closes: ["webhooks/github"] }],
		});
		expect(await healthOf(settings)).toEqual([200, { ok: true, misconfigured: ["WEBHOOKS"] }]);
		expect(await healthOf({})).toEqual([200, { ok: true }]);
	});
});

describe("senders with one secret", () => {
	const { inventory, github } = sandboxSenders;
	const settings = { WEBHOOKS: { inventory, github, twin: github } };

	it("are both closed, so a message for one is not taken for the other", async () => {
		const body = JSON.stringify(payloads.github);
		const headers = headersOf("github", body);
		for (const name of ["github", "twin"])
			expect(await callConfigured(settings, `/webhooks/${name}`, { method: "POST", headers, body })).toMatchObject(
				closedFor("WEBHOOKS"),
			);
		expect((await deliverTo(settings, "inventory")).json.outcome).toBe("deleted");
		expect((await statusOf(settings)).configuration).toMatchObject([{ closes: ["webhooks/twin", "webhooks/github"] }]);
	});
});

describe("WEBHOOKS that is not a table", () => {
	it("are all closed, unknown ones too", async () => {
		const settings = { WEBHOOKS: "github" };
		for (const name of ["github", "nobody"])
			expect(await callConfigured(settings, `/webhooks/${name}`, { method: "POST" })).toMatchObject(
				closedFor("WEBHOOKS"),
			);
		expect((await api(settings, "DELETE", `/bindings/${edge}`)).json.state).toBe("deleted");
	});
});

describe("a faulty chat platform", () => {
	const settings = { CHAT: { ...sandboxChat.CHAT, slack: { ...sandboxChat.CHAT.slack, workspace: "example" } } };

	it("closes its own route, and no other door", async () => {
		const answer = await say(settings, "history");
		expect(answer).toMatchObject(closedFor("CHAT"));
		expect(answer.json.detail).toMatch(/^CHAT: must be a workspace's id, such as T0123ABCD\./);
		expect((await callConfigured(settings, "/chat/mattermost", { method: "POST" })).status).toBe(401);
		expect((await deliverTo(settings, "github")).json.outcome).toBe("deleted");
		expect((await api(settings, "DELETE", `/bindings/${edge}`)).json.state).toBe("deleted");
		expect((await statusOf(settings)).configuration).toMatchObject([{ setting: "CHAT", closes: ["chat/slack"] }]);
		expect(await healthOf(settings)).toEqual([200, { ok: true, misconfigured: ["CHAT"] }]);
	});
});

describe("a faulty ACCESS", () => {
	const settings = { ACCESS: { team: "example" } };

	it("closes the page, and lets nobody in by a token instead", async () => {
		const { cookie } = await signedIn();
		for (const stranger of [visitor("", settings), visitor(cookie, settings)]) {
			const shown = await stranger.get("/account");
			expect([shown.status, shown.text]).toEqual([503, expect.stringContaining("<b>ACCESS</b>")]);
			expect(shown.text).toContain("This page is not configured");
			expect((await stranger.post("/freeze-switch", { turn: "on", reason: "x" })).status).toBe(503);
			const signIn = await stranger.post("/sign-in", { token: "unbind_sandbox" });
			expect([signIn.status, signIn.headers.get("set-cookie")]).toEqual([503, null]);
		}
	});

	it("closes no other door", async () => {
		expect((await api(settings, "GET", "/freeze")).json.frozen).toBe(false);
		expect((await api(settings, "DELETE", `/bindings/${edge}`)).json.state).toBe("deleted");
		expect((await deliverTo(settings, "github")).json.outcome).toBe("deleted");
		expect(await healthOf(settings)).toEqual([200, { ok: true, misconfigured: ["ACCESS"] }]);
	});
});

describe("a faulty limit", () => {
	const settings = { GUARDS: { last_bindin: "refuse" } };
	const detail = /^GUARDS: unknown name; did you mean last_binding\? Fix GUARDS under/;

	it("closes deletions at every door, and records nothing", async () => {
		const github = await deliverTo(settings, "github");
		expect([github.status, github.headers.get("retry-after"), github.json]).toMatchObject([
			503,
			"10",
			{ outcome: "failed", deletions: [{ id: null, failure: { code: "misconfigured" } }] },
		]);
		const dryRun = await deliverTo(settings, "script");
		expect([dryRun.status, dryRun.json.deletions[0].failure.code]).toEqual([503, "misconfigured"]);
		expect((await say(settings, `delete ${edge} INC-1`)).text).toContain("GUARDS: unknown name");
		const viewer = await signedIn("unbind_sandbox", settings);
		const shown = await viewer.get(`/account/${edge}`);
		expect([shown.status, shown.text]).toEqual([503, expect.stringContaining("did you mean last_binding")]);
		expect((await api(settings, "DELETE", `/bindings/${edge}`)).json.detail).toMatch(detail);
		expect((await api({}, "GET", "/deletions")).json.deletions).toEqual([]);
		expect(await deletes()).toEqual([]);
	});

	it("leaves restoration, freeze and cancellation open", async () => {
		const { id } = (await api({}, "DELETE", `/bindings/${edge}`)).json;
		expect((await api(settings, "POST", `/deletions/${id}/restoration`)).json.state).toBe("restored");
		expect((await api(settings, "PUT", "/freeze", { reason: "INC-1" })).status).toBe(200);
		expect((await api(settings, "DELETE", "/freeze")).status).toBe(200);
		const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
		const later = (await api({}, "DELETE", `/bindings/203.0.113.0/26?not_before=${inAnHour}`)).json.id;
		expect((await api(settings, "POST", `/deletions/${later}/cancellation`)).json.state).toBe("cancelled");
	});
});

it("names no secret that a sender's or a platform's faulty settings hold", async () => {
	const settings = {
		WEBHOOKS: { ...sandboxSenders, github: { ...sandboxSenders.github, secret: sandboxSecrets.GITHUB_SECRET } },
		CHAT: { ...sandboxChat.CHAT, slack: { ...sandboxChat.CHAT.slack, secret: "sandbox-slack-signing-secret" } },
	};
	const answers = await Promise.all([
		deliverTo(settings, "github"),
		say(settings, "history"),
		api(settings, "GET", "/status"),
		callConfigured(settings, "/health"),
	]);
	expect(answers.map(({ status }) => status)).toEqual([503, 503, 200, 200]);
	for (const { text } of answers) expect(text).not.toMatch(/sandbox-secret|Secret to Everybody|signing-secret/);
});
