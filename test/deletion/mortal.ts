// An isolate that dies in the middle of something.
import type { Ports } from "../../src/deletion/ports.ts";

class Death extends Error {}

/**
 * The ports of an isolate that dies right after some call to them: that call is made, but its result never arrives, and
 * nothing else happens.
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

/** Whether it lived through it. */
export async function livedThrough(work: () => Promise<void>): Promise<boolean> {
	try {
		await work();
		return true;
	} catch (error) {
		if (!(error instanceof Death)) throw error;
		return false;
	}
}
