// Remembers which prefix holds which addresses and bindings, so that a look-up can go straight there. A hint, never an
// answer: whoever does not find a binding by it looks the whole account up again.
import type { Binding, Prefix } from "./binding.ts";
import { contains } from "./cidr.ts";
import { type CloudflareId, isCloudflareId, plainId } from "./cloudflare-id.ts";
import type { Target } from "./target.ts";

export interface Directory {
	prefixFor(target: Target): CloudflareId | null;
	learnPrefixes(prefixes: readonly Prefix[]): void;
	learnBindings(prefixId: string, bindings: readonly Binding[]): void;
}

export function createDirectory(): Directory {
	let prefixes: readonly Prefix[] = [];
	const prefixOfBinding = new Map<string, string>();
	return {
		prefixFor(target) {
			const id =
				target.kind === "id" ? prefixOfBinding.get(plainId(target.bindingId)) : mostSpecific(prefixes, target)?.id;
			return id !== undefined && isCloudflareId(id) ? id : null;
		},
		learnPrefixes(all) {
			prefixes = all;
			const ids = new Set(all.map((prefix) => prefix.id));
			for (const [bindingId, prefixId] of prefixOfBinding) if (!ids.has(prefixId)) prefixOfBinding.delete(bindingId);
		},
		learnBindings(prefixId, bindings) {
			for (const binding of bindings) prefixOfBinding.set(plainId(binding.id), prefixId);
		},
	};
}

/** The prefixes that hold a CIDR, the most specific first: prefixes can nest where parts were brought separately. */
export const prefixesAround = (prefixes: readonly Prefix[], target: Target & { kind: "cidr" }): Prefix[] =>
	prefixes.filter((prefix) => contains(prefix.range, target.cidr)).toSorted((a, b) => b.range.length - a.range.length);

const mostSpecific = (prefixes: readonly Prefix[], target: Target): Prefix | undefined =>
	target.kind === "cidr" ? prefixesAround(prefixes, target)[0] : undefined;
