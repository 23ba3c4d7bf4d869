// An isolate that dies in the middle of its work.
import fc from "fast-check";
import { expect } from "vitest";
import { sendWindowMs } from "../../src/deletion/limits.ts";
import type { CloudflareFault, Ports } from "../../src/deletion/ports.ts";
import { fault, type World } from "./world.ts";

class Death extends Error {}

/**
 * The ports of an isolate that dies right after a given number of calls. The last call is made, but its result never
 * arrives and nothing else happens.
 */
export function mortal(ports: Ports, callsToLive: number): Ports {
	let left = callsToLive;
	const dying = <Part extends object>(part: Part): Part =>
		new Proxy(part, {
			get(target, name, receiver) {
				const member: unknown = Reflect.get(target, name, receiver);
				if (typeof member !== "function") return member;
				return (...given: unknown[]) => {
					if (left <= 0) throw new Death();
					left -= 1;
					const result: unknown = Reflect.apply(member, target, given);
					if (left > 0) return result;
					if (!(result instanceof Promise)) throw new Death();
					return result.then(() => {
						throw new Death();
					});
				};
			},
		});
	return { ...ports, cloudflare: dying(ports.cloudflare), journal: dying(ports.journal), sleep: dying(ports).sleep };
}

/** Whether the isolate survived the work. */
export async function livedThrough(work: () => Promise<void>): Promise<boolean> {
	try {
		await work();
		return true;
	} catch (error) {
		if (!(error instanceof Death)) throw error;
		return false;
	}
}

/** The binding was read before each call of that kind except the first. */
export function expectLookBetween(world: World, kind: "delete" | "create"): void {
	for (const [index, call] of world.calls.entries()) {
		if (!call.startsWith(kind)) continue;
		const before = world.calls[index - 1];
		expect(before === undefined || /^bindings? /.test(before)).toBe(true);
	}
}

/** Dies after the first call, then after the second, and so on, until the isolate survives. */
export async function dyingAfterEachCall(livedWith: (calls: number) => Promise<boolean>): Promise<void> {
	for (let calls = 1; !(await livedWith(calls)); calls++) expect(calls).toBeLessThan(100);
}

export const badAnswers = ["lost", "refused", "credential", "throttled_briefly", "throttled_for_long"] as const;

export function faultOf(answer: (typeof badAnswers)[number], takesMs: number): CloudflareFault {
	switch (answer) {
		case "lost":
			return fault.unclear;
		case "refused":
			return fault.refused;
		case "credential":
			return fault.credential;
		case "throttled_briefly":
			return fault.throttled(takesMs);
		case "throttled_for_long":
			return fault.throttled(sendWindowMs);
	}
}

/** Which reads are answered, after how many calls each isolate dies, and how late the alarm is. */
export const troubles = {
	readable: fc.array(fc.boolean(), { maxLength: 8 }),
	lives: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
	lateMs: fc.array(fc.nat(100_000), { maxLength: 6 }),
};

/** Works on a record, one isolate after the other, until it is done. */
export async function liveOn(
	world: World,
	recordId: string,
	work: (ports: Ports) => Promise<boolean>,
	isDone: () => boolean,
	{ lives, lateMs }: { lives: number[]; lateMs: number[] },
): Promise<void> {
	for (let round = 0; !isDone(); round++) {
		const callsToLive = lives.shift();
		await work(callsToLive === undefined ? world.ports : mortal(world.ports, callsToLive));
		const dueAtMs = world.journal.dueAtMs(recordId) ?? 0;
		world.clock.nowMs = Math.max(dueAtMs, world.clock.nowMs) + (lateMs.shift() ?? 0);
		expect(round).toBeLessThan(40);
	}
}
