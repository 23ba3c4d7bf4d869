import { afterEach, describe, expect, it, vi } from "vitest";
import { accountId } from "../../../sandbox/imitation/account.ts";
import { sandboxApiKey, sandboxApiToken, sandboxEmail } from "../../../sandbox/imitation/credentials.ts";
import type { OrderInput } from "../../../sandbox/imitation/faults.ts";
import { type Credential, send } from "../../../src/adapters/cloudflare/send.ts";
import { cloudflare } from "../../harness.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await cloudflare.reset();
});

const path = `/accounts/${accountId}/addressing/prefixes`;
const token: Credential = { apiToken: sandboxApiToken };
const key: Credential = { email: sandboxEmail, apiKey: sandboxApiKey };
const asked = (credential: Credential = token, timeoutMs = 5000) =>
	send({ method: "GET", path }, { credential, timeoutMs, now: Date.now });

describe("send", () => {
	it("returns the answer unchanged", async () => {
		await cloudflare.order({
			fault: { kind: "respond", status: 418, body: "short and stout", headers: { "x-a": "b" } },
		});
		const sent = await asked();
		expect(sent).toMatchObject({ status: 418, text: "short and stout" });
		expect(sent.headers.get("x-a")).toBe("b");
		expect(sent.durationMs).toBeGreaterThanOrEqual(0);
	});

	it.each<[string, Credential, string]>([
		["an API token", token, "token"],
		["an email and a key", key, "key"],
	])("authenticates with %s, by exactly one scheme", async (_, credential, scheme) => {
		expect(await asked(credential)).toMatchObject({ status: 200 });
		expect(await cloudflare.log()).toMatchObject([{ method: "GET", path: `/client/v4${path}`, auth: scheme }]);
	});

	it.each([
		["an API token", token, { authorization: `Bearer ${sandboxApiToken}` }],
		["an email and a key", key, { "x-auth-email": sandboxEmail, "x-auth-key": sandboxApiKey }],
	])("sends with %s only the accept and user-agent headers", async (_, credential, headers) => {
		const fetched = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response("{}"));
		await asked(credential);
		expect(fetched).toHaveBeenCalledExactlyOnceWith(`https://api.cloudflare.com/client/v4${path}`, {
			method: "GET",
			headers: { accept: "application/json", "user-agent": "unbind", ...headers },
			redirect: "manual",
			signal: expect.any(AbortSignal),
		});
	});

	it.each<[string, OrderInput["fault"]]>([
		["before the answer", { kind: "drop_before" }],
		["after the call took effect", { kind: "drop_after" }],
		["in the middle of the answer", { kind: "drop_mid_body" }],
	])("reports no answer if the connection breaks %s", async (_, fault) => {
		await cloudflare.order({ fault });
		expect(await asked()).toMatchObject({ status: null, text: "the connection broke" });
	});

	it.each<[string, OrderInput["fault"]]>([
		["at all", { kind: "hang_before" }],
		["in whole", { kind: "hang_mid_body" }],
	])("stops waiting at its time limit for an answer that does not arrive %s", async (_, fault) => {
		await cloudflare.order({ fault });
		expect(await asked(token, 50)).toMatchObject({ status: null, text: "no answer within 50 ms" });
	});

	it("sends a call once, whatever the outcome", async () => {
		await cloudflare.order({ fault: { kind: "drop_before" } });
		await asked();
		expect(await cloudflare.log()).toHaveLength(1);
	});

	it("follows no redirect", async () => {
		await cloudflare.order({ fault: { kind: "redirect" } });
		expect(await asked()).toMatchObject({ status: 302 });
		expect(await cloudflare.log()).toHaveLength(1);
	});

	it("does not read an answer larger than 16 MiB", async () => {
		await cloudflare.order({ fault: { kind: "huge", bytes: 17 * 1024 * 1024 } });
		expect(await asked()).toMatchObject({ status: null, text: "the answer was larger than 16777216 bytes" });
	});

	it("keeps nothing of an exception, which could quote the request", async () => {
		vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError(`bad header: Bearer ${sandboxApiToken}`));
		const sent = await asked();
		expect(sent).toMatchObject({ status: null, text: "the connection broke" });
		expect(JSON.stringify(sent)).not.toContain(sandboxApiToken);
	});

	it("measures time by the given clock", async () => {
		const times = [1000, 1250];
		const sent = await send(
			{ method: "GET", path },
			{ credential: token, timeoutMs: 5000, now: () => times.shift() ?? 0 },
		);
		expect(sent.durationMs).toBe(250);
	});
});
