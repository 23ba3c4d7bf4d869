// Approvals: someone else has to agree to the risks that one person must not take alone.
import { abortAllDurableObjects } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindingsPath, prefixes, shop24 } from "../doors/account.ts";
import { expectProblem } from "../doors/expect-problem.ts";
import { call, cloudflare, deletes } from "../harness.ts";
import { alarmInMs, endClock, hourMs, inMs, minuteMs, mirrored, noon, pass, startClock, wakeAfter } from "./clock.ts";
import { approver, asker, cancel, decide, events, operator, record, remove } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const shop = "198.51.100.0/24";
const named = "?acknowledge=leaves_no_service&reason=INC-7";

/** Requests to delete the web shop's only binding, which takes two people. */
async function pending(query = named): Promise<string> {
	const answer = await remove(shop, query);
	expect(answer.status).toBe(202);
	return answer.json.id;
}

describe("a deletion that needs approval", () => {
	it("waits for an hour, on record, and sends nothing", async () => {
		const answer = await remove(shop, named);
		expect(answer.status).toBe(202);
		expect(answer.headers.get("location")).toBe(`/deletions/${answer.json.id}`);
		expect(answer.headers.get("retry-after")).toBe("2");
		expect(answer.json).toMatchObject({
			state: "pending_approval",
			settled_at: null,
			failure: null,
			cloudflare: null,
			approval: {
				state: "pending",
				guards: ["last_binding"],
				requested_at: inMs(0),
				expires_at: inMs(hourMs),
				decided_at: null,
				decided_by: null,
			},
		});
		expect(events(answer.json)).toEqual(["requested", "planned", "approval_requested"]);
		expect(await record(answer.json.id)).toEqual(answer.json);
		expect((await call("/deletions?state=pending_approval")).json.deletions).toHaveLength(1);
		await mirrored();
		await wakeAfter(15_000);
		expect(await alarmInMs()).toBe(hourMs - 15_000);
		expect(await deletes()).toEqual([]);
	});

	it("is joined by later requests for the binding, and stays the first requester's", async () => {
		const id = await pending();
		const again = await remove(shop, "", operator.token);
		expect([again.status, again.json.id, again.json.actor.name]).toEqual([202, id, asker.name]);
		expect((await call("/deletions")).json.deletions).toHaveLength(1);
	});

	it("requires the acknowledgement first", async () => {
		expect((await remove(shop)).json).toMatchObject({ code: "acknowledgement_required", status: 403 });
	});

	it("is neither a success nor repeated at the Cloudflare-compatible door", async () => {
		const path = `${bindingsPath(prefixes.shop, shop24)}${named}`;
		const answer = await call(path, { method: "DELETE", token: asker.token });
		expect(answer.status).toBe(403);
		expect(answer.json).toMatchObject({ success: false, result: null, errors: [{ code: 90_202 }] });
		const [{ id }] = (await call("/deletions")).json.deletions;
		expect(answer.json.errors[0].message).toContain(id);
		expect((await decide(id, "approve")).status).toBe(200);
		expect(await deletes()).toHaveLength(1);
	});
});

describe("an approval", () => {
	it("carries out the deletion at once and records who approved", async () => {
		const id = await pending();
		pass(10 * minuteMs);
		const answer = await decide(id, "approve");
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({
			id,
			state: "deleted",
			actor: { name: asker.name },
			approval: {
				state: "approved",
				decided_at: inMs(0),
				decided_by: { name: approver.name, door: "api" },
				requested_at: new Date(noon).toISOString(),
			},
		});
		expect(answer.json.guards.find(({ guard }: { guard: string }) => guard === "last_binding")).toMatchObject({
			verdict: "approve",
			approved: true,
		});
		expect(events(answer.json).slice(0, 8)).toEqual([
			"requested",
			"planned",
			"approval_requested",
			"approved",
			"planned",
			"sent",
			"answered",
			"deleted",
		]);
		expect(await deletes()).toEqual([`DELETE bindings/${shop24}`]);
	});

	it("is refused from the requester, whatever their scopes", async () => {
		const { json } = await remove(shop, named, operator.token);
		for (const [decision, detail] of [
			["approve", "You can't approve a deletion you requested. Someone else has to."],
			["reject", "You can't reject a deletion you requested. Cancel it instead."],
		] as const) {
			expectProblem(await decide(json.id, decision, operator.token), {
				status: 403,
				code: "self_approval",
				title: "You can't decide on your own request",
				detail,
				deletion_id: json.id,
			});
		}
		expect((await record(json.id)).state).toBe("pending_approval");
		expect(await deletes()).toEqual([]);
		expect((await decide(json.id, "approve")).status).toBe(200);
	});

	it("needs the scope", async () => {
		const { json } = await remove(shop, named, operator.token);
		const answer = await decide(json.id, "approve", asker.token);
		expect([answer.status, answer.json.code]).toEqual([403, "scope_missing"]);
		expect((await record(json.id)).state).toBe("pending_approval");
	});

	it("counts once if it is given twice", async () => {
		const id = await pending();
		const answers = await Promise.all(Array.from({ length: 10 }, () => decide(id, "approve")));
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
		expect(await deletes()).toHaveLength(1);
		const again = await decide(id, "approve");
		expect([again.status, again.json.id, again.json.state]).toEqual([200, id, "deleted"]);
		expect(await deletes()).toHaveLength(1);
	});

	it("cannot be given again or reversed by anyone else", async () => {
		const id = await pending();
		await decide(id, "approve");
		for (const [decision, token] of [
			["approve", operator.token],
			["reject", operator.token],
			["reject", approver.token],
		]) {
			const answer = await decide(id, decision ?? "", token);
			expect([answer.status, answer.json.code, answer.json.deletion.state]).toEqual([409, "conflict", "deleted"]);
		}
		expect((await cancel(id)).status).toBe(409);
	});

	it("counts only if it comes before a rejection", async () => {
		const id = await pending();
		const [one, other] = await Promise.all([decide(id, "reject"), decide(id, "approve", operator.token)]);
		expect([one?.status, other?.status].toSorted()).toEqual([200, 409]);
		expect(await deletes()).toHaveLength((await record(id)).state === "deleted" ? 1 : 0);
	});

	it("survives a reset of the object, before and after it is given", async () => {
		const id = await pending();
		await abortAllDurableObjects();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const answer = call(`/deletions/${id}/approval`, {
			method: "POST",
			token: approver.token,
			json: { decision: "approve" },
			headers: { prefer: "wait=0" },
		});
		expect((await answer).status).toBe(202);
		await expect.poll(deletes).toHaveLength(1);
		await abortAllDurableObjects();
		await cloudflare.drop();
		await wakeAfter(15_000);
		expect(await record(id)).toMatchObject({ state: "deleted", approval: { state: "approved" } });
	});

	it.each([
		["no body", undefined, 400],
		["another word", { decision: "yes" }, 400],
		["a field too many", { decision: "approve", force: true }, 400],
		["a list", ["approve"], 400],
	])("is malformed with %s", async (_, json, status) => {
		const id = await pending();
		const answer = await call(`/deletions/${id}/approval`, { method: "POST", token: approver.token, json });
		expect([answer.status, answer.json.code]).toEqual([status, "invalid_request"]);
		expect((await record(id)).state).toBe("pending_approval");
	});

	it("is a 404 for an unknown deletion, and a conflict for one that needs none", async () => {
		for (const id of ["0".repeat(26), "nonsense"])
			expect((await decide(id, "approve")).json).toMatchObject({ status: 404, code: "deletion_not_found" });
		const { json } = await remove("203.0.113.128/25");
		const answer = await decide(json.id, "approve");
		expect([answer.status, answer.json.code, answer.json.deletion.state]).toEqual([409, "conflict", "deleted"]);
	});
});

describe("a rejection", () => {
	it("refuses the deletion for good", async () => {
		const id = await pending();
		const answer = await decide(id, "reject");
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({
			state: "refused",
			failure: { code: "approval_rejected", detail: "approver rejected this deletion." },
			approval: { state: "rejected", decided_by: { name: "approver" } },
		});
		expect((await decide(id, "reject")).status).toBe(200);
		const late = await decide(id, "approve");
		expect([late.status, late.json.code]).toEqual([409, "conflict"]);
		expect(await deletes()).toEqual([]);
		// A new request starts over.
		expect((await remove(shop, named)).json.id).not.toBe(id);
	});
});

describe("an approval that is late", () => {
	it("expires by itself", async () => {
		const id = await pending();
		await wakeAfter(hourMs - 1);
		expect((await record(id)).state).toBe("pending_approval");
		await wakeAfter(1);
		expect(await record(id)).toMatchObject({
			state: "expired",
			settled_at: inMs(0),
			failure: { code: "approval_expired" },
			approval: { state: "expired", decided_by: null },
		});
	});

	it("is refused even before the alarm has run", async () => {
		const id = await pending();
		pass(hourMs);
		const late = await decide(id, "approve");
		expect([late.status, late.json.code, late.json.deletion.state]).toEqual([409, "conflict", "expired"]);
		expect(await deletes()).toEqual([]);
	});
});
