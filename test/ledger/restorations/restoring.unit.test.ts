// Whatever fails, and wherever the process stops: each record that was named ends in exactly one state, no binding is created
// twice, and none is forgotten.
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { lagMs } from "../../../src/deletion/limits.ts";
import type { CloudflareFault } from "../../../src/deletion/ports.ts";
import type { RestorationItem } from "../../../src/deletion/restorations/restorations.ts";
import { badAnswers, faultOf } from "../../deletion/mortal.ts";
import { bindingOf, fault, id, type World } from "../../deletion/world.ts";
import { bindingsOf, callsOf, type Loss, lost, type Many, manyPrefixes, restorer } from "./many.ts";

const finalStates = ["restored", "already_bound", "failed", "refused"];

/** The state of each record is final, it agrees with the account, and nothing is there twice. */
function expectTruth(many: Many, requestId: string, isOnlyOne = true): void {
	const { state, total, counts, deletions } = many.show(requestId);
	expect(state).toBe("done");
	expect(deletions.map(({ deletion_id }) => deletion_id).toSorted()).toEqual([...many.ids].toSorted());
	expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(total);
	for (const item of deletions) {
		expect(finalStates).toContain(item.state);
		const isThere = item.state === "restored" || item.state === "already_bound";
		const at = bindingAt(many.world, item);
		if (isThere) expect(at?.id).toBe(item.binding_id);
		// Another request may have restored what this one could not.
		if (isThere || isOnlyOne)
			expect(many.world.journal.get(item.deletion_id)?.state).toBe(isThere ? "restored" : "deleted_elsewhere");
	}
	const all = bindingsOf(many);
	expect(new Set(all).size).toBe(all.length);
	expect(many.world.withoutRule).toEqual([]);
}

const bindingAt = ({ account }: World, { cidr }: RestorationItem) =>
	[...account.values()].flat().find((one) => one.cidr === cidr);

/** Lives on, one isolate after the other, each dying after some calls. */
async function liveOn(many: Many, requestId: string, lives: number[], lateMs: number[] = []): Promise<void> {
	const isolates = [...lives, Number.POSITIVE_INFINITY];
	for (let round = 0; many.show(requestId).state !== "done"; round++) {
		const callsToLive = isolates.shift();
		if (callsToLive !== undefined) many.restart(callsToLive);
		many.pass();
		many.world.clock.nowMs += lateMs.shift() ?? 0;
		await many.alarm();
		expect(round).toBeLessThan(400);
	}
}

describe("a process that stops after any one call", () => {
	it("leaves a request that the next one finishes, with one creation for each binding", async () => {
		vi.spyOn(console, "error").mockReturnValue();
		let isOver = false;
		for (let calls = 0; !isOver; calls++) {
			const many = lost(manyPrefixes(2), { leftIn: () => "none" });
			const { id: requestId } = many.request();
			many.restart(calls);
			await many.alarm();
			isOver = many.show(requestId).state === "done";
			await liveOn(many, requestId, []);
			expectTruth(many, requestId);
			expect(many.show(requestId).counts.restored).toBe(8);
			expect(callsOf(many, "create")).toHaveLength(8);
			many.world.journal.handOver();
			expect(calls).toBeLessThan(300);
		}
	});

	it("gives the caller the id it already has if the request is repeated", () => {
		const many = lost(manyPrefixes(1));
		const first = many.request();
		many.restart();
		expect(many.request().id).toBe(first.id);
		expect(many.request(many.ids, { reason: "another" }).id).not.toBe(first.id);
	});
});

const takesMs = fc.nat(10_000);
/** How Cloudflare answers a POST; `effect`: whether and when an unclear one takes effect. */
const aPost = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ answer: fc.constant("clear" as const), effect: fc.constant(false), takesMs }) },
	{ weight: 3, arbitrary: fc.record({ answer: fc.constantFrom(...badAnswers), effect: fc.constant(false), takesMs }) },
	{ weight: 2, arbitrary: fc.record({ answer: fc.constant("lost" as const), effect: fc.constant(true), takesMs }) },
);
const aHistory = fc.record({
	prefixes: fc.integer({ min: 1, max: 4 }),
	/** Which bindings are lost, which are still there, and which somebody else binds meanwhile. */
	fates: fc.array(fc.constantFrom("lost", "lost", "lost", "kept", "rival", "other_service"), {
		minLength: 16,
		maxLength: 16,
	}),
	posts: fc.array(aPost, { maxLength: 12 }),
	readable: fc.array(fc.boolean(), { maxLength: 20 }),
	lives: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }),
	lateMs: fc.array(fc.nat(100_000), { maxLength: 12 }),
	known: fc.constantFrom("none" as const, "unknown" as const, "some" as const),
	/** Another request for the same records. */
	twice: fc.boolean(),
});

describe("any prefixes, bindings, lost answers, unreadable lists, rivals and restarts", () => {
	it("end with one final state for each record that was named, and no binding twice", async () => {
		vi.spyOn(console, "error").mockReturnValue();
		await fc.assert(
			fc.asyncProperty(aHistory, async ({ prefixes, fates, posts, readable, lives, lateMs, known, twice }) => {
				const all = manyPrefixes(prefixes);
				const fateOf = (index: number) => fates[index % fates.length];
				const losses = all.filter((_, index) => fateOf(index) !== "kept");
				if (losses.length === 0) return;
				const kept = all.filter((_, index) => fateOf(index) === "kept");
				const rivals = all.filter((_, index) => fateOf(index) === "rival" || fateOf(index) === "other_service");
				const many = lost(losses, { leftIn: () => known }, kept);
				const { world } = many;
				const bind = (loss: Loss, bindingId: string, serviceId = id("5e")) => {
					const there = world.account.get(loss.prefix);
					const isBound = there?.some(({ cidr }) => cidr === loss.binding.cidr);
					if (!isBound) there?.push(bindingOf(bindingId, loss.binding.cidr ?? "", { serviceId }));
				};
				let made = 0;
				let calls = 0;
				world.misbehave = (call): CloudflareFault | null => {
					calls += 1;
					const rival = rivals[calls % 7 === 0 ? calls / 7 - 1 : -1];
					const isOther = rival !== undefined && fateOf(all.indexOf(rival)) === "other_service";
					if (rival !== undefined) bind(rival, id(`e${calls}`), isOther ? id("77") : id("5e"));
					if (!call.startsWith("create")) return readable.shift() === false ? fault.unclear : null;
					const { answer, effect, takesMs } = posts.shift() ?? { answer: "clear" as const, effect: false, takesMs: 0 };
					world.clock.nowMs += takesMs;
					if (answer === "clear") return null;
					const loss = losses.find(({ binding }) => call === `create ${binding.cidr}`);
					if (effect && loss !== undefined) bind(loss, id(`d${++made}`));
					return faultOf(answer, takesMs);
				};
				const { id: requestId } = many.request();
				const other = twice ? many.request(many.ids, { reason: "another", actor: { ...restorer } }).id : requestId;
				await liveOn(many, requestId, lives, lateMs);
				await liveOn(many, other, [], []);
				world.clock.nowMs += 2 * lagMs;
				expectTruth(many, requestId, !twice);
				expectTruth(many, other, !twice);
				world.journal.handOver();
			}),
			{ numRuns: 200 },
		);
	}, 180_000);
});
