// A restoration can be stopped anywhere. Its record is true in the end, and there is a look between any two POSTs.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callsAtMost, lagMs, sendWindowMs } from "../../../src/deletion/limits.ts";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import type { CloudflareFault, Ports } from "../../../src/deletion/ports.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { sendRestoration } from "../../../src/deletion/steps/send-restoration.ts";
import { edge, recordOf } from "../a-deletion.ts";
import { begun, bind, boundNow, cidr, live, play, restorationOf, type Script } from "../a-restoration.ts";
import { admit } from "../admit.ts";
import {
	badAnswers,
	dyingAfterEachCall,
	expectLookBetween,
	faultOf,
	livedThrough,
	liveOn,
	mortal,
	troubles,
} from "../mortal.ts";
import { commandOf, fault, id, type World } from "../world.ts";

const carriedBack = (recordId: string, ports: Ports) => livedThrough(() => sendRestoration(recordId, ports));

const mindTheGap = (world: World) => expectLookBetween(world, "create");

describe("a stop after any one call", () => {
	const scripts: [string, Script, string][] = [
		["a clear success", { creates: ["ok"] }, "restored"],
		["a success whose answer is lost", { creates: ["done_and_lost"] }, "restored"],
		["a POST that never arrives, then a success", { creates: ["lost", "ok"] }, "restored"],
		["a throttling, then a success", { creates: [{ throttled: 2000 }, "ok"] }, "restored"],
		["a hold, then a success", { creates: [{ held: 6000 }, "ok"] }, "restored"],
		["three POSTs that never arrive", { creates: ["lost", "lost", "lost"] }, "failed"],
		["a lost POST, and another service in its place", { creates: ["lost"], reads: ["other_meanwhile"] }, "failed"],
		[
			"a lost POST, unreadable lists, then a success",
			{ creates: ["lost"], reads: ["unreadable", "unreadable"] },
			"restored",
		],
	];

	it.each(scripts)("during %s does not change the outcome", async (_, script, end) => {
		await dyingAfterEachCall(async (calls) => {
			const { world, recordId } = await begun();
			play(world, script);
			const lived = await carriedBack(recordId, mortal(world.ports, calls));
			if (world.journal.restoring(recordId) !== null) world.clock.nowMs = world.journal.dueAtMs(recordId) ?? 0;
			await live(world, recordId);
			expect(restorationOf(world, recordId).state).toBe(end);
			mindTheGap(world);
			return lived;
		});
	});

	it("before a recorded POST left does not count as a restoration", async () => {
		const { world, recordId } = await begun();
		expect(await carriedBack(recordId, mortal(world.ports, 2))).toBe(false);
		expect(world.calls).toEqual([]);
		world.clock.nowMs += sendWindowMs;
		await live(world, recordId);
		expect(restorationOf(world, recordId).state).toBe("failed");
		expect(boundNow(world)).toBeUndefined();
	});
});

describe("a deletion requested after the restoration has the last word", () => {
	async function deleteAgain(world: World): Promise<void> {
		world.clock.nowMs += 1000;
		const admission = await admit(commandOf(cidr), world.ports, createDirectory());
		if (!admission.ok) throw new Error("not admitted");
		await sendDeletion(admission.value.deletion.id, world.ports);
		expect(recordOf(world, admission.value.deletion.id).state).toBe("deleted");
		world.calls.length = 0;
	}

	it("even if the restoration does not know yet that it created the binding", async () => {
		const { world, recordId } = await begun();
		play(world, { creates: ["done_and_lost"], reads: ["unreadable"] });
		await sendRestoration(recordId, world.ports);
		expect(restorationOf(world, recordId).state).toBe("unknown");
		await deleteAgain(world);
		await live(world, recordId);
		expect(restorationOf(world, recordId)).toMatchObject({ state: "restored", binding_id: id("d1") });
		expect(world.calls).toEqual([`bindings ${edge.cidr} afresh`]);
		expect(boundNow(world)).toBeUndefined();
	});

	it("if nothing has been sent yet and someone else had bound the CIDR", async () => {
		const { world, recordId } = await begun();
		bind(world, "e1");
		await deleteAgain(world);
		await live(world, recordId);
		expect(restorationOf(world, recordId)).toMatchObject({ state: "failed", failure: { code: "binding_conflict" } });
		expect([world.calls, boundNow(world)]).toEqual([[], undefined]);
	});
});

const takesMs = fc.nat(10_000);
const aPost = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({
			landsAfterMs: fc.constant(null),
			answer: fc.constantFrom(...badAnswers, "held" as const),
			takesMs,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({ landsAfterMs: fc.nat(lagMs - 1), answer: fc.constant("lost" as const), takesMs }),
	},
	{
		weight: 1,
		arbitrary: fc.record({ landsAfterMs: fc.constant(null), answer: fc.constant("clear" as const), takesMs }),
	},
);
const aHistory = fc.record({
	posts: fc.array(aPost, { maxLength: 6 }),
	...troubles,
	/** After this many calls to Cloudflare, someone else binds the CIDR. */
	rival: fc.option(fc.record({ at: fc.nat(8), sameService: fc.boolean() }), { freq: 3 }),
});

describe("any mix of lost answers, late effects, unreadable lists, rivals and restarts", () => {
	it("ends with a true record and a look between any two POSTs", async () => {
		await fc.assert(
			fc.asyncProperty(aHistory, async ({ posts, readable, lives, lateMs, rival }) => {
				const { world, recordId } = await begun();
				const begunAtMs = world.clock.nowMs;
				const landings: number[] = [];
				let byUs = false;
				let looked = true;
				let sent = 0;
				let calls = 0;
				const settleEffects = () => {
					if (boundNow(world) !== undefined) return;
					if (rival !== null && calls > rival.at) bind(world, "e1", rival.sameService ? id("5e") : id("77"));
					else if (landings.some((atMs) => atMs <= world.clock.nowMs)) {
						byUs = true;
						bind(world, "d1");
					}
				};
				world.misbehave = (call): CloudflareFault | null => {
					calls += 1;
					settleEffects();
					if (!call.startsWith("create")) {
						if (readable.shift() === false) return fault.unclear;
						looked = true;
						return null;
					}
					expect(looked).toBe(true);
					expect(world.journal.restoring(recordId)?.progress.callsSent).toBeGreaterThan(sent);
					expect(world.clock.nowMs - begunAtMs).toBeLessThan(sendWindowMs);
					const { landsAfterMs, answer, takesMs } = posts.shift() ?? {
						landsAfterMs: null,
						answer: "clear" as const,
						takesMs: 0,
					};
					// The call never leaves.
					if (answer === "held") return fault.held(1 + takesMs);
					looked = false;
					sent += 1;
					expect(sent).toBeLessThanOrEqual(callsAtMost);
					if (landsAfterMs !== null) landings.push(world.clock.nowMs + landsAfterMs);
					world.clock.nowMs += takesMs;
					settleEffects();
					if (answer !== "clear") return faultOf(answer, takesMs);
					byUs ||= boundNow(world) === undefined;
					return null;
				};

				await liveOn(
					world,
					recordId,
					(ports) => carriedBack(recordId, ports),
					() => world.journal.restoring(recordId) === null,
					{ lives, lateMs },
				);

				world.clock.nowMs += 2 * lagMs;
				calls = 0;
				settleEffects();
				const { state, binding_id } = restorationOf(world, recordId);
				const bound = boundNow(world);
				if (state === "failed") expect([byUs, binding_id]).toEqual([false, null]);
				else {
					expect(bound).toMatchObject({ id: binding_id, serviceId: id("5e") });
					expect(["restored", "already_bound"]).toContain(state);
				}
				if (state === "already_bound") expect(byUs).toBe(false);
				expect(recordOf(world, recordId).state).toBe(state === "failed" ? "deleted" : "restored");
				world.journal.handOver();
			}),
			{ numRuns: 1000 },
		);
	}, 180_000);
});
