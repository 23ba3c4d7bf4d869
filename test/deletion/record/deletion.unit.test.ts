import { describe, expect, it } from "vitest";
import {
	type Deletion,
	isOpen,
	leavesKeyFree,
	openStates,
	settle,
	settledStates,
	summaryOf,
	withEvent,
} from "../../../src/deletion/record/deletion.ts";
import { answerOf, startMs } from "../world.ts";

const deletion: Deletion = {
	id: "7zzp0k00000000000000000000",
	state: "deleting",
	target: "edge-cdn",
	reason: "INC-1",
	actor: { name: "ci", door: "api" },
	created_at: "2026-11-03T12:00:00.000Z",
	settled_at: null,
	binding: {
		account_id: "a",
		prefix_id: "p",
		id: "b",
		cidr: "203.0.113.128/25",
		service_id: "s",
		service_name: "CDN",
		provisioning: null,
	},
	effect: null,
	guards: [],
	cloudflare: null,
	failure: null,
	timeline: [{ at: "2026-11-03T12:00:00.000Z", event: "requested" }],
	not_before: null,
	approval: null,
	restoration: null,
};

describe("a record's state", () => {
	it("is either open or settled", () => {
		for (const state of openStates) expect(isOpen({ ...deletion, state })).toBe(true);
		for (const state of settledStates) expect(isOpen({ ...deletion, state })).toBe(false);
	});
});

describe("withEvent", () => {
	it("adds to the timeline without changing the record it was given", () => {
		const told = withEvent(deletion, startMs + 7, "sent", { attempt: 1 });
		expect(told.timeline).toEqual([
			...deletion.timeline,
			{ at: "2026-11-03T12:00:00.007Z", event: "sent", attempt: 1 },
		]);
		expect(deletion.timeline).toHaveLength(1);
	});
});

describe("settle", () => {
	it("sets the time and ends the timeline with the state", () => {
		const settled = settle(deletion, startMs + 1000, "deleted");
		expect(settled).toMatchObject({ state: "deleted", settled_at: "2026-11-03T12:00:01.000Z", failure: null });
		expect(settled.timeline.at(-1)).toEqual({ at: "2026-11-03T12:00:01.000Z", event: "deleted" });
	});

	it("records why the deletion failed", () => {
		const failure = { code: "cloudflare_refused", detail: "No." } as const;
		const settled = settle(deletion, startMs, "failed", failure);
		expect(settled.failure).toEqual(failure);
		expect(settled.timeline.at(-1)).toMatchObject({ event: "failed", code: "cloudflare_refused" });
	});
});

describe("a caller's key", () => {
	const failed = (failure: Deletion["failure"], attempts: number | null): Deletion => ({
		...settle(deletion, startMs, "failed", failure),
		cloudflare: attempts === null ? null : { ...answerOf(403), attempts },
	});
	const refused = { code: "cloudflare_refused", detail: "No." } as const;

	it.each<[boolean, string, Deletion]>([
		[false, "done", settle(deletion, startMs, "deleted")],
		[false, "refused by a guard", settle(deletion, startMs, "refused", { code: "changed", detail: "No." })],
		[
			true,
			"refused with a time to retry",
			settle(deletion, startMs, "refused", { ...refused, code: "budget", retry_after_seconds: 9 }),
		],
		[false, "refused by Cloudflare", failed(refused, 1)],
		[true, "refused by the rate limit", failed({ ...refused, retry_after_seconds: 9 }, 1)],
		[true, "failed during its look-up", failed(refused, 0)],
		[true, "failed before anything was sent", failed({ ...refused, code: "credential_rejected" }, null)],
		[false, "failed for want of a binding", failed({ ...refused, code: "binding_not_found" }, null)],
	])("is released (%s) after the deletion was %s", (free, _, settled) => {
		expect(leavesKeyFree(settled)).toBe(free);
	});
});

describe("summaryOf", () => {
	it("shows the binding that was found", () => {
		expect(summaryOf(deletion)).toEqual({
			id: deletion.id,
			state: "deleting",
			cidr: "203.0.113.128/25",
			binding_id: "b",
			prefix_id: "p",
			service_name: "CDN",
			actor: "ci",
			door: "api",
			reason: "INC-1",
			created_at: deletion.created_at,
			settled_at: null,
			ray: null,
			failure_code: null,
			not_before: null,
			expires_at: null,
		});
	});

	it("says why it was refused, when it is due, and when its approval expires while it waits for one", () => {
		const approval = {
			state: "pending" as const,
			guards: ["last_binding" as const],
			requested_at: deletion.created_at,
			expires_at: "2026-11-03T13:00:00.000Z",
			decided_at: null,
			decided_by: null,
		};
		const waiting = { ...deletion, state: "pending_approval" as const, approval, not_before: deletion.created_at };
		const { not_before, expires_at } = summaryOf(waiting);
		expect({ not_before, expires_at }).toEqual({ not_before: deletion.created_at, expires_at: approval.expires_at });
		const refused = settle(waiting, 0, "refused", { code: "budget", detail: "Used up." });
		expect(summaryOf(refused)).toMatchObject({ failure_code: "budget", expires_at: null });
	});

	it.each([
		["203.0.113.0/26", "203.0.113.0/26"],
		["edge-cdn", null],
		["c01d0000000000000000000000000001", null],
	])("shows the requested CIDR if no binding was found: %s", (target, cidr) => {
		const { binding_id, cidr: shown } = summaryOf({ ...deletion, binding: null, target });
		expect({ binding_id, shown }).toEqual({ binding_id: null, shown: cidr });
	});
});
