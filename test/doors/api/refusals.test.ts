// Deletions that are not carried out: why not, with which evidence, and that each is on record.
import { afterEach, describe, expect, it } from "vitest";
import { laterMembers } from "../../../src/deletion/record/deletion.ts";
import { guardNames } from "../../../src/deletion/record/verdict.ts";
import { call, cloudflare, deletes } from "../../harness.ts";
import { approver, cdn25, cdn26, magicTransit24, prefixes, resetAll, v6Regional64 } from "../account.ts";
import { callConfigured, sha256 } from "../configured.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const record = async (id: string) => (await call(`/deletions/${id}`)).json;
const passesBut = (guard: string, verdict: object) =>
	guardNames.map((one) => (one === guard ? { guard, ...verdict } : { guard: one, verdict: "pass" }));

describe("a binding that does not exist", () => {
	const title = "Binding not found";

	it("is recorded as a failed deletion if it never existed", async () => {
		const answer = await call("/bindings/192.0.2.0/24?reason=typo", { method: "DELETE" });
		const detail = "There is no binding 192.0.2.0/24.";
		const { deletion_id } = answer.json;
		expectProblem(answer, { status: 404, code: "binding_not_found", title, detail, deletion_id });
		expect(await record(deletion_id)).toMatchObject({
			state: "failed",
			target: "192.0.2.0/24",
			reason: "typo",
			binding: null,
			failure: { code: "binding_not_found", detail },
		});
	});

	it("is answered with its last deletion: who, when, and the record", async () => {
		const { json: deletion } = await call("/bindings/203.0.113.128/25?reason=drain", { method: "DELETE" });
		const answer = await call("/bindings/edge-cdn", { method: "DELETE" });
		expectProblem(answer, {
			status: 404,
			code: "binding_not_found",
			title,
			detail: `There is no binding edge-cdn. It was deleted by sandbox at ${deletion.settled_at}.`,
			last_deletion: {
				id: deletion.id,
				state: "deleted",
				cidr: "203.0.113.128/25",
				binding_id: cdn25,
				prefix_id: prefixes.amsterdam,
				service_name: "CDN",
				actor: "sandbox",
				door: "api",
				reason: "drain",
				created_at: deletion.created_at,
				settled_at: deletion.settled_at,
				ray: deletion.cloudflare.ray,
				...laterMembers,
			},
			deletion_id: answer.json.deletion_id,
		});
		expect(answer.json.deletion_id).not.toBe(deletion.id);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it.each([
		["its id", cdn25],
		["its id, dashed", "c01d0000-0000-0000-0000-000000000003"],
		["its CIDR", "203.0.113.128/25"],
	])("finds the last deletion by %s", async (_, target) => {
		const { json: deletion } = await call("/bindings/edge-cdn", { method: "DELETE" });
		const answer = await call(`/bindings/${target}`, { method: "DELETE" });
		expect(answer.status).toBe(404);
		expect(answer.json.last_deletion?.id).toBe(deletion.id);
	});

	it("names the binding that covers a smaller range", async () => {
		const { status, json } = await call("/bindings/203.0.113.128/26", { method: "DELETE" });
		expect(status).toBe(404);
		expect(json.detail).toBe(
			"There is no binding 203.0.113.128/26. It lies inside 203.0.113.0/24 and 203.0.113.128/25.",
		);
	});
});

describe("the scope", () => {
	it.each([
		["DELETE", "/bindings/203.0.113.128/25?reason=x", undefined],
		["POST", "/deletions", { target: "203.0.113.128/25", reason: "x" }],
	])("refuses a caller without it, on record: %s %s", async (method, path, json) => {
		const answer = await call(path, { method, token: approver.token, json });
		const detail = 'approver lacks the scope "delete".';
		const { deletion_id } = answer.json;
		expectProblem(answer, {
			status: 403,
			code: "scope_missing",
			title: "The caller lacks a scope",
			detail,
			deletion_id,
		});
		expect(await record(deletion_id)).toMatchObject({
			state: "refused",
			target: "203.0.113.128/25",
			reason: "x",
			actor: { name: "approver", door: "api" },
			failure: { code: "scope_missing", detail },
			cloudflare: null,
		});
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each([["/bindings"], ["/bindings/203.0.113.128/25"], ["/deletions"]])(
		"does not let a caller that may only delete read %s",
		async (path) => {
			const TOKENS = JSON.stringify({ hook: { sha256: sha256("t"), scopes: ["delete"] } });
			const answer = await callConfigured({ TOKENS }, path, { headers: { authorization: "Bearer t" } });
			const detail = 'hook lacks the scope "read".';
			expectProblem(answer, {
				status: 403,
				code: "scope_missing",
				title: "The caller lacks a scope",
				detail,
				scope: "read",
			});
		},
	);
});

describe("the ranges", () => {
	const tokens = (...ranges: string[]) => ({
		TOKENS: JSON.stringify({ edge: { sha256: sha256("t"), scopes: ["read", "delete"], ranges } }),
	});
	const headers = { authorization: "Bearer t" };
	const path = "/bindings/203.0.113.128/25";

	it.each([
		["elsewhere", ["198.51.100.0/24"]],
		["smaller than the binding", ["203.0.113.128/26", "203.0.113.192/26"]],
		["of the other family", ["::/0"]],
		["nowhere", []],
	])("refuse a binding outside them on record, before any look-up: %s", async (_, ranges) => {
		const answer = await callConfigured(tokens(...ranges), path, { method: "DELETE", headers });
		const detail = "This binding is outside the ranges the caller may delete in.";
		const { deletion_id } = answer.json;
		const guards = [{ guard: "out_of_range", verdict: "refuse", cidr: "203.0.113.128/25", ranges }];
		const title = "Outside the caller's ranges";
		expectProblem(answer, { status: 403, code: "out_of_range", title, detail, guards, deletion_id });
		expect(await record(deletion_id)).toMatchObject({
			state: "refused",
			actor: { name: "edge", door: "api" },
			target: "203.0.113.128/25",
			binding: null,
			failure: { code: "out_of_range", detail },
			guards,
		});
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each([["203.0.113.128/25"], ["203.0.113.0/24"], ["0.0.0.0/0"]])(
		"allow the deletion of a binding inside %s",
		async (range) => {
			const answer = await callConfigured(tokens("198.51.100.0/24", range), path, { method: "DELETE", headers });
			expect(answer.status).toBe(200);
			expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
		},
	);

	it("hide a running deletion from a caller who could not have requested it", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const first = await call(path, { method: "DELETE", headers: { prefer: "wait=0" } });
		expect(first.status).toBe(202);
		const second = await callConfigured(tokens("198.51.100.0/24"), path, { method: "DELETE", headers });
		expect(second.status).toBe(403);
		expect(second.json).toMatchObject({ code: "out_of_range" });
		expect(second.json.deletion_id).not.toBe(first.json.id);
	});
});

it("refuses a binding that could not be restored, on record", async () => {
	const answer = await call(`/bindings/${v6Regional64}?acknowledge=not_restorable`, { method: "DELETE" });
	const detail =
		"Cloudflare names no service for this binding (it may be regional), so unbind couldn't restore it from its record.";
	const { deletion_id } = answer.json;
	const guards = passesBut("not_restorable", { verdict: "refuse", missing: "service_id" });
	const title = "The binding could not be restored";
	expectProblem(answer, { status: 403, code: "not_restorable", title, detail, guards, deletion_id });
	expect(await record(deletion_id)).toMatchObject({
		state: "refused",
		binding: { id: v6Regional64, service_id: null },
	});
	expect(await deletes()).toEqual([]);
});

describe("a range that is not a binding", () => {
	it("is refused with the names of the bindings it covers, and deletes none of them", async () => {
		const headers = { "idempotency-key": "k" };
		const answer = await call("/bindings/203.0.113.0/25", { method: "DELETE", headers });
		const { deletion_id } = answer.json;
		expectProblem(answer, {
			deletion_id,
			status: 422,
			code: "invalid_target",
			title: "The target is not a binding's exact name",
			detail:
				"There is no binding 203.0.113.0/25, but it contains 203.0.113.0/26 and 203.0.113.64/26. One request deletes one binding, so name the one you mean.",
			bindings: ["203.0.113.0/26", "203.0.113.64/26"],
		});
		expect(await record(deletion_id)).toMatchObject({ state: "refused", failure: { code: "invalid_target" } });
		expect(await deletes()).toEqual([]);
		const right = await call("/bindings/203.0.113.0/26", { method: "DELETE", headers });
		expect([right.status, right.json.binding.cidr]).toEqual([200, "203.0.113.0/26"]);
	});

	it.each([["0.0.0.0/0"], ["::/0"], ["203.0.112.0/22"], ["2001:db8::/32"]])("deletes nothing: %s", async (target) => {
		const answer = await call(`/bindings/${target}`, { method: "DELETE" });
		expect(answer.status).toBe(422);
		expect(await deletes()).toEqual([]);
	});
});

it("does not take a prefix id for a binding id", async () => {
	const answer = await call(`/bindings/${prefixes.amsterdam}`, { method: "DELETE" });
	expect(answer.status).toBe(404);
	const { prefixes: left } = await cloudflare.state();
	expect(left[0]?.bindings.map(({ id }) => id)).toEqual([magicTransit24, cdn26, expect.any(String), cdn25]);
});
