// Cancellations: a deletion can be cancelled until its DELETE is sent.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectProblem } from "../doors/expect-problem.ts";
import { call, cloudflare, deletes } from "../harness.ts";
import { endClock, hourMs, inMs, startClock, wakeAfter } from "./clock.ts";
import { callAs, tokensWith } from "./configured-ledger.ts";
import { approver, asker, cancel, record, remove } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const cidr = "203.0.113.128/25";

async function scheduled(): Promise<string> {
	const answer = await remove(cidr, `?not_before=${inMs(hourMs)}`);
	expect([answer.status, answer.json.state]).toEqual([202, "scheduled"]);
	return answer.json.id;
}

describe("a cancellation", () => {
	it("cancels the deletion, and counts once if it is given twice", async () => {
		const id = await scheduled();
		const answer = await cancel(id);
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({
			id,
			state: "cancelled",
			settled_at: inMs(0),
			failure: { code: "cancelled", detail: "sandbox cancelled this deletion." },
		});
		expect(answer.json.timeline.at(-1)).toMatchObject({ event: "cancelled", by: "sandbox", door: "api" });
		const again = await cancel(id, asker.token);
		expect([again.status, again.json.failure]).toEqual([200, answer.json.failure]);
		await wakeAfter(hourMs);
		expect(await deletes()).toEqual([]);
		expect((await remove(cidr)).json).toMatchObject({ state: "deleted" });
	});

	it("withdraws the request for approval", async () => {
		const { id } = (await remove("198.51.100.0/24", "?acknowledge=leaves_no_service")).json;
		expect((await cancel(id)).json).toMatchObject({
			state: "cancelled",
			approval: { state: "withdrawn", decided_by: null },
		});
		const late = await call(`/deletions/${id}/approval`, {
			method: "POST",
			token: approver.token,
			json: { decision: "approve" },
		});
		expect([late.status, late.json.code]).toEqual([409, "conflict"]);
	});

	it("is refused once the DELETE was sent", async () => {
		const id = await scheduled();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const woken = wakeAfter(hourMs);
		await expect.poll(deletes).toHaveLength(1);
		const late = await cancel(id);
		const { deletion } = late.json;
		expectProblem(late, {
			status: 409,
			code: "conflict",
			title: "The current state does not allow this",
			detail: "This deletion can't be cancelled: the binding is being deleted.",
			deletion_id: id,
			deletion,
		});
		await cloudflare.release();
		await woken;
		expect((await record(id)).state).toBe("deleted");
		expect((await cancel(id)).json.detail).toContain("the binding was deleted at");
	});

	it("counts during the look-up", async () => {
		const id = await scheduled();
		const seen = (await cloudflare.log()).length;
		await cloudflare.order({ method: "GET", fault: { kind: "hang_after" } });
		const woken = wakeAfter(hourMs);
		await cloudflare.log(seen + 1);
		expect((await cancel(id)).json.state).toBe("cancelled");
		await cloudflare.release();
		await woken;
		expect((await record(id)).state).toBe("cancelled");
		expect(await deletes()).toEqual([]);
	});

	it("needs the scope, the range and something to cancel", async () => {
		const id = await scheduled();
		expect((await cancel(id, approver.token)).json).toMatchObject({ status: 403, code: "scope_missing" });
		const elsewhere = tokensWith("elsewhere", ["delete"], ["203.0.113.0/25"]);
		const path = `/deletions/${id}/cancellation`;
		const outside = await callAs("elsewhere", elsewhere, path, { method: "POST" });
		expect([outside.status, outside.json.code]).toEqual([403, "out_of_range"]);
		expect((await record(id)).state).toBe("scheduled");
		for (const none of ["0".repeat(26), "x"])
			expect((await cancel(none)).json).toMatchObject({ status: 404, code: "deletion_not_found" });
	});
});
