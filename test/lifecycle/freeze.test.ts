// The freeze: while deletions are frozen nothing is deleted, through any door, however long ago it was requested.
import { abortAllDurableObjects } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdn25, prefixes } from "../doors/account.ts";
import { press, say } from "../doors/chat/people.ts";
import { expectProblem } from "../doors/expect-problem.ts";
import { signedIn } from "../doors/page/visitor.ts";
import { call, cloudflare, deletes } from "../harness.ts";
import { endClock, hourMs, inMs, minuteMs, noon, pass, startClock, wakeAfter } from "./clock.ts";
import { doorNames, doors } from "./doors.ts";
import { approver, asker, decide, events, freeze, lift, operator, record, remove, restore } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const cidr = "203.0.113.128/25";
const edge = { cidr, id: cdn25, prefixId: prefixes.amsterdam };
const standing = async () => (await call("/freeze")).json;
const nothing = { approval: 0, time: 0, held: 0 };
const thawed = { frozen: false, reason: null, by: null, since: null, until: null };

describe("the switch", () => {
	it("is off, turned on and lifted, and logs who did it, when and why", async () => {
		expect(await standing()).toEqual({ ...thawed, waiting: nothing, log: [] });
		const by = { name: "sandbox", door: "api" };
		const put = await freeze({ reason: "INC-1", until: inMs(hourMs) });
		const on = { frozen: true, reason: "INC-1", by, since: inMs(0), until: inMs(hourMs) };
		expect([put.status, put.json]).toEqual([200, on]);
		const frozen = { at: inMs(0), event: "frozen", by, reason: "INC-1", until: inMs(hourMs) };
		expect(await standing()).toEqual({ ...on, waiting: nothing, log: [frozen] });

		pass(minuteMs);
		const lifted = await lift();
		expect([lifted.status, lifted.json]).toEqual([200, thawed]);
		const thaw = { at: inMs(0), event: "lifted", by, reason: null, until: null };
		expect(await standing()).toEqual({ ...thawed, waiting: nothing, log: [thaw, frozen] });
	});

	it("can be lengthened in one step, but not shortened", async () => {
		await freeze({ reason: "INC-1", until: inMs(hourMs) });
		const shorter = await freeze({ reason: "a script", until: inMs(minuteMs) });
		expect([shorter.status, shorter.json.code]).toEqual([409, "conflict"]);
		expect(shorter.json.freeze).toMatchObject({ frozen: true, reason: "INC-1", until: inMs(hourMs) });
		expect(await standing()).toMatchObject({ reason: "INC-1", until: inMs(hourMs) });
		expect((await freeze({ reason: "INC-2" })).json).toMatchObject({ reason: "INC-2", until: null });
		expect((await freeze({ reason: "a script", until: inMs(24 * hourMs) })).status).toBe(409);
		await lift();
		expect((await freeze({ reason: "a script", until: inMs(minuteMs) })).status).toBe(200);
	});

	it("stays off if it is lifted while off, and logs nothing", async () => {
		expect([(await lift()).status, (await lift()).json]).toEqual([200, thawed]);
		expect((await standing()).log).toEqual([]);
	});

	it("takes the newer reason and end if it is turned on again", async () => {
		await freeze({ reason: "one", until: inMs(minuteMs) });
		await freeze({ reason: "two" });
		pass(hourMs);
		expect(await standing()).toMatchObject({ frozen: true, reason: "two", until: null, log: [{ reason: "two" }, {}] });
	});

	it("shows the latest twenty events of its log", async () => {
		for (let index = 0; index < 22; index++) await freeze({ reason: `reason ${index}` });
		const { log } = await standing();
		expect([log.length, log[0].reason, log[19].reason]).toEqual([20, "reason 21", "reason 2"]);
	});

	it("survives a reset of the object", async () => {
		await freeze({ reason: "INC-1" });
		await abortAllDurableObjects();
		expect((await standing()).reason).toBe("INC-1");
		expect((await remove(cidr)).status).toBe(423);
	});

	it.each([
		["without a reason", {}],
		["with an empty reason", { reason: "" }],
		["with a blank reason", { reason: "  " }],
		["with a reason that is not a text", { reason: 7 }],
		["with an end that is not a time", { reason: "a", until: "tomorrow" }],
		["with an end without a zone", { reason: "a", until: "2031-01-01T00:00:00" }],
		["with an end in the past", { reason: "a", until: new Date(noon - 1).toISOString() }],
		["with an end right now", { reason: "a", until: new Date(noon).toISOString() }],
		["with an unknown field", { reason: "a", for: "1h" }],
		["with a list", ["a"]],
	])("is not turned on %s", async (_, json) => {
		const answer = await freeze(json);
		expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
		expect(await standing()).toEqual({ ...thawed, waiting: nothing, log: [] });
	});

	it("can be read by everyone, and turned only with the scope", async () => {
		await freeze();
		for (const { token } of [asker, approver]) {
			expect((await call("/freeze", { token })).status).toBe(200);
			expect((await freeze({ reason: "a" }, token)).json).toMatchObject({ status: 403, code: "scope_missing" });
			expect((await lift(token)).json).toMatchObject({ status: 403, code: "scope_missing" });
		}
		expect((await call("/freeze", { token: null })).status).toBe(401);
		expect((await standing()).frozen).toBe(true);
		expect((await call("/freeze?force=1", { method: "DELETE" })).status).toBe(400);
		expect((await standing()).frozen).toBe(true);
	});
});

describe("while it is on", () => {
	it.each(doorNames)("deletes nothing: %s", async (door) => {
		await freeze({ reason: "INC-1", until: inMs(90_000) });
		const answer = await doors[door]((path, options) => call(path, options), edge, { reason: "INC-2" });
		expect(answer.status).toBe(423);
		expect(answer.headers.get("retry-after")).toBe("90");
		expect(await deletes()).toEqual([]);
		expect((await call("/deletions")).json.deletions).toMatchObject([{ state: "refused" }]);
	});

	it("tells a request who froze it and why, and leaves its Idempotency-Key free", async () => {
		await freeze({ reason: "INC-1" });
		const headers = { "idempotency-key": "drain" };
		const answer = await call(`/bindings/${cidr}`, { method: "DELETE", headers });
		const guards = answer.json.guards.map((one: { guard: string }) =>
			one.guard === "frozen"
				? {
						guard: "frozen",
						verdict: "refuse",
						freeze_reason: "INC-1",
						by: "sandbox",
						until: null,
						retry_after_seconds: 300,
					}
				: one,
		);
		const { deletion_id } = answer.json;
		const detail = "Deletions are frozen. Try again when the freeze is lifted.";
		expectProblem(
			answer,
			{ status: 423, code: "frozen", title: "Deletions are frozen", detail, guards, deletion_id },
			{ "retry-after": "300" },
		);
		await lift();
		expect((await call(`/bindings/${cidr}`, { method: "DELETE", headers })).json.state).toBe("deleted");
	});

	it("says in a plan that the deletion would be refused", async () => {
		await freeze();
		expect((await call(`/bindings/${cidr}`)).json.would).toBe("refuse");
	});

	it("allows restorations", async () => {
		const { json } = await remove(cidr);
		await freeze();
		expect((await restore(json.id)).json.state).toBe("restored");
	});

	it("sends no second DELETE after an unanswered one, but reads it back", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const answer = call(`/bindings/${cidr}`, { method: "DELETE", headers: { prefer: "wait=0" } });
		await expect.poll(deletes).toHaveLength(1);
		const { id } = (await answer).json;
		await freeze();
		await cloudflare.drop();
		await expect.poll(async () => (await record(id)).state).toBe("unknown");
		await wakeAfter(2 * minuteMs);
		await wakeAfter(minuteMs);
		expect(await record(id)).toMatchObject({ state: "failed", failure: { code: "cloudflare_refused" } });
		expect(await deletes()).toHaveLength(1);
	});

	it("sends no DELETE that Cloudflare's rate limit held back", async () => {
		// The answer to the look-up says that no call is left for a second.
		const body = { success: true, errors: [], messages: [], result: await bindings() };
		const headers = { ratelimit: '"default";r=0;t=1' };
		await cloudflare.order({ method: "GET", path: "/bindings", fault: { kind: "respond", body, headers } });
		const answer = call(`/bindings/${cidr}`, { method: "DELETE" });
		await expect.poll(async () => (await call("/deletions?state=deleting")).json.deletions).toHaveLength(1);
		await freeze();
		expect((await answer).json.deletion_id).toBeDefined();
		expect(await deletes()).toEqual([]);
	});
});

const bindings = async () =>
	(await cloudflare.state()).prefixes.find(({ id }) => id === prefixes.amsterdam)?.bindings ?? [];

describe("a deletion that waits", () => {
	it("keeps waiting during a freeze, and continues as soon as it is lifted", async () => {
		const { id } = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json;
		await freeze({ reason: "INC-1" });
		await wakeAfter(hourMs);
		await wakeAfter(5 * minuteMs);
		await wakeAfter(5 * minuteMs);
		const held = await record(id);
		expect(held.state).toBe("scheduled");
		expect(held.timeline.at(-1)).toMatchObject({ event: "held_by_freeze", freeze_reason: "INC-1" });
		expect(events(held).filter((event) => event === "held_by_freeze")).toHaveLength(1);
		expect(await deletes()).toEqual([]);
		await lift();
		await expect.poll(async () => (await record(id)).state).toBe("deleted");
		expect(await deletes()).toHaveLength(1);
	});

	it("continues when the freeze ends by itself", async () => {
		const { id } = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json;
		await freeze({ reason: "INC-1", until: inMs(hourMs + 2 * minuteMs) });
		await wakeAfter(hourMs);
		await wakeAfter(2 * minuteMs - 1);
		expect(await deletes()).toEqual([]);
		await wakeAfter(1);
		await expect.poll(async () => (await record(id)).state).toBe("deleted");
		expect(await standing()).toMatchObject(thawed);
	});

	it("does not start early because a freeze was lifted", async () => {
		const { id } = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json;
		await freeze();
		await lift();
		await wakeAfter(hourMs - 1);
		expect((await record(id)).state).toBe("scheduled");
		expect(await deletes()).toEqual([]);
	});

	it("keeps waiting even if it was approved in the meantime", async () => {
		const { id } = (await remove("198.51.100.0/24", "?acknowledge=leaves_no_service")).json;
		await freeze();
		expect((await decide(id, "approve")).json.state).toBe("scheduled");
		await wakeAfter(5 * minuteMs);
		expect(await deletes()).toEqual([]);
		await lift(operator.token);
		await expect.poll(async () => (await record(id)).state).toBe("deleted");
	});

	it("asks for approval again if the freeze held it for more than an hour", async () => {
		const { id } = (await remove("198.51.100.0/24", "?acknowledge=leaves_no_service")).json;
		await freeze();
		await decide(id, "approve");
		await wakeAfter(hourMs + 1);
		await lift(operator.token);
		await expect.poll(async () => (await record(id)).state).toBe("pending_approval");
		const asked = await record(id);
		expect(asked.approval).toMatchObject({ state: "pending", decided_by: null });
		expect(events(asked).filter((event) => event === "approval_requested")).toHaveLength(2);
		expect(await deletes()).toEqual([]);
		expect((await decide(id, "approve")).json.state).toBe("deleted");
	});

	it("is stopped by a freeze that starts during the look-up", async () => {
		const { id } = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json;
		await cloudflare.order({ method: "GET", path: "/bindings", fault: { kind: "hang_after" } });
		const seen = (await cloudflare.log()).length;
		const woken = wakeAfter(hourMs);
		await cloudflare.log(seen + 1);
		await freeze();
		await cloudflare.release();
		await woken;
		expect((await record(id)).state).toBe("scheduled");
		expect(await deletes()).toEqual([]);
	});

	it("is counted before the freeze is lifted: in the API, on the page and in chat", async () => {
		await remove("198.51.100.0/24", "?acknowledge=leaves_no_service");
		await remove("203.0.113.0/26", `?not_before=${inMs(hourMs)}`);
		const { id } = (await remove(cidr, `?not_before=${inMs(30 * minuteMs)}`)).json;
		await freeze({ reason: "INC-1" });
		expect((await standing()).waiting).toEqual({ approval: 1, time: 2, held: 0 });
		await wakeAfter(30 * minuteMs);
		expect((await standing()).waiting).toEqual({ approval: 1, time: 1, held: 1 });

		const words = "1 deletion is due and starts right away. 1 waiting for approval, 1 scheduled.";
		expect((await (await signedIn()).get("/account")).text).toContain(words);
		const card = await say("slack", "unfreeze");
		expect(card.text).toContain(words);
		expect(await standing()).toMatchObject({ frozen: true });
		expect(await deletes()).toEqual([]);
		await press("slack", card, "Lift the freeze");
		expect(await standing()).toMatchObject({ frozen: false });
		await expect.poll(async () => (await record(id)).state).toBe("deleted");
	});
});
