// An isolate that dies in the middle of its work.
import { expect } from "vitest";
import type { Ports } from "../../src/deletion/ports.ts";
import type { World } from "./world.ts";

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
