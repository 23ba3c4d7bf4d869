// Restorations: what can be restored, what prevents it, and what the caller gets when it fails.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prefixes, services, v6Regional64 } from "../doors/account.ts";
import { expectProblem } from "../doors/expect-problem.ts";
import { call, cloudflare, deletes, HISTORY } from "../harness.ts";
import { endClock, hourMs, inMs, minuteMs, startClock, wakeAfter } from "./clock.ts";
import { callAs, configureLedger, tokensWith } from "./configured-ledger.ts";
import {
	approver,
	asker,
	bound,
	cidr,
	creations,
	deleted,
	events,
	freeze,
	others,
	othersDelete,
	record,
	remove,
	restore,
} from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const bindOtherwise = (service: "CDN" | "Spectrum") =>
	others(prefixes.amsterdam, (all) => [
		...all,
		{
			id: "c01d0000000000000000000000000042",
			cidr,
			service_id: services[service],
			service_name: service,
			provisioning: { state: "active" },
		},
	]);

describe("a restoration", () => {
	it.each([asker.token, approver.token])("needs the scope: %s", async (token) => {
		const id = await deleted();
		const answer = await restore(id, token);
		expect([answer.status, answer.json.code]).toEqual([403, "scope_missing"]);
		expect(await creations()).toEqual([]);
	});

	it("stays within the caller's ranges", async () => {
		const id = await deleted();
		const path = `/deletions/${id}/restoration`;
		const elsewhere = tokensWith("elsewhere", ["read", "restore"], ["203.0.113.0/25"]);
		const refused = await callAs("elsewhere", elsewhere, path, { method: "POST" });
		expect([refused.status, refused.json.code, refused.json.deletion_id]).toEqual([403, "out_of_range", id]);
		const inside = tokensWith("inside", ["read", "restore"], ["203.0.113.128/25"]);
		expect((await callAs("inside", inside, path, { method: "POST" })).status).toBe(200);
	});

	it("is not stopped by a freeze", async () => {
		const id = await deleted();
		await freeze();
		expect((await restore(id)).json.state).toBe("restored");
	});
});

describe("refuses to restore", () => {
	it("a deletion without a record", async () => {
		for (const id of ["0".repeat(26), "nonsense"])
			expect((await restore(id)).json).toMatchObject({ status: 404, code: "deletion_not_found" });
		const { json } = await call(`/deletions/${await deleted()}/restoration?force=1`, { method: "POST" });
		expect(json).toMatchObject({ status: 400, code: "invalid_request" });
	});

	it("a binding that was not deleted", async () => {
		const refused = (await remove("2001:db8:100:2::/64")).json.deletion_id;
		const missing = (await remove("192.0.2.0/24")).json.deletion_id;
		const pending = (await remove("198.51.100.0/24", "?acknowledge=leaves_no_service")).json.id;
		const scheduled = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json.id;
		await cloudflare.order({ method: "DELETE", fault: { kind: "reject", status: 400 } });
		const failed = (await remove("203.0.113.0/26")).json.deletion_id;
		for (const [id, state] of [
			[refused, "refused"],
			[missing, "failed"],
			[pending, "pending_approval"],
			[scheduled, "scheduled"],
			[failed, "failed"],
		]) {
			const answer = await restore(id);
			expect([answer.status, answer.json.code, answer.json.deletion.state]).toEqual([409, "conflict", state]);
		}
		expect(await creations()).toEqual([]);
	});

	it("a regional binding, whose record names no service", async () => {
		await configureLedger({ GUARDS: { not_restorable: "pass" } });
		const id = await deleted("2001:db8:100:2::/64");
		expect(await deletes()).toEqual([`DELETE bindings/${v6Regional64}`]);
		expectProblem(await restore(id), {
			status: 403,
			code: "not_restorable",
			title: "The binding could not be restored",
			detail: "The record has no service id, so unbind can't create the binding again.",
			deletion_id: id,
		});
		expect(await creations()).toEqual([]);
	});

	it.each(["P", "X", undefined])(
		"a binding whose prefix is not approved (%s), before anything is sent",
		async (approved) => {
			const id = await deleted();
			const state = await cloudflare.state();
			for (const prefix of state.prefixes) if (prefix.id === prefixes.amsterdam) prefix.approved = approved ?? "";
			await cloudflare.put(state);
			const answer = await restore(id);
			expect([answer.status, answer.json.code, answer.json.deletion_id]).toEqual([409, "prefix_not_approved", id]);
			expect(answer.json.detail).toContain("203.0.113.0/24");
			expect(await creations()).toEqual([]);
			expect((await record(id)).restoration).toBeNull();
		},
	);

	it("a binding whose prefix is gone", async () => {
		const id = await deleted();
		const state = await cloudflare.state();
		await cloudflare.put({ ...state, prefixes: state.prefixes.filter((one) => one.id !== prefixes.amsterdam) });
		expect((await restore(id)).json.code).toBe("prefix_not_approved");
	});
});

describe("a restoration of what is already bound", () => {
	it("succeeds if someone else bound it to the same service", async () => {
		const id = await deleted();
		await bindOtherwise("CDN");
		const answer = await restore(id);
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({
			state: "restored",
			restoration: { state: "already_bound", binding_id: "c01d0000000000000000000000000042", failure: null },
		});
		expect(await creations()).toEqual([]);
	});

	it("is a conflict if it is bound to another service, and leaves no trace", async () => {
		const id = await deleted();
		await bindOtherwise("Spectrum");
		const answer = await restore(id);
		expect([answer.status, answer.json.code, answer.json.binding_id]).toEqual([
			409,
			"binding_conflict",
			"c01d0000000000000000000000000042",
		]);
		expect(answer.json.detail).toContain("Spectrum");
		expect((await record(id)).restoration).toBeNull();
		expect(await creations()).toEqual([]);
	});

	/** Someone else binds it between the look-up and the creation. */
	async function overtaken(service: "CDN" | "Spectrum") {
		const id = await deleted();
		await cloudflare.order({ method: "POST", fault: { kind: "hang_before" } });
		const answer = restore(id);
		await expect.poll(creations).toHaveLength(1);
		await bindOtherwise(service);
		await cloudflare.release();
		return answer;
	}

	it("succeeds on Cloudflare's 1108 if it was just bound to the same service", async () => {
		const { status, json } = await overtaken("CDN");
		expect(status).toBe(200);
		expect(json.restoration).toMatchObject({
			state: "already_bound",
			binding_id: "c01d0000000000000000000000000042",
			cloudflare: { status: 409, errors: [{ code: 1108 }] },
		});
	});

	it("is a conflict on record if it was just bound to another service, and can be tried again", async () => {
		const { status, json } = await overtaken("Spectrum");
		expect([status, json.code]).toEqual([409, "binding_conflict"]);
		const told = await record(json.deletion_id);
		expect(told).toMatchObject({
			state: "deleted",
			restoration: { state: "failed", failure: { code: "binding_conflict" } },
		});
		await othersDelete(prefixes.amsterdam, "c01d0000000000000000000000000042");
		expect((await restore(json.deletion_id)).json.state).toBe("restored");
	});
});

describe("a creation that Cloudflare refuses", () => {
	it("is reported with Cloudflare's own errors, and can be tried again", async () => {
		const id = await deleted();
		const errors = [{ code: 1003, message: "not today" }];
		await cloudflare.order({ method: "POST", fault: { kind: "reject", status: 400, errors } });
		const answer = await restore(id);
		expect([answer.status, answer.json.code]).toEqual([502, "cloudflare_refused"]);
		expect(answer.json.cloudflare).toMatchObject({ status: 400, errors });
		await expect.poll(async () => (await record(id)).restoration?.state).toBe("failed");
		expect((await record(id)).state).toBe("deleted");

		const again = await restore(id);
		expect(again.json.restoration).toMatchObject({ state: "restored", failure: null, cloudflare: { status: 201 } });
		expect(events(again.json).filter((event) => event.startsWith("rest"))).toEqual([
			...["restoration_requested", "restoration_failed"],
			...["restoration_requested", "restored"],
		]);
		expect(await creations()).toHaveLength(2);
	});

	it("because of our credential is reported as such", async () => {
		const id = await deleted();
		await cloudflare.order({ method: "POST", fault: { kind: "reject", status: 403 } });
		expect((await restore(id)).json).toMatchObject({ status: 502, code: "credential_rejected", deletion_id: id });
	});

	it("with three server errors is checked for two minutes, and then fails", async () => {
		const id = await deleted();
		await cloudflare.order({ method: "POST", times: 3, fault: { kind: "reject", status: 500 } });
		const answer = await restore(id);
		expect([answer.status, answer.json.code]).toEqual([504, "outcome_unknown"]);
		expect(answer.json.deletion.restoration).toMatchObject({ state: "unknown", settled_at: null });
		expect(await creations()).toHaveLength(3);
		await wakeAfter(2 * minuteMs);
		await wakeAfter(minuteMs);
		await expect
			.poll(() => HISTORY.get(`deletion:${id}`, "json"))
			.toMatchObject({ state: "deleted", restoration: { state: "failed" } });
		expect(await creations()).toHaveLength(3);
		expect((await restore(id)).json.state).toBe("restored");
	});

	it("is not attempted while Cloudflare cannot be read", async () => {
		const id = await deleted();
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		const answer = await restore(id);
		expect([answer.status, answer.json.code, answer.headers.get("retry-after")]).toEqual([
			503,
			"cloudflare_unavailable",
			"5",
		]);
		expect((await record(id)).restoration).toBeNull();
	});
});

it("a restored binding can be deleted again, and that deletion restored in turn", async () => {
	const first = await deleted();
	const restored = await restore(first);
	const second = await deleted(cidr, "?acknowledge=still_provisioning");
	expect((await record(second)).binding?.id).toBe(restored.json.restoration.binding_id);
	// What the first one restored is gone again, so it can be restored once more.
	const again = await restore(first);
	expect(again.json).toMatchObject({ state: "restored", restoration: { state: "restored" } });
	expect(again.json.restoration.binding_id).not.toBe(restored.json.restoration.binding_id);
	expect(await creations()).toHaveLength(2);
	expect((await restore(second)).json).toMatchObject({ restoration: { state: "already_bound" } });
	expect((await bound(prefixes.amsterdam)).filter((one) => one.cidr === cidr)).toHaveLength(1);
});
