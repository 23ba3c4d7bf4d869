// What the Cloudflare-compatible door refuses. The official SDKs look only at the status: they repeat a request, even a
// DELETE, after 408, 409, 429 and anything from 500. So a refusal never has one of these, and an answer that calls for
// another attempt does.
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Answer, call, cloudflare, deletes, ledger } from "../../harness.ts";
import {
	approver,
	bindingsPath,
	cdn25,
	countingInAMinute,
	newAddress,
	prefixes,
	resetAll,
	stopTheClock,
	v6Cdn48,
	v6Regional64,
	withoutPauses,
} from "../account.ts";
import { callConfigured, sha256 } from "../configured.ts";

afterEach(resetAll);

const path = bindingsPath(prefixes.amsterdam, cdn25);
const remove = (target = path, more: Parameters<typeof call>[1] = {}) => call(target, { method: "DELETE", ...more });
const isRepeated = (status: number) => status >= 500 || [408, 409, 429].includes(status);

/** Expects an error status that no SDK repeats, in Cloudflare's envelope. */
function expectFinal({ status, json }: Answer): void {
	expect(status).toBeGreaterThanOrEqual(400);
	expect(isRepeated(status)).toBe(false);
	expect(json).toMatchObject({ success: false, messages: [], result: null });
	expect(Object.keys(json).toSorted()).toEqual(["errors", "messages", "result", "success"]);
}

describe("a refusal", () => {
	const refused = (answer: Answer, status: number, code: number, message: string) => {
		expect(answer.status).toBe(status);
		expect(answer.headers.get("content-type")).toBe("application/json");
		expect(answer.json).toEqual({
			success: false,
			errors: [{ code, message: `${message} (request ${answer.headers.get("x-request-id")})` }],
			messages: [],
			result: null,
		});
	};

	it("names the guard and how to proceed", async () => {
		const answer = await call(bindingsPath(prefixes.v6, v6Cdn48), { method: "DELETE" });
		const message =
			"Some addresses would be left without a service. To delete it anyway, acknowledge leaves_no_service.";
		refused(answer, 403, 90403, `acknowledgement_required: ${message}`);
		expect(await deletes()).toEqual([]);
	});

	it("answers a request for another account", async () => {
		for (const [method, id] of [
			["GET", undefined],
			["GET", cdn25],
			["DELETE", cdn25],
		] as const) {
			const answer = await call(bindingsPath(prefixes.amsterdam, id, "f".repeat(32)), { method });
			refused(answer, 404, 90404, "binding_not_found: This unbind serves another account.");
		}
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("answers a request for a binding of another prefix", async () => {
		for (const method of ["GET", "DELETE"]) {
			const answer = await call(bindingsPath(prefixes.shop, cdn25), { method });
			refused(answer, 404, 90404, `binding_not_found: There is no binding ${cdn25}.`);
		}
		expect(await deletes()).toEqual([]);
	});

	it("answers a request for an unknown prefix", async () => {
		const answer = await call(bindingsPath("e".repeat(32)));
		refused(answer, 404, 90404, `binding_not_found: There is no prefix ${"e".repeat(32)}.`);
	});

	it.each([
		[
			"a prefix id",
			bindingsPath("203.0.113.0", cdn25),
			'"203.0.113.0" is not a prefix id. An id is 32 hex digits or a dashed UUID.',
		],
		[
			"a binding id",
			bindingsPath(prefixes.amsterdam, "edge-cdn"),
			'"edge-cdn" is not a binding id. An id is 32 hex digits or a dashed UUID.',
		],
		[
			"an encoded path upwards",
			bindingsPath(prefixes.amsterdam, "..%2f"),
			'"..%2f" is not a binding id. An id is 32 hex digits or a dashed UUID.',
		],
	])("answers a malformed id: %s", async (_, target, detail) => {
		for (const method of ["GET", "DELETE"])
			refused(await call(target, { method }), 422, 90422, `invalid_target: ${detail}`);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each([["/.."], ["/%2e%2e"], ["/"], ["/../.."]])(
		"a path upwards from the bindings never reaches Cloudflare: %s",
		async (way) => {
			const answer = await call(bindingsPath(prefixes.amsterdam) + way, { method: "DELETE" });
			expect([404, 405]).toContain(answer.status);
			expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90000 + answer.status }] });
			expect(await cloudflare.calls()).toEqual([]);
		},
	);

	it.each([
		["GET", bindingsPath(prefixes.amsterdam), "?page=2"],
		["GET", path, "?reason=x"],
		["DELETE", path, "?force=true"],
		["DELETE", path, "?__proto__=true"],
		["DELETE", path, "?reason="],
	])("answers an unknown or empty parameter: %s %s%s", async (method, target, query) => {
		const answer = await call(target + query, { method });
		expect(answer.status).toBe(400);
		expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90400 }], messages: [], result: null });
		expect(await cloudflare.calls()).toEqual([]);
	});
});

describe("unbind's own refusal has a code from 90000 and is not repeated:", () => {
	it.each<[string, number, () => Promise<Answer>]>([
		["no token", 90401, () => remove(path, { token: null })],
		["no scope", 90403, () => remove(path, { token: approver.token })],
		["a risk", 90403, () => remove(bindingsPath(prefixes.v6, v6Cdn48))],
		["a guard", 90403, () => remove(bindingsPath(prefixes.v6, v6Regional64))],
		["a stale plan", 90412, () => remove(path, { headers: { "if-match": '"stale"' } })],
		["a missing binding", 90404, () => remove(bindingsPath(prefixes.amsterdam, "d".repeat(32)))],
		["another account", 90404, () => remove(bindingsPath(prefixes.amsterdam, cdn25, "d".repeat(32)))],
		["an unknown parameter", 90400, () => remove(`${path}?x=1`)],
		["a malformed key", 90400, () => remove(path, { headers: { "idempotency-key": "a b" } })],
		["a malformed id", 90422, () => remove(bindingsPath(prefixes.amsterdam, "x"))],
		["an unsupported method", 90405, () => call(path, { method: "PATCH", json: {} })],
		["an unknown path", 90404, () => call("/client/v4/zones")],
	])("%s", async (_, code, act) => {
		const answer = await act();
		expectFinal(answer);
		expect(answer.json.errors).toEqual([
			{ code, message: expect.stringMatching(/^[a-z_]+: .+ \(request [0-9a-f-]{36}\)$/) },
		]);
		expect(await deletes()).toEqual([]);
	});

	it("a binding out of range", async () => {
		const TOKENS = JSON.stringify({ edge: { sha256: sha256("t"), scopes: ["delete"], ranges: ["10.0.0.0/8"] } });
		const headers = { authorization: "Bearer t" };
		const answer = await callConfigured({ TOKENS }, path, { method: "DELETE", headers });
		expectFinal(answer);
		expect(answer.json.errors).toMatchObject([{ code: 90403, message: expect.stringMatching(/^out_of_range: /) }]);
	});

	it("a key that was used for another request", async () => {
		const headers = { "idempotency-key": "k" };
		await remove(path, { headers });
		const answer = await remove(`${path}?reason=else`, { headers });
		expectFinal(answer);
		expect(answer.json.errors).toMatchObject([{ code: 90422 }]);
	});

	it("too many wrong tokens", countingInAMinute, async () => {
		const headers = { "cf-connecting-ip": newAddress() };
		for (let guess = 1; guess <= 20; guess++) await remove(path, { token: "guess", headers });
		const answer = await remove(path, { token: "guess", headers });
		expectFinal(answer);
		expect(answer.headers.get("retry-after")).toBe("60");
		expect(answer.json.errors).toMatchObject([{ code: 90429, message: expect.stringMatching(/^rate_limited: /) }]);
	});

	it("a credential that Cloudflare rejected", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "reject", status: 403 } });
		const answer = await remove();
		expectFinal(answer);
		expect(answer.json.errors).toMatchObject([
			{ code: 90502, message: expect.stringMatching(/^credential_rejected: /) },
		]);
	});
});

describe("Cloudflare's own error is passed on in full and is not repeated:", () => {
	const said = [
		{ code: 1234, message: "no", documentation_url: "https://x.example", source: { pointer: "/a" }, more: [1] },
	];
	it.each([
		[400, 400],
		[403, 403],
		[409, 424],
		[418, 418],
		[422, 422],
	])("%i is answered as %i", async (status, answered) => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "reject", status, errors: said } });
		const answer = await remove();
		expectFinal(answer);
		expect(answer.status).toBe(answered);
		expect(answer.json.errors).toEqual(said);
		expect(await deletes()).toHaveLength(1);
	});

	it("a prefix that was withdrawn too recently, which Cloudflare reports with 429", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "throttle", code: 1002 } });
		const answer = await remove();
		expectFinal(answer);
		expect(answer.json.errors).toMatchObject([{ code: 1002 }]);
	});

	it("a refusal that no SDK repeats still has Cloudflare's Retry-After", async () => {
		const body = {
			success: false,
			errors: [{ code: 1002, message: "Withdrawn too lately" }],
			messages: [],
			result: null,
		};
		const fault = { kind: "respond" as const, status: 429, body, headers: { "retry-after": "900" }, effect: false };
		await cloudflare.order({ method: "DELETE", fault });
		const answer = await remove();
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([424, "900"]);
		expect((await call(`/deletions/${answer.headers.get("unbind-deletion")}`)).json.cloudflare).toMatchObject({
			status: 429,
			retry_after_seconds: 900,
		});
	});

	it("every answer to a deletion names its record", async () => {
		const done = await remove();
		expect(done.status).toBe(200);
		const id = done.headers.get("unbind-deletion");
		expect((await call(`/deletions/${id}`)).json).toMatchObject({
			id,
			state: "deleted",
			actor: { door: "cloudflare" },
		});
		const refused = await call(bindingsPath(prefixes.v6, v6Cdn48), { method: "DELETE" });
		const refusal = refused.headers.get("unbind-deletion");
		expect((await call(`/deletions/${refusal}`)).json).toMatchObject({ id: refusal, state: "refused" });
	});

	it.each<[string, Record<string, string>, string]>([
		["no credential", {}, "Send Authorization: Bearer <token>, or X-Auth-Email: <name> with X-Auth-Key: <token>."],
		[
			"a wrong key",
			{ "x-auth-email": "sandbox", "x-auth-key": "unbind_sandboX" },
			"X-Auth-Key is not the token of the name in X-Auth-Email.",
		],
		["a key without a name", { "x-auth-key": "unbind_sandbox" }, "Send X-Auth-Email: <name> with X-Auth-Key: <token>."],
	])("the answer to %s says how to authenticate here", async (_, headers, message) => {
		const answer = await remove(path, { token: null, headers: { "cf-connecting-ip": newAddress(), ...headers } });
		expect(answer.status).toBe(401);
		expect(answer.json.errors[0].message).toContain(message);
	});

	/**
	 * Three DELETEs get no clear answer and the binding is still there a minute later, so the deletion settles as
	 * failed.
	 */
	it.each<[string, Parameters<typeof cloudflare.order>[0]["fault"]]>([
		["a server error", { kind: "reject", status: 500, errors: said }],
		["unavailable", { kind: "reject", status: 503, errors: said }],
		[
			"a success that is not one",
			{ kind: "respond", status: 200, body: { success: false, errors: said, messages: [] }, effect: false },
		],
		[
			"a redirect with errors",
			{ kind: "respond", status: 307, body: { success: false, errors: said, messages: [] }, effect: false },
		],
	])("%s, settled as a failure", async (_, fault) => {
		withoutPauses();
		const headers = { "idempotency-key": "sdk-1", prefer: "wait=1" };
		await cloudflare.order({ method: "DELETE", times: 3, fault });
		expect((await remove(path, { headers })).status).toBe(504);
		expect(await deletes()).toHaveLength(3);
		let nowMs = Date.now();
		vi.spyOn(Date, "now").mockImplementation(() => nowMs);
		// The last call, or a look that began before, may still be under way. Two minutes count from its end.
		await expect
			.poll(async () => {
				nowMs += 120_000;
				await runDurableObjectAlarm(ledger());
				return (await call("/deletions")).json.deletions[0].state;
			})
			.toBe("failed");
		const answer = await remove(path, { headers });
		expectFinal(answer);
		expect(await deletes()).toHaveLength(3);
	});
});

describe("an SDK repeats", () => {
	it("a look-up that Cloudflare did not answer", async () => {
		withoutPauses();
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		const answer = await remove();
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
		expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90503 }] });
		expect((await remove()).status).toBe(200);
	});

	it("an outcome that is not known yet", async () => {
		withoutPauses();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
		const asked = remove(path, { headers: { prefer: "wait=1" } });
		await expect.poll(deletes).toHaveLength(1);
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		stopTheClock();
		await cloudflare.drop();
		const answer = await asked;
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([504, "2"]);
		expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90504 }] });
		expect((await remove()).json).toEqual({ errors: [], messages: [], success: true });
		expect(await deletes()).toHaveLength(1);
	});
});
