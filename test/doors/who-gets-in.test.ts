// Who gets in where: each scope at each route of each door, and ranges on every door, for requests and for decisions. A
// token, a sender or a user has no other limits than these and the guards.
import { afterEach, describe, expect, it } from "vitest";
import { played } from "../../sandbox/chat/platforms.ts";
import { places, sandboxChat } from "../../sandbox/chat/settings.ts";
import { type Scope, scopes } from "../../src/deletion/record/actor.ts";
import { router } from "../../src/routes.ts";
import { type Answer, call, deletes, origin } from "../harness.ts";
import { bindingsPath, cdn25, documentedCaller, prefixes, prefixesPath, resetAll } from "./account.ts";
import { callConfigured, fetchWorker, sha256 } from "./configured.ts";
import { hiddenIn, signedIn } from "./page/visitor.ts";
import { deliver, payloads, senderWith } from "./webhooks/deliver.ts";

afterEach(resetAll);

const target = "203.0.113.128/25";
const nobody = "7zzzzzzzzzzzzzzzzzzzzzzzzz";

/** One holder per scope, with the scope as name and token, all with these ranges. */
const holders = (ranges?: string[]) => ({
	TOKENS: JSON.stringify(
		Object.fromEntries(scopes.map((scope) => [scope, { sha256: sha256(scope), scopes: [scope], ranges }])),
	),
});

/** A deletion that waits for approval. */
async function pending(): Promise<string> {
	const options = { method: "DELETE", token: documentedCaller.token };
	return (await call("/bindings/198.51.100.0/24?acknowledge=leaves_no_service", options)).json.id;
}

/** A Slack user with this one scope and these ranges. */
async function slack(scope: Scope, text: string, ranges = ["0.0.0.0/0"]): Promise<string> {
	const users = Object.fromEntries(scopes.map((one, index) => [`U0${index}ABC`, { name: one, scopes: [one], ranges }]));
	const settings = { ...sandboxChat, CHAT: { slack: { ...sandboxChat.CHAT.slack, users } } };
	const { workspace, channel } = places.slack;
	const from = { workspace, channel, userId: `U0${scopes.indexOf(scope)}ABC`, userName: "x" };
	const { headers, body } = played.slack.command(text, from);
	const request = new Request<unknown, IncomingRequestCfProperties>(`${origin}/chat/slack`, {
		method: "POST",
		headers,
		body,
	});
	const response = await fetchWorker(request, settings);
	return played.slack.answered(await response.text(), "command")?.text ?? "";
}

describe("each scope gives access to its own routes and no others:", () => {
	const routes: [string, string, Scope, object?][] = [
		["GET", "/bindings", "read"],
		["GET", "/bindings?at=2026-01-01T00:00:00Z", "read"],
		["GET", "/bindings/changes", "read"],
		["GET", `/bindings/${target}`, "read"],
		["GET", "/deletions", "read"],
		["GET", `/deletions/${nobody}`, "read"],
		["GET", "/notifications", "read"],
		["POST", "/notifications", "freeze", { destination: "nobody" }],
		["POST", `/notifications/${nobody}/redelivery`, "freeze"],
		["GET", "/freeze", "read"],
		["GET", prefixesPath, "read"],
		["GET", `${prefixesPath}/${prefixes.shop}`, "read"],
		["GET", bindingsPath(prefixes.shop), "read"],
		["GET", bindingsPath(prefixes.shop, cdn25), "read"],
		["DELETE", "/bindings/192.0.2.0/24", "delete"],
		["DELETE", bindingsPath(prefixes.shop, cdn25), "delete"],
		["POST", "/deletions", "delete", { target: "192.0.2.0/24" }],
		["POST", "/deletions", "delete", { target, dry_run: true }],
		["POST", `/deletions/${nobody}/cancellation`, "delete"],
		["POST", `/deletions/${nobody}/resolution`, "approve"],
		["POST", `/deletions/${nobody}/approval`, "approve", { decision: "approve" }],
		["POST", `/deletions/${nobody}/restoration`, "restore"],
		["POST", "/restorations", "restore", { deletions: [nobody] }],
		["GET", `/restorations/${nobody}`, "read"],
		["GET", "/mass-deletions", "read"],
		["GET", "/mass-deletions/mlv6x2p0", "read"],
		["PUT", "/freeze", "freeze", { reason: "x" }],
		["DELETE", "/freeze", "freeze"],
	];
	const codeOf = ({ json }: Answer): string => json?.code ?? json?.errors?.[0]?.message.split(":")[0] ?? "";
	it("the list covers every route that takes a token", () => {
		const untested = router.routes.filter(
			([method, path, , written = ""]) =>
				/^\/(?:bindings|deletions|restorations|mass-deletions|notifications|freeze|client)(?:\/|$)/.test(written) &&
				!routes.some(([tested, to]) => tested === method && path.test(to)),
		);
		expect(untested.map(([method, , , written]) => `${method} ${written}`)).toEqual([]);
	});

	it("on the API and on Cloudflare's door", async () => {
		for (const [method, path, needed, json] of routes) {
			const body = json === undefined ? {} : { body: JSON.stringify(json) };
			for (const token of [...scopes, "nobody's", null]) {
				const headers = {
					"content-type": "application/json",
					"cf-connecting-ip": path,
					...(token === null ? {} : { authorization: `Bearer ${token}` }),
				};
				const answer = await callConfigured(holders(), path, { method, headers, ...body });
				const what = `${method} ${path} as ${token}`;
				if (token === needed) {
					expect([401, 403], what).not.toContain(answer.status);
				} else {
					const isKnown = scopes.some((scope) => scope === token);
					const [status, code] = isKnown ? [403, "scope_missing"] : [401, "unauthorized"];
					expect([answer.status, codeOf(answer)], what).toEqual([status, code]);
				}
			}
		}
		expect(await deletes()).toEqual([]);
	});

	it("on the page, in chat and for webhooks", async () => {
		const id = await pending();
		const forms: [string, Scope, Record<string, string>][] = [
			[`/account/${target}`, "delete", { key: crypto.randomUUID(), if_match: "0" }],
			[`/records/${id}/approve`, "approve", {}],
			[`/records/${id}/reject`, "approve", {}],
			[`/records/${id}/cancel`, "delete", {}],
			[`/records/${id}/restore`, "restore", {}],
			["/freeze-switch", "freeze", { turn: "on", reason: "x" }],
		];
		const commands: [string, Scope][] = [
			[target, "read"],
			["history", "read"],
			[`show ${id}`, "read"],
			[`approve ${id}`, "approve"],
			[`reject ${id}`, "approve"],
			[`cancel ${id}`, "delete"],
			[`restore ${id}`, "restore"],
			["freeze x", "freeze"],
			["unfreeze", "freeze"],
		];
		for (const scope of scopes) {
			const viewer = await signedIn(scope, holders());
			for (const path of ["/", "/account", `/account/${target}`, `/records/${id}`, "/export.csv", "/export.ndjson"])
				expect((await viewer.get(path)).status, `${path} as ${scope}`).toBe(scope === "read" ? 200 : 403);
			const { form_token = "" } = hiddenIn((await viewer.get("/")).text, "/sign-out");
			for (const [path, , fields] of forms.filter(([, needed]) => needed !== scope)) {
				const { status, location, text } = await viewer.post(path, { ...fields, form_token });
				// A deletion that is requested without the scope is on record like any other.
				const isRecorded = path.startsWith("/account/");
				expect([status, isRecorded ? location : text], `${path} as ${scope}`).toEqual(
					isRecorded ? [303, expect.stringMatching(/^\/records\//)] : [403, expect.stringContaining("lacks the scope")],
				);
			}
			for (const [text] of commands.filter(([, needed]) => needed !== scope))
				expect(await slack(scope, text), `${text} as ${scope}`).toContain("lacks the scope");
			if (scope === "delete") continue;
			const settings = senderWith("github", { scopes: [scope] });
			const { json } = await deliver("github", { ...payloads.github, scope }, { settings });
			expect(json.deletions[0].failure.code).toBe("scope_missing");
		}
		expect(await deletes()).toEqual([]);
		expect((await call(`/deletions/${id}`)).json.state).toBe("pending_approval");
		expect((await call("/freeze")).json.frozen).toBe(false);
	});
});

it("ranges apply on every door, to requests and to decisions", async () => {
	const ranges = ["192.0.2.0/24"];
	const id = await pending();
	const settings = holders(ranges);
	const as = (scope: Scope, path: string, method: string, json?: object) => {
		const headers = { authorization: `Bearer ${scope}`, "content-type": "application/json" };
		return callConfigured(settings, path, { method, headers, ...(json ? { body: JSON.stringify(json) } : {}) });
	};
	const codes = async (answers: Promise<Answer>[]) =>
		(await Promise.all(answers)).map(({ json }) => json.code ?? json.errors?.[0]?.message.split(":")[0]);
	expect(
		await codes([
			as("delete", `/bindings/${target}`, "DELETE"),
			as("delete", "/deletions", "POST", { target }),
			as("delete", bindingsPath(prefixes.amsterdam, cdn25), "DELETE"),
			as("delete", `/deletions/${id}/cancellation`, "POST"),
			as("approve", `/deletions/${id}/approval`, "POST", { decision: "approve" }),
			as("restore", `/deletions/${id}/restoration`, "POST"),
		]),
	).toEqual(Array(6).fill("out_of_range"));

	const sent = await deliver("github", payloads.github, { settings: senderWith("github", { ranges }) });
	expect(sent.json.deletions[0].failure.code).toBe("out_of_range");
	expect(await slack("read", target, ranges)).toContain("outside the ranges you may delete in");
	for (const [scope, verb] of [
		["approve", "approve"],
		["delete", "cancel"],
		["restore", "restore"],
	] as const) {
		expect(await slack(scope, `${verb} ${id}`, ranges)).toContain("outside the ranges you may act in");
		const viewer = await signedIn(scope, settings);
		const { form_token = "" } = hiddenIn((await viewer.get("/")).text, "/sign-out");
		const { status, text } = await viewer.post(`/records/${id}/${verb}`, { form_token });
		expect([status, text]).toEqual([403, expect.stringContaining("outside the ranges you may act in")]);
	}
	expect(await deletes()).toEqual([]);
	expect((await call(`/deletions/${id}`)).json.state).toBe("pending_approval");
});
