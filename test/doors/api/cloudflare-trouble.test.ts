// What the caller gets when Cloudflare's API refuses, cannot be used, or breaks off.
import { afterEach, describe, expect, it } from "vitest";
import { sandboxApiToken } from "../../../sandbox/imitation/credentials.ts";
import { guardNames } from "../../../src/deletion/record/verdict.ts";
import { call, cloudflare, deletes } from "../../harness.ts";
import { approver, bindingsPath, cdn25, prefixes, resetAll, withoutPauses } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const path = "/bindings/203.0.113.128/25";
const deleteIt = () => call(path, { method: "DELETE" });
const record = async (id: string) => (await call(`/deletions/${id}`)).json;
const passes = guardNames.map((guard) => ({ guard, verdict: "pass" }));
const health = async () => {
	const { status, json } = await call("/health", { token: null });
	return [status, json];
};

const said = {
	code: 1234,
	message: "the binding is locked",
	documentation_url: "https://developers.cloudflare.com/byoip",
	source: { pointer: "/binding" },
	more: ["than", "known"],
};
/** Cloudflare's answer as problems and records show it. */
const answered = (status: number, errors: object[]) => ({
	status,
	success: false,
	errors,
	messages: [],
	ray: expect.stringMatching(/-AMS$/),
	duration_ms: expect.any(Number),
});

describe("cloudflare_refused", () => {
	const title = "Cloudflare refused the request";

	it.each([[400], [403], [409], [418], [422]])(
		"a DELETE answered %i shows Cloudflare's errors in full",
		async (status) => {
			await cloudflare.order({ method: "DELETE", fault: { kind: "reject", status, errors: [said] } });
			const answer = await deleteIt();
			const { deletion_id } = answer.json;
			const detail = "Cloudflare refused the deletion. The binding is still there.";
			const evidence = { guards: passes, cloudflare: { ...answered(status, [said]), attempts: 1 } };
			expectProblem(answer, { status: 502, code: "cloudflare_refused", title, detail, ...evidence, deletion_id });
			expect(await record(deletion_id)).toMatchObject({
				state: "failed",
				failure: { code: "cloudflare_refused", detail },
				...evidence,
			});
			expect(await deletes()).toHaveLength(1);
			expect((await deleteIt()).status).toBe(200);
		},
	);

	it("is the answer to a refused look-up, for a deletion and for a plan", async () => {
		await cloudflare.order({ method: "GET", times: 2, fault: { kind: "reject", status: 422, errors: [said] } });
		const detail = "Cloudflare refused the look-up. Nothing was changed.";
		const plan = await call(path);
		const problem = { status: 502, code: "cloudflare_refused", title, detail };
		expectProblem(plan, { ...problem, cloudflare: answered(422, [said]) });
		const answer = await deleteIt();
		const { deletion_id } = answer.json;
		expectProblem(answer, { ...problem, cloudflare: { ...answered(422, [said]), attempts: 0 }, deletion_id });
		expect(await record(deletion_id)).toMatchObject({ state: "failed", binding: null });
		expect(await deletes()).toEqual([]);
	});
});

describe("credential_rejected", () => {
	const title = "Cloudflare rejected unbind's credential";
	const detail =
		"Cloudflare rejected unbind's own credential, not yours. Ask unbind's operator to check the Worker's secret and its permission (IP Prefixes: Edit).";
	const errors = [{ code: 10000, message: "Authentication error" }];
	const reject = { kind: "reject", status: 403 } as const;

	it("a rejected look-up is the operator's to fix, and /health is red until Cloudflare accepts the credential", async () => {
		expect(await health()).toEqual([200, { ok: true }]);
		await cloudflare.order({ method: "GET", fault: reject });
		const answer = await call("/bindings");
		const cloudflares = answered(403, errors);
		expectProblem(answer, { status: 502, code: "credential_rejected", title, detail, cloudflare: cloudflares });
		expect(await health()).toEqual([503, { ok: false }]);
		expect((await call("/bindings")).status).toBe(200);
		expect(await health()).toEqual([200, { ok: true }]);
	});

	it("a rejected DELETE is on record and turns /health red", async () => {
		await cloudflare.order({ method: "DELETE", fault: reject });
		const answer = await deleteIt();
		const { deletion_id } = answer.json;
		const evidence = { guards: passes, cloudflare: { ...answered(403, errors), attempts: 1 } };
		expectProblem(answer, { status: 502, code: "credential_rejected", title, detail, ...evidence, deletion_id });
		expect(await record(deletion_id)).toMatchObject({ state: "failed", failure: { code: "credential_rejected" } });
		expect(await health()).toEqual([503, { ok: false }]);
		expect((await deleteIt()).status).toBe(200);
		expect(await health()).toEqual([200, { ok: true }]);
	});

	it.each([
		["a malformed credential", 400, 6003],
		["a missing credential", 400, 9106],
		["an unknown credential", 403, 9109],
		["a credential whose scheme does not allow this", 403, 10405],
		["any 401", 401, 1],
	])("is the answer to %s", async (_, status, code) => {
		await cloudflare.order({ fault: { kind: "reject", status, errors: [{ code, message: "no" }] } });
		expect((await call(path)).json).toMatchObject({ code: "credential_rejected", status: 502 });
		expect((await health())[0]).toBe(503);
	});
});

describe("cloudflare_unavailable", () => {
	const title = "Cloudflare's API is unavailable";

	it("a look-up without a usable answer gives 503 and Retry-After, and sends nothing", async () => {
		withoutPauses();
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		const answer = await deleteIt();
		const { deletion_id, cloudflare: told } = answer.json;
		const detail = "Cloudflare gave no usable answer to the look-up. Nothing was changed.";
		const problem = { status: 503, code: "cloudflare_unavailable", title, detail };
		expectProblem(answer, { ...problem, cloudflare: told, deletion_id }, { "retry-after": "5" });
		expect(told).toMatchObject({ status: 502, attempts: 0, unreadable: expect.stringContaining("<") });
		expect(await record(deletion_id)).toMatchObject({ state: "failed", failure: { code: "cloudflare_unavailable" } });
		expect(await deletes()).toEqual([]);
		expect((await deleteIt()).status).toBe(200);
	});

	it("passes on Cloudflare's Retry-After when the rate limit is used up, and sends nothing until then", async () => {
		await cloudflare.order({ method: "GET", fault: { kind: "throttle", retry_after: 30 } });
		const detail = "Cloudflare's rate limit is used up. Nothing was changed.";
		const problem = { status: 503, code: "cloudflare_unavailable", title, detail };
		const plan = await call(path);
		const errors = [{ code: 971, message: "Please wait and consider throttling your request speed" }];
		expectProblem(
			plan,
			{ ...problem, cloudflare: { ...answered(429, errors), retry_after_seconds: 30 } },
			{ "retry-after": "30" },
		);
		const list = await call("/bindings");
		const held = "Cloudflare's rate limit is used up or nearly used up. Nothing was changed.";
		expect(list.json).toMatchObject({ ...problem, detail: held, cloudflare: null });
		expect(Number(list.headers.get("retry-after"))).toBeGreaterThan(20);
		expect(await cloudflare.calls()).toEqual(["GET prefixes"]);
	});

	it("keeps the last two hundred calls of the rate limit for deletions, and makes reads wait", async () => {
		const body = { success: true, errors: [], messages: [], result: [] };
		const headers = { ratelimit: '"default";r=200;t=200' };
		await cloudflare.order({ method: "GET", fault: { kind: "respond", body, headers } });
		expect((await call("/bindings")).status).toBe(200);
		for (const asked of ["/bindings", "/bindings?covering=203.0.113.7", path, bindingsPath(prefixes.amsterdam)]) {
			const { status, headers: told } = await call(asked, { token: approver.token });
			expect([asked, status]).toEqual([asked, 503]);
			expect(Number(told.get("retry-after")), asked).toBeGreaterThan(190);
		}
		expect(await cloudflare.calls()).toEqual(["GET prefixes"]);
		// A list is never part of a deletion. A plan is, for a caller who may delete.
		expect((await call("/bindings")).status).toBe(503);
		expect((await call(path)).status).toBe(200);
		expect((await deleteIt()).status).toBe(200);
	});

	it("sends no DELETE when the look-up used up the rate limit, and records none as sent", async () => {
		const { prefixes } = await cloudflare.state();
		const body = { success: true, errors: [], messages: [], result: prefixes[0]?.bindings };
		const headers = { ratelimit: '"default";r=0;t=200' };
		await cloudflare.order({ method: "GET", path: "/bindings", fault: { kind: "respond", body, headers } });
		const answer = await deleteIt();
		expect(await deletes()).toEqual([]);
		expect(answer.json).toMatchObject({ status: 503, code: "cloudflare_unavailable" });
		expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(190);
		const { timeline } = await record(answer.json.deletion_id);
		expect(timeline.map(({ event }: { event: string }) => event)).not.toContain("sent");
	});

	it.each<[string, Parameters<typeof cloudflare.order>[0]["fault"]]>([
		["a broken connection", { kind: "drop_before" }],
		["a body that breaks off", { kind: "drop_mid_body" }],
		["garbage", { kind: "garbage" }],
		["an empty answer", { kind: "empty" }],
		["a redirect", { kind: "redirect" }],
		["a server error", { kind: "reject", status: 500 }],
		["a success that is not one", { kind: "respond", body: { success: false, errors: [said] } }],
		["a list that is not one", { kind: "respond", body: { success: true, result: {} } }],
		["half a list", { kind: "respond", body: { success: true, result: [], result_info: { total_count: 9 } } }],
	])("reads %s again, twice", async (_, fault) => {
		withoutPauses();
		await cloudflare.order({ method: "GET", times: 2, fault });
		expect((await call("/bindings")).status).toBe(200);
		await cloudflare.order({ method: "GET", times: 3, fault });
		expect((await call("/bindings")).json).toMatchObject({ code: "cloudflare_unavailable", status: 503 });
	});
});

describe("a DELETE that breaks off is read back when", () => {
	it.each<[string, Parameters<typeof cloudflare.order>[0]["fault"], number, object]>([
		["it took effect", { kind: "drop_after" }, 1, { state: "deleted" }],
		["it did not, and is sent again", { kind: "drop_before" }, 2, { state: "deleted" }],
		["its answer is an HTML page", { kind: "html", effect: true }, 1, { state: "deleted" }],
		["its answer is cut off", { kind: "drop_mid_body" }, 1, { state: "deleted" }],
		["someone else was first", { kind: "reject", status: 404, effect: true }, 1, { state: "already_gone" }],
	])("%s", async (_, fault, sent, expected) => {
		withoutPauses();
		await cloudflare.order({ method: "DELETE", fault });
		const answer = await deleteIt();
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({ ...expected, failure: null });
		expect(await deletes()).toEqual(Array(sent).fill(`DELETE bindings/${cdn25}`));
	});
});

it("never quotes the credential in an answer or a record, even if Cloudflare echoes it", async () => {
	const echo = { code: 1, message: `no such token: ${sandboxApiToken}` };
	await cloudflare.order({ method: "DELETE", fault: { kind: "reject", status: 422, errors: [echo] } });
	const answer = await deleteIt();
	expect(answer.json.cloudflare.errors).toEqual([{ code: 1, message: "no such token: [redacted]" }]);
	expect((await call(`/deletions/${answer.json.deletion_id}`)).text).not.toContain(sandboxApiToken);
});
