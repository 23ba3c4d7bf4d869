import { describe, expect, it } from "vitest";
import { lookAfterMs } from "../../../src/deletion/limits.ts";
import { notYetSent } from "../../../src/deletion/record/progress.ts";
import { decideApproval } from "../../../src/deletion/steps/decisions.ts";
import { edge, recordOf } from "../a-deletion.ts";
import { advanced, approver, begun, events, hour, pending, scheduled } from "../a-life.ts";
import { actorOf, bindingOf, fault, id, policyOf, startMs, type World } from "../world.ts";

const at = (ms: number) => new Date(ms).toISOString();
const due = startMs + hour;
const dueScheduled = async () => {
	const made = await scheduled();
	made.world.clock.nowMs = due;
	return made;
};
const takeAway = (world: World, cidr: string) => {
	world.account.set(
		edge,
		(world.account.get(edge) ?? []).filter((one) => one.cidr !== cidr),
	);
};

describe("a scheduled deletion", () => {
	it("is recorded and left alone until its time", async () => {
		const { world, recordId } = await scheduled();
		const record = recordOf(world, recordId);
		expect(record).toMatchObject({ state: "scheduled", not_before: at(due), settled_at: null });
		expect(world.journal.dueAtMs(recordId)).toBe(due);
		world.clock.nowMs = due - 1;
		await begun(world, recordId);
		expect(recordOf(world, recordId)).toEqual(record);
		expect(world.calls).toEqual([]);
	});

	it("is looked up and judged again when its time comes", async () => {
		const { world, recordId } = await dueScheduled();
		takeAway(world, "203.0.113.0/24");
		await begun(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({
			state: "deleting",
			effect: { falls_back_to: null, without_service: { cidrs: ["203.0.113.0/26"] } },
		});
		expect(events(world, recordId)).toEqual(["requested", "planned", "scheduled", "planned"]);
		expect(world.journal.open(recordId)?.progress).toEqual(notYetSent(due));
		expect(world.journal.dueAtMs(recordId)).toBe(due + lookAfterMs);
		expect(world.calls).toEqual(["bindings 203.0.113.0/24"]);
	});

	it("is carried out at its time and not before", async () => {
		const { world, recordId } = await scheduled();
		await advanced(world, recordId);
		expect(world.calls).toEqual([]);
		world.clock.nowMs = due;
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "deleted", settled_at: at(due) });
	});

	it.each<[string, string, (world: World) => void]>([
		[
			"is now protected",
			"protected",
			(world) => (world.ports.policy = policyOf({ protected: { ranges: [], ids: [edge.id] } })),
		],
		[
			"no longer names a service",
			"not_restorable",
			(world) =>
				world.account.set(edge, [
					bindingOf(id("b1"), "203.0.113.0/26", { serviceId: null }),
					bindingOf(id("b0"), "203.0.113.0/24"),
				]),
		],
		[
			"would spend more than the budget",
			"budget",
			(world) => (world.journal.pace = () => ({ account: Array(5).fill(due), prefix: [] })),
		],
		[
			"carries a risk that was not acknowledged",
			"acknowledgement_required",
			(world) =>
				world.account.set(edge, [
					bindingOf(id("b1"), "203.0.113.0/26", { provisioningState: "provisioning" }),
					bindingOf(id("b0"), "203.0.113.0/24"),
				]),
		],
		[
			"is now outside the actor's ranges",
			"out_of_range",
			(world) => (world.ports.authorityOf = () => actorOf({ ranges: ["203.0.113.64/26"] })),
		],
		[
			"was requested by someone who may no longer delete",
			"scope_missing",
			(world) => (world.ports.authorityOf = () => actorOf({ scopes: ["read"] })),
		],
		[
			"was requested by someone who no longer exists",
			"scope_missing",
			(world) => (world.ports.authorityOf = () => null),
		],
	])("is refused if it %s", async (_, code, change) => {
		const { world, recordId } = await dueScheduled();
		change(world);
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "refused", failure: { code } });
		expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
	});

	it("is refused if it changed since the plan that the caller named", async () => {
		const { world, recordId } = await dueScheduled();
		const open = world.journal.open(recordId);
		if (open === null) throw new Error("it is not open");
		world.journal.storeOpen({ ...open, terms: { ...open.terms, ifMatch: ["old.tag"] } }, due);
		await begun(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "refused", failure: { code: "changed" } });
	});

	it("waits for an approval if it now needs one, and then not for its time again", async () => {
		const { world, recordId } = await dueScheduled();
		world.account.set(edge, [bindingOf(id("b1"), "203.0.113.0/26")]);
		await begun(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({
			state: "pending_approval",
			approval: { guards: ["last_binding"], expires_at: at(due + hour) },
		});
		decideApproval(recordOf(world, recordId), "approve", approver, world.ports);
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("counts as already gone if someone else removed the binding", async () => {
		const { world, recordId } = await dueScheduled();
		takeAway(world, "203.0.113.0/26");
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "already_gone", failure: null });
	});

	it.each([
		[
			"Cloudflare answers 404 for its listed prefix",
			(world: World) => (world.misbehave = (call) => (call.startsWith("bindings") ? fault.notFound : null)),
		],
		["its whole prefix is missing", (world: World) => world.account.delete(edge)],
		[
			"it is listed without a CIDR",
			(world: World) => world.account.set(edge, [bindingOf(id("b1"), "203.0.113.0/26", { cidr: null, range: null })]),
		],
	])("does not count as gone if %s", async (_, change) => {
		const { world, recordId } = await dueScheduled();
		change(world);
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "scheduled", settled_at: null });
		expect(world.journal.dueAtMs(recordId)).toBe(due + 10_000);
	});

	it("does nothing if it was cancelled during the look-up", async () => {
		const { world, recordId } = await dueScheduled();
		world.misbehave = () => {
			world.journal.storeSettled({ ...recordOf(world, recordId), state: "cancelled" });
			return null;
		};
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("cancelled");
		expect(world.calls).toEqual(["bindings 203.0.113.0/24"]);
	});

	it.each([
		["prefix", { prefix_id: ".." }],
		["binding", { id: "b1/.." }],
	])("of a %s whose id is not safe in a path is never looked up or sent", async (_, change) => {
		const { world, recordId } = await dueScheduled();
		const open = world.journal.open(recordId);
		if (open?.deletion.binding == null) throw new Error("it is not open");
		const binding = { ...open.deletion.binding, ...change };
		world.journal.storeOpen({ ...open, deletion: { ...open.deletion, binding } }, due);
		await advanced(world, recordId);
		expect(world.calls).toEqual([]);
	});

	it("does nothing for a record that does not exist", async () => {
		const { world } = await dueScheduled();
		await advanced(world, "7zzp0k00000000000000000000");
		expect(world.calls).toEqual([]);
	});
});

describe("a deletion that no one has approved", () => {
	it("waits until the last millisecond, then expires with nothing sent", async () => {
		const { world, recordId } = await pending();
		world.clock.nowMs = due - 1;
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("pending_approval");
		world.clock.nowMs = due;
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({
			state: "expired",
			settled_at: at(due),
			failure: { code: "approval_expired" },
			approval: { state: "expired", decided_at: null },
		});
		expect(world.calls).toEqual([]);
	});
});
