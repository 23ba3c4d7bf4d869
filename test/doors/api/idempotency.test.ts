// Idempotency-Key: a request that is repeated is carried out once and always gets its first answer.
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, call, cloudflare, deletes } from "../../harness.ts";
import { approver, cdn25, cdn26, documentedCaller, resetAll, withoutPauses } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const path = "/bindings/203.0.113.128/25";
const other = "/bindings/203.0.113.0/26";
const key = "4f8c-1";
const withKey = (target: string, idempotencyKey = key, more: Parameters<typeof call>[1] = {}) =>
	call(target, { method: "DELETE", ...more, headers: { "idempotency-key": idempotencyKey, ...more.headers } });
const isReplay = ({ headers }: Answer) => headers.get("idempotency-replayed");

describe("a replay", () => {
	it.each([
		["bare", key, key],
		["quoted", `"${key}"`, `"${key}"`],
		["quoted, then bare", `"${key}"`, key],
		["with spaces and commas, quoted", '"a b, c"', '"a b, c"'],
		["of one character", "x", '"x"'],
		["of 255 characters", "k".repeat(255), "k".repeat(255)],
	])("answers the first record and says so, with a key that is %s", async (_, first, second) => {
		const one = await withKey(path, first);
		const two = await withKey(path, second);
		expect([one.status, isReplay(one)]).toEqual([200, null]);
		expect([two.status, isReplay(two)]).toEqual([200, "true"]);
		expect(two.json.id).toBe(one.json.id);
		expect(two.json.state).toBe("deleted");
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
		expect((await call("/deletions")).json.deletions).toHaveLength(1);
	});

	it("is recognised under another spelling of the target, and as a POST", async () => {
		const one = await withKey("/bindings/203.0.113.128%2F25?reason=drain");
		const json = { target: "edge-cdn", reason: "drain", acknowledge: [] };
		const two = await call("/deletions", { method: "POST", headers: { "idempotency-key": key }, json });
		expect([two.status, isReplay(two), two.json.id]).toEqual([200, "true", one.json.id]);
	});

	it("is recognised whatever the order of acknowledged risks", async () => {
		const risks = ["leaves_no_service", "still_provisioning"];
		const one = await withKey(`${path}?acknowledge=${risks.join(",")}`);
		const two = await withKey(`${path}?acknowledge=${risks.toReversed().join(",")}`);
		expect([two.status, isReplay(two), two.json.id]).toEqual([200, "true", one.json.id]);
	});

	it("requests that race under one key share one deletion", async () => {
		const answers = await Promise.all(Array.from({ length: 10 }, () => withKey(path)));
		expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
		expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("answers 202 again, with the same record, while the deletion is open", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const noWait = { headers: { prefer: "wait=0" } };
		const one = await withKey(path, key, noWait);
		const two = await withKey(path, key, noWait);
		expect([one.status, isReplay(one)]).toEqual([202, null]);
		expect([two.status, isReplay(two), two.json.id]).toEqual([202, "true", one.json.id]);
		expect(two.headers.get("location")).toBe(`/deletions/${one.json.id}`);
	});

	it("without a key, a second request for a deleted binding is a new request", async () => {
		expect((await call(path, { method: "DELETE" })).status).toBe(200);
		expect((await call(path, { method: "DELETE" })).status).toBe(404);
	});
});

describe("another request under the same key", () => {
	it.each<[string, string, Parameters<typeof call>[1]]>([
		["another target", other, {}],
		["another reason", `${path}?reason=else`, {}],
		["another acknowledgement", `${path}?acknowledge=leaves_no_service`, {}],
		["another plan", path, { headers: { "if-match": '"a.b"' } }],
	])("%s", async (_, target, more) => {
		const { json: first } = await withKey(path);
		const answer = await withKey(target, key, more);
		expectProblem(answer, {
			status: 422,
			code: "idempotency_key_reused",
			title: "The idempotency key was used for another request",
			detail:
				"This idempotency key was used for another request. A key belongs to one request for 7 days. Use a new one.",
			deletion_id: first.id,
		});
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
		expect((await call("/deletions")).json.deletions).toHaveLength(1);
	});
});

it("actors do not share keys", async () => {
	const one = await withKey(path);
	const two = await withKey(other, key, { token: documentedCaller.token });
	expect([two.status, isReplay(two)]).toEqual([200, null]);
	expect(two.json.id).not.toBe(one.json.id);
	expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`, `DELETE bindings/${cdn26}`]);
});

describe("a refusal", () => {
	it.each<[string, string, number, string, Parameters<typeof call>[1]]>([
		["a risk", "/bindings/2001:db8:100::/48", 403, "acknowledgement_required", {}],
		["a guard that refuses", "/bindings/2001:db8:100:2::/64", 403, "not_restorable", {}],
		["a stale plan", path, 412, "changed", { headers: { "if-match": '"a.b"' } }],
		["a missing binding", "/bindings/192.0.2.0/24", 404, "binding_not_found", {}],
		["a missing scope", path, 403, "scope_missing", { token: approver.token }],
	])("is replayed: %s", async (_, target, status, code, more) => {
		const one = await withKey(target, key, more);
		const two = await withKey(target, key, more);
		expect([one.status, one.json.code, isReplay(one)]).toEqual([status, code, null]);
		expect([two.status, isReplay(two)]).toEqual([status, "true"]);
		expect(two.json).toEqual({ ...one.json, request_id: two.headers.get("x-request-id") });
		expect((await call("/deletions")).json.deletions).toHaveLength(1);
	});

	it("is replayed even after the account has changed", async () => {
		const target = "/bindings/192.0.2.0/24";
		await withKey(target);
		const state = await cloudflare.state();
		state.prefixes[1]?.bindings.push({ id: "d".repeat(32), cidr: "192.0.2.0/24" });
		if (state.prefixes[1]) state.prefixes[1].cidr = "192.0.2.0/24";
		await cloudflare.put(state);
		expect((await withKey(target)).status).toBe(404);
		expect((await withKey(target, "another")).json.code).toBe("not_restorable");
	});
});

it("a 503 leaves the key free, so the request can be sent again", async () => {
	withoutPauses();
	await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
	const one = await withKey(path);
	expect([one.status, one.json.code]).toEqual([503, "cloudflare_unavailable"]);
	expect(await cloudflare.pendingOrders()).toEqual([]);
	const two = await withKey(path);
	expect([two.status, isReplay(two)]).toEqual([200, null]);
	expect(two.json.id).not.toBe(one.json.deletion_id);
});

it("a malformed request does not use up the key", async () => {
	expect((await withKey(`${path}?nonsense=1`)).status).toBe(400);
	expect((await withKey("/bindings/203.0.113.1")).status).toBe(422);
	expect((await withKey("/bindings/203.0.113.0/25")).status).toBe(422);
	const answer = await withKey(path);
	expect([answer.status, isReplay(answer)]).toEqual([200, null]);
});

it.each([['""'], ["k".repeat(256)], [`"${"k".repeat(256)}"`], ["a b"], ['"a"b"'], ['"open'], ["a\tb"], ["ü"], [""]])(
	"refuses a malformed key: %j",
	async (malformed) => {
		expectProblem(await withKey(path, malformed), {
			status: 400,
			code: "invalid_request",
			title: "The request is malformed",
			detail: "Idempotency-Key must be 1 to 255 visible ASCII characters, with or without quotes.",
		});
		expect(await cloudflare.calls()).toEqual([]);
	},
);
