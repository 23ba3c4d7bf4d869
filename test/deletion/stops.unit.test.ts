// A deletion can be stopped anywhere. Its record is true in the end, and there is a look between any two DELETEs.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callsAtMost, lagMs, sendWindowMs } from "../../src/deletion/limits.ts";
import type { CloudflareFault, Ports } from "../../src/deletion/ports.ts";
import { sendDeletion } from "../../src/deletion/steps/send-deletion.ts";
import { admitted, edge, live, play, recordOf, type Script, takeAway } from "./a-deletion.ts";
import {
	badAnswers,
	dyingAfterEachCall,
	expectLookBetween,
	faultOf,
	livedThrough,
	liveOn,
	mortal,
	troubles,
} from "./mortal.ts";
import { fault, id, startMs, type World } from "./world.ts";

const lastGone = (recordId: string, ports: Ports) => livedThrough(() => sendDeletion(recordId, ports));

const mindTheGap = (world: World) => expectLookBetween(world, "delete");

describe("a stop after any one call", () => {
	const scripts: [string, Script, string][] = [
		["a clear success", { deletes: ["ok"] }, "deleted"],
		["a success whose answer is lost", { deletes: ["done_and_lost"] }, "deleted"],
		["a DELETE that never arrives, then a success", { deletes: ["lost", "ok"] }, "deleted"],
		["a throttling, then a success", { deletes: [{ throttled: 2000 }, "ok"] }, "deleted"],
		["a hold, then a success", { deletes: [{ held: 6000 }, "ok"] }, "deleted"],
		["a lost DELETE, a hold, then a success", { deletes: ["lost", { held: 6000 }, "ok"] }, "deleted"],
		["three DELETEs that never arrive", { deletes: ["lost", "lost", "lost"] }, "failed"],
		[
			"a lost DELETE, unreadable lists, then a success",
			{ deletes: ["lost"], reads: ["unreadable", "unreadable"] },
			"deleted",
		],
	];

	it.each(scripts)("during %s does not change the outcome", async (_, script, end) => {
		await dyingAfterEachCall(async (calls) => {
			const { world, recordId } = await admitted();
			play(world, script);
			const lived = await lastGone(recordId, mortal(world.ports, calls));
			if (world.journal.open(recordId) !== null) world.clock.nowMs = world.journal.dueAtMs(recordId) ?? 0;
			await live(world, recordId);
			expect(recordOf(world, recordId).state).toBe(end);
			mindTheGap(world);
			return lived;
		});
	});

	it("during a refusal leads to a look first, and to the same outcome", async () => {
		const { world, recordId } = await admitted();
		play(world, { deletes: ["refused", "refused"] });
		// It reads the journal, writes it, and dies as Cloudflare answers.
		expect(await lastGone(recordId, mortal(world.ports, 3))).toBe(false);
		expect(recordOf(world, recordId).state).toBe("deleting");
		await live(world, recordId);
		expect(recordOf(world, recordId).state).toBe("failed");
		mindTheGap(world);
	});

	it("before a recorded DELETE left does not count as a deletion", async () => {
		const { world, recordId } = await admitted();
		expect(await lastGone(recordId, mortal(world.ports, 2))).toBe(false);
		expect(world.calls).toEqual([]);
		world.clock.nowMs += sendWindowMs;
		await live(world, recordId);
		expect(recordOf(world, recordId).state).toBe("failed");
		expect(world.account.get(edge)).toHaveLength(2);
	});
});

interface Delete {
	/** How long after it was sent the DELETE takes effect; null is never. */
	landsAfterMs: number | null;
	answer: (typeof badAnswers)[number] | "clear" | "held";
	takesMs: number;
}

const aDelete: fc.Arbitrary<Delete> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({
			landsAfterMs: fc.constant(null),
			answer: fc.constantFrom(...badAnswers, "held" as const),
			takesMs: fc.nat(10_000),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			landsAfterMs: fc.option(fc.nat(lagMs - 1)),
			answer: fc.constant("lost"),
			takesMs: fc.nat(10_000),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			landsAfterMs: fc.constant(0),
			answer: fc.constantFrom("clear", "lost"),
			takesMs: fc.nat(10_000),
		}),
	},
);
const aHistory = fc.record({
	deletes: fc.array(aDelete, { maxLength: 6 }),
	...troubles,
	/** After this many calls to Cloudflare, someone else deletes the binding. */
	rivalAt: fc.option(fc.nat(8), { freq: 3 }),
});

describe("any mix of lost answers, late effects, unreadable lists, rivals and restarts", () => {
	it("ends with a true record and a look between any two DELETEs", async () => {
		await fc.assert(
			fc.asyncProperty(aHistory, async ({ deletes, readable, lives, lateMs, rivalAt }) => {
				const { world, recordId } = await admitted();
				const standing = () => (world.account.get(edge) ?? []).some((one) => one.id === id("b1"));
				const landings: number[] = [];
				let byUs = false;
				let byRival = false;
				let looked = true;
				let sent = 0;
				let calls = 0;
				const settleEffects = () => {
					if (!standing()) return;
					if (rivalAt !== null && calls > rivalAt) byRival = true;
					else if (landings.some((atMs) => atMs <= world.clock.nowMs)) byUs = true;
					if (byRival || byUs) takeAway(world);
				};
				world.misbehave = (call): CloudflareFault | null => {
					calls += 1;
					settleEffects();
					if (!call.startsWith("delete")) {
						if (readable.shift() === false) return fault.unclear;
						looked = true;
						return null;
					}
					expect(looked).toBe(true);
					expect(world.journal.open(recordId)?.progress.callsSent).toBeGreaterThan(sent);
					expect(world.clock.nowMs - startMs).toBeLessThan(sendWindowMs);
					const { landsAfterMs, answer, takesMs } = deletes.shift() ?? { landsAfterMs: 0, answer: "clear", takesMs: 0 };
					// The call never leaves.
					if (answer === "held") return fault.held(1 + takesMs);
					looked = false;
					sent += 1;
					expect(sent).toBeLessThanOrEqual(callsAtMost);
					if (landsAfterMs !== null && standing()) landings.push(world.clock.nowMs + landsAfterMs);
					const wasStanding = standing();
					world.clock.nowMs += takesMs;
					settleEffects();
					if (answer !== "clear") return faultOf(answer, takesMs);
					return wasStanding ? null : fault.notFound;
				};

				await liveOn(
					world,
					recordId,
					(ports) => lastGone(recordId, ports),
					() => world.journal.open(recordId) === null,
					{ lives, lateMs },
				);

				world.clock.nowMs += 2 * lagMs;
				const { state } = recordOf(world, recordId);
				calls = 0;
				settleEffects();
				if (state === "deleted" || state === "already_gone") expect(standing()).toBe(false);
				if (state === "already_gone") expect(byUs).toBe(false);
				if (state === "failed") expect(byUs).toBe(false);
				expect(["deleted", "already_gone", "failed"]).toContain(state);
				expect(world.withoutRule).toEqual([]);
				world.journal.handOver();
			}),
			{ numRuns: 1000 },
		);
	}, 180_000);
});
