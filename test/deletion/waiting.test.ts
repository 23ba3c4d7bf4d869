import { describe, expect, it } from "vitest";
import { lookAfterMs } from "../../src/deletion/careful.ts";
import { decideApproval } from "../../src/deletion/decisions.ts";
import { notYetSent } from "../../src/deletion/progress.ts";
import { edge, recordOf } from "./a-deletion.ts";
import { advanced, approver, begun, events, hour, pending, scheduled } from "./a-life.ts";
import { actorOf, bindingOf, fault, id, policyOf, startMs, type World } from "./world.ts";

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
	it("is on record, and left alone until its time", async () => {
		const { world, recordId } = await scheduled();
		const record = recordOf(world, recordId);
		expect(record).toMatchObject({ state: "scheduled", not_before: at(due), settled_at: null });
		expect(world.journal.dueAtMs(recordId)).toBe(due);
		world.clock.nowMs = due - 1;
		await begun(world, recordId);
		expect(recordOf(world, recordId)).toEqual(record);
		expect(world.calls).toEqual([]);
	});

	it("is looked up and judged anew when its time has come", async () => {
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

	it("is carried out then, and not before", async () => {
		const { world, recordId } = await scheduled();
		await advanced(world, recordId);
		expect(world.calls).toEqual([]);
		world.clock.nowMs = due;
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "deleted", settled_at: at(due) });
	});

	it.each<[string, string, (world: World) => void]>([
		[
			"is protected by now",
			"protected",
			(world) => (world.ports.policy = policyOf({ protected: { ranges: [], ids: [edge.id] } })),
		],
		[
			"names no service any more",
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
			"carries a risk that was not named",
			"acknowledgement_required",
			(world) =>
				world.account.set(edge, [
					bindingOf(id("b1"), "203.0.113.0/26", { provisioningState: "provisioning" }),
					bindingOf(id("b0"), "203.0.113.0/24"),
				]),
		],
		[
			"lies outside the actor's ranges by now",
			"out_of_range",
			(world) => (world.ports.authorityOf = () => actorOf({ ranges: ["203.0.113.64/26"] })),
		],
		[
			"was asked for by somebody who may not delete any more",
			"scope_missing",
			(world) => (world.ports.authorityOf = () => actorOf({ scopes: ["read"] })),
		],
		[
			"was asked for by somebody who is not there any more",
			"scope_missing",
			(world) => (world.ports.authorityOf = () => null),
		],
	])("is refused where it %s", async (_, code, change) => {
		const { world, recordId } = await dueScheduled();
		change(world);
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "refused", failure: { code } });
		expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
	});

	it("is refused where it has changed since the plan that its caller named", async () => {
		const { world, recordId } = await dueScheduled();
		const open = world.journal.open(recordId);
		if (open === null) throw new Error("it is not open");
		world.journal.keepOpen({ ...open, terms: { ...open.terms, ifMatch: ["old.tag"] } }, due);
		await begun(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "refused", failure: { code: "changed" } });
	});

	it("waits for another person where that is what it takes by now, and for its time no more", async () => {
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

	it("counts as already gone where somebody else removed the binding", async () => {
		const { world, recordId } = await dueScheduled();
		takeAway(world, "203.0.113.0/26");
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "already_gone", failure: null });
	});

	it.each([
		[
			"only its prefix is said to be unknown",
			(world: World) => (world.misbehave = (call) => (call.startsWith("bindings") ? fault.notFound : null)),
		],
		["its whole prefix is missing", (world: World) => world.account.delete(edge)],
		[
			"it is listed without a CIDR",
			(world: World) => world.account.set(edge, [bindingOf(id("b1"), "203.0.113.0/26", { cidr: null, range: null })]),
		],
	])("does not count as gone where %s", async (_, change) => {
		const { world, recordId } = await dueScheduled();
		change(world);
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "scheduled", settled_at: null });
		expect(world.journal.dueAtMs(recordId)).toBe(due + 10_000);
	});

	it("does nothing where it was cancelled while it was looked up", async () => {
		const { world, recordId } = await dueScheduled();
		world.misbehave = () => {
			world.journal.keepSettled({ ...recordOf(world, recordId), state: "cancelled" });
			return null;
		};
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("cancelled");
		expect(world.calls).toEqual(["bindings 203.0.113.0/24"]);
	});

	it.each([
		["prefix", { prefix_id: ".." }],
		["binding", { id: "b1/.." }],
	])("of a %s whose id could not stand in a path is never looked up nor sent", async (_, change) => {
		const { world, recordId } = await dueScheduled();
		const open = world.journal.open(recordId);
		if (open?.deletion.binding == null) throw new Error("it is not open");
		const binding = { ...open.deletion.binding, ...change };
		world.journal.keepOpen({ ...open, deletion: { ...open.deletion, binding } }, due);
		await advanced(world, recordId);
		expect(world.calls).toEqual([]);
	});

	it("does nothing for a record that there is not", async () => {
		const { world } = await dueScheduled();
		await advanced(world, "7zzp0k00000000000000000000");
		expect(world.calls).toEqual([]);
	});
});

describe("a deletion that nobody has approved", () => {
	it("waits until the last millisecond, then expires, and nothing was sent", async () => {
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
