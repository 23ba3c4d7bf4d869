// A binding that others took away, in the domain: it is gone like any other, and it was not ours.
import { beforeEach, describe, expect, it } from "vitest";
import { lagMs } from "../../src/deletion/limits.ts";
import { createDirectory } from "../../src/deletion/lookup/directory.ts";
import { ownVisible } from "../../src/deletion/lookup/visible.ts";
import { deletedElsewhere, namedBy } from "../../src/deletion/record/deleted-elsewhere.ts";
import { summaryOf } from "../../src/deletion/record/deletion.ts";
import { beginRestoration } from "../../src/deletion/steps/begin-restoration.ts";
import { judgeReceived } from "../../src/deletion/steps/judge-received.ts";
import { receive } from "../../src/deletion/steps/receive.ts";
import { edge, live, recordOf, takeAway, worldOf } from "./a-deletion.ts";
import { cidr, live as liveOn, restorer } from "./a-restoration.ts";
import { admit } from "./admit.ts";
import { accountId, actorOf, bindingOf, commandOf, id, type World } from "./world.ts";

const recordId = "7yyyyyyyyyyyyyyyyyyyyyyyyy";
let world: World;

/** The watch keeps the record. */
function notice(): void {
	takeAway(world);
	const { nowMs } = world.clock;
	const binding = {
		account_id: accountId,
		prefix_id: edge.id,
		id: id("b1"),
		cidr,
		service_id: id("5e"),
		service_name: "CDN",
		provisioning: { state: "active" },
	};
	const loss = { id: recordId, binding, effect: null, lastSeenMs: nowMs - 600_000, noticedMs: nowMs };
	world.journal.storeSettled(deletedElsewhere(loss));
}

beforeEach(() => {
	world = worldOf();
});

describe("the journal", () => {
	it("counts it as gone, by its id and its CIDR", () => {
		notice();
		for (const named of [{ bindingId: id("b1") }, { cidr }])
			expect(world.journal.lastGone(named)).toMatchObject({ id: recordId });
		const { journal, clock } = world;
		expect(journal.goneSince(edge.id, clock.nowMs)).toEqual(new Set([id("b1")]));
		expect(journal.goneSince(edge.id, clock.nowMs + 1)).toEqual(new Set());
	});

	it("counts it neither towards the budget nor towards the prefix's pace, restored or not", async () => {
		notice();
		const counted = () => [world.journal.pace(edge.id, 0), world.journal.begunSince(0, 10)];
		const none = [{ account: [], prefix: [] }, []];
		expect(counted()).toEqual(none);
		await beginRestoration(recordOf(world, recordId), restorer, world.ports);
		await liveOn(world, recordId);
		expect(recordOf(world, recordId).state).toBe("restored");
		expect(counted()).toEqual(none);
	});

	it("keeps no claim for it", () => {
		notice();
		expect(world.journal.claims()).toEqual([]);
	});

	it("no longer counts the binding that a restoration created if that one disappears", () => {
		notice();
		const { journal } = world;
		const first = recordOf(world, recordId);
		const restoration = { state: "restored", binding_id: id("c1") } as unknown as NonNullable<typeof first.restoration>;
		journal.storeSettled({ ...first, state: "restored", restoration });
		expect(journal.created({ cidr })).toEqual({ prefixId: edge.id, bindingId: id("c1") });
		const again = {
			...first,
			id: "7xxxxxxxxxxxxxxxxxxxxxxxxx",
			binding: first.binding && { ...first.binding, id: id("c1") },
		};
		journal.storeSettled(again);
		expect(journal.created({ cidr })).toBeNull();
	});
});

describe("a request for its binding", () => {
	it.each([[cidr], [id("b1")]])("is answered with what happened, and sends nothing: %s", async (target) => {
		notice();
		world.past.push(summaryOf(recordOf(world, recordId)));
		world.clock.nowMs += 1000;
		const answer = await admit(commandOf(target), world.ports, createDirectory());
		expect(answer).toMatchObject({
			value: {
				deletion: {
					state: "failed",
					failure: {
						code: "binding_not_found",
						detail: `There is no binding ${target}. It disappeared without unbind. unbind noticed the loss at 2026-11-03T12:00:00.000Z.`,
						last_deletion: { id: recordId, state: "deleted_elsewhere" },
					},
				},
			},
		});
		expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
	});

	it("is not believed to be there by a list that lags", async () => {
		notice();
		world.account.get(edge)?.push(bindingOf(id("b1"), cidr));
		world.clock.nowMs += lagMs - 1;
		const answer = await admit(commandOf(cidr), world.ports, createDirectory());
		expect(answer).toMatchObject({ value: { deletion: { failure: { code: "binding_not_found" } } } });
	});

	it("has a record of its own even if it began before the loss was noticed", async () => {
		const received = receive(commandOf(cidr), world.ports);
		if (!received.ok) throw new Error(received.failure.code);
		const { id: own } = received.value.deletion;
		world.misbehave = (call) => {
			if (call.startsWith("bindings") && world.journal.get(recordId) === null) notice();
			return null;
		};
		await judgeReceived(own, world.ports, createDirectory());
		await live(world, own);
		expect(recordOf(world, own)).toMatchObject({ id: own, state: "failed", failure: { code: "binding_not_found" } });
	});
});

describe("its restoration", () => {
	it("creates the binding again, and the record stays one of a loss if that is gone later", async () => {
		notice();
		await beginRestoration(recordOf(world, recordId), restorer, world.ports);
		expect(recordOf(world, recordId)).toMatchObject({
			state: "deleted_elsewhere",
			restoration: { state: "restoring" },
		});
		await liveOn(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "restored", restoration: { active_at: null } });
		expect(world.account.get(edge)?.some((one) => one.cidr === cidr)).toBe(true);

		const bindings = world.account.get(edge) ?? [];
		bindings.splice(0, bindings.length, bindingOf(id("b0"), "203.0.113.0/24"));
		world.clock.nowMs += lagMs;
		await beginRestoration(recordOf(world, recordId), restorer, world.ports);
		expect(recordOf(world, recordId)).toMatchObject({
			state: "deleted_elsewhere",
			restoration: { state: "restoring" },
		});
	});

	it.each([
		[{ scopes: ["read"] as const }, "scope_missing"],
		[{ ranges: ["203.0.113.64/26"] }, "out_of_range"],
	])("needs what any restoration needs: %j", async (change, code) => {
		notice();
		const answer = await beginRestoration(recordOf(world, recordId), { ...restorer, ...change }, world.ports);
		expect(answer).toMatchObject({ ok: false, failure: { code } });
	});
});

it("is not shown to a caller without read whose name is in the audit log", () => {
	notice();
	const identified = { by: { name: "ci" }, how: "dashboard", token_name: null, ray: null } as const;
	const named = summaryOf(namedBy(recordOf(world, recordId), identified, world.clock.nowMs));
	const { record } = ownVisible(actorOf().name, null);
	expect([named.actor, record(named), record({ ...named, door: "api" })]).toEqual(["ci", false, true]);
});
