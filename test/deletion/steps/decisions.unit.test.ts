import { describe, expect, it } from "vitest";
import type { Actor } from "../../../src/deletion/record/actor.ts";
import { cancel, decideApproval } from "../../../src/deletion/steps/decisions.ts";
import { edge, recordOf } from "../a-deletion.ts";
import { advanced, approver, events, hour, pending, scheduled } from "../a-life.ts";
import { actorOf, bindingOf, freezeOf, id, startMs, type World } from "../world.ts";

const at = (ms: number) => new Date(ms).toISOString();
type Word = "approve" | "reject";
const decide = (world: World, recordId: string, word: Word, actor: Actor = approver) =>
	decideApproval(world.journal.get(recordId), word, actor, world.ports);

describe("an approval", () => {
	it("schedules the deletion for now, to be judged again with the approved guards", async () => {
		const { world, recordId } = await pending();
		world.clock.nowMs += 60_000;
		const given = decide(world, recordId, "approve");
		expect(given).toMatchObject({
			ok: true,
			value: {
				state: "scheduled",
				approval: {
					state: "approved",
					guards: ["last_binding"],
					decided_at: at(startMs + 60_000),
					decided_by: { name: "bob", door: "api" },
				},
			},
		});
		expect(recordOf(world, recordId)).toEqual(given.ok && given.value);
		expect(recordOf(world, recordId).timeline.at(-1)).toMatchObject({ event: "approved", by: "bob", door: "api" });
		expect(world.journal.open(recordId)?.terms.approved).toEqual(["last_binding"]);
		expect(world.journal.dueAtMs(recordId)).toBe(startMs + 60_000);
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "deleted", actor: { name: "ci" } });
		expect(recordOf(world, recordId).guards).toContainEqual(
			expect.objectContaining({ guard: "last_binding", approved: true }),
		);
	});

	it("keeps the deletion's scheduled time", async () => {
		const { world, recordId } = await pending({ notBeforeMs: startMs + 2 * hour });
		decide(world, recordId, "approve");
		expect(world.journal.dueAtMs(recordId)).toBe(startMs + 2 * hour);
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("scheduled");
		world.clock.nowMs = startMs + 2 * hour;
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("counts once: a repeat by the same person changes nothing, and a later decision is refused", async () => {
		const { world, recordId } = await pending();
		decide(world, recordId, "approve");
		const record = recordOf(world, recordId);
		expect(decide(world, recordId, "approve")).toEqual({ ok: true, value: record });
		for (const [word, actor] of [
			["reject", approver],
			["approve", { ...approver, name: "carol" }],
		] as const) {
			expect(decide(world, recordId, word, actor)).toEqual({
				ok: false,
				failure: {
					code: "conflict",
					detail: "This deletion isn't waiting for approval: it is scheduled.",
					deletion: record,
				},
			});
		}
		expect(recordOf(world, recordId)).toEqual(record);
	});

	it("does not cover a risk that came up since", async () => {
		const { world, recordId } = await pending();
		decide(world, recordId, "approve");
		world.account.set(edge, [bindingOf(id("b1"), "203.0.113.0/24", { provisioningState: "provisioning" })]);
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({
			state: "refused",
			failure: { code: "acknowledgement_required" },
		});
	});

	it("does not override a freeze", async () => {
		const { world, recordId } = await pending();
		world.journal.frozen = freezeOf();
		expect(decide(world, recordId, "approve")).toMatchObject({ ok: true, value: { state: "scheduled" } });
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("scheduled");
		expect(world.calls).toEqual([]);
	});

	it("comes too late after the expiry, even if the alarm has not run yet", async () => {
		const { world, recordId } = await pending();
		world.clock.nowMs += hour;
		expect(decide(world, recordId, "approve")).toMatchObject({
			failure: {
				code: "conflict",
				detail: `This deletion isn't waiting for approval: its approval expired at ${at(startMs + hour)}.`,
				deletion: { state: "expired" },
			},
		});
		expect(recordOf(world, recordId).state).toBe("expired");
	});
});

describe("a rejection", () => {
	it("settles the deletion as refused, on record, and sends nothing", async () => {
		const { world, recordId } = await pending();
		const given = decide(world, recordId, "reject");
		expect(given).toMatchObject({
			ok: true,
			value: {
				state: "refused",
				settled_at: at(startMs),
				failure: { code: "approval_rejected", detail: "bob rejected this deletion." },
				approval: { state: "rejected", decided_by: { name: "bob" } },
			},
		});
		expect(recordOf(world, recordId)).toEqual(given.ok && given.value);
		expect(events(world, recordId).slice(-3)).toEqual(["approval_requested", "rejected", "refused"]);
		await advanced(world, recordId);
		expect(world.calls).toEqual([]);
		expect(decide(world, recordId, "reject")).toEqual(given);
		expect(decide(world, recordId, "approve")).toMatchObject({ failure: { code: "conflict" } });
	});
});

describe.each<[string, (world: World, recordId: string, actor: Actor) => ReturnType<typeof cancel>]>([
	["an approval", (world, recordId, actor) => decide(world, recordId, "approve", actor)],
	["a rejection", (world, recordId, actor) => decide(world, recordId, "reject", actor)],
	["a cancellation", (world, recordId, actor) => cancel(world.journal.get(recordId), actor, world.ports)],
])("%s", (_, act) => {
	const whole = actorOf({ name: "bob", scopes: ["approve", "delete"] });

	it.each<[string, Actor, string]>([
		["without the scope", actorOf({ name: "bob", scopes: ["read", "restore", "freeze"] }), "scope_missing"],
		["outside the actor's ranges", { ...whole, ranges: ["203.0.113.0/25", "::/0"] }, "out_of_range"],
		["without any range", { ...whole, ranges: [] }, "out_of_range"],
	])("is refused %s and changes nothing", async (_case, actor, code) => {
		const { world, recordId } = await pending();
		const record = recordOf(world, recordId);
		expect(act(world, recordId, actor)).toMatchObject({ ok: false, failure: { code, detail: expect.any(String) } });
		expect(recordOf(world, recordId)).toEqual(record);
	});

	it("is accepted within the actor's ranges", async () => {
		const { world, recordId } = await pending();
		expect(act(world, recordId, { ...whole, ranges: ["203.0.112.0/22"] })).toMatchObject({ ok: true });
	});

	it("answers deletion_not_found if there is no record", async () => {
		const { world } = await pending();
		expect(act(world, "7zzp0k00000000000000000000", whole)).toMatchObject({ failure: { code: "deletion_not_found" } });
	});
});

describe("no one", () => {
	it.each<Word>(["approve", "reject"])("can %s their own deletion, whatever their scopes and door", async (word) => {
		const { world, recordId } = await pending();
		for (const name of ["ci", "CI", "Ci"]) {
			const self = actorOf({ name, door: "cloudflare", scopes: ["delete", "approve"] });
			expect(decide(world, recordId, word, self)).toMatchObject({ failure: { code: "self_approval" } });
		}
		expect(recordOf(world, recordId).state).toBe("pending_approval");
	});

	it("can approve or reject a deletion that is not waiting for approval", async () => {
		const { world, recordId } = await scheduled();
		expect(decide(world, recordId, "approve")).toMatchObject({ failure: { code: "conflict" } });
		expect(decide(world, recordId, "reject")).toMatchObject({ failure: { code: "conflict" } });
		expect(recordOf(world, recordId).state).toBe("scheduled");
	});
});

describe("a cancellation", () => {
	it.each([
		["pending_approval", pending],
		["scheduled", scheduled],
	])("of a deletion that is %s works once and sends nothing", async (state, make) => {
		const { world, recordId } = await make();
		expect(recordOf(world, recordId).state).toBe(state);
		const taken = cancel(world.journal.get(recordId), actorOf({ name: "carol" }), world.ports);
		expect(taken).toMatchObject({
			ok: true,
			value: { state: "cancelled", failure: { code: "cancelled", detail: "carol cancelled this deletion." } },
		});
		expect(recordOf(world, recordId)).toEqual(taken.ok && taken.value);
		expect(recordOf(world, recordId).timeline.at(-1)).toMatchObject({ event: "cancelled", by: "carol", door: "api" });
		expect(cancel(world.journal.get(recordId), actorOf(), world.ports)).toEqual(taken);
		world.clock.nowMs += 2 * hour;
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("cancelled");
		expect(world.calls).toEqual([]);
	});

	it("is refused once the deletion is carried out, and changes nothing", async () => {
		const { world, recordId } = await scheduled();
		const before = recordOf(world, recordId);
		world.clock.nowMs += hour;
		await advanced(world, recordId);
		const done = recordOf(world, recordId);
		expect(cancel(before, actorOf(), world.ports)).toEqual({
			ok: false,
			failure: {
				code: "conflict",
				detail: `This deletion can't be cancelled: the binding was deleted at ${at(startMs + hour)}.`,
				deletion: done,
			},
		});
		expect(recordOf(world, recordId)).toEqual(done);
	});

	it("leaves the binding free for another deletion", async () => {
		const { world, recordId } = await scheduled();
		cancel(world.journal.get(recordId), actorOf(), world.ports);
		expect(world.journal.openFor({ bindingId: id("b1") })).toBeNull();
	});
});
