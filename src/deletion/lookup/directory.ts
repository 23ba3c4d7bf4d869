// Remembers which prefix holds which addresses and bindings, so that a look-up can go straight there. A hint, never an
// answer: if the binding is not there, the whole account is searched.

import type { Binding, Prefix } from "../address/binding.ts";
import { contains } from "../address/cidr.ts";
import { type CloudflareId, isCloudflareId, plainId } from "../address/cloudflare-id.ts";
import type { Target } from "../address/target.ts";
import { missingForMs, rememberedMissesAtMost } from "../limits.ts";

export interface Directory {
	prefixFor(target: Target): CloudflareId | null;
	learnPrefixes(prefixes: readonly Prefix[]): void;
	learnBindings(prefixId: string, bindings: readonly Binding[]): void;
	/** A complete search with fresh lists did not find the binding. For a minute, nobody searches for it again. */
	learnMissing(bindingId: string, atMs: number): void;
	isMissing(bindingId: string, nowMs: number): boolean;
}

/** What the watch has seen. Unlike the directory's own memory, it outlives a restart; empty while the watch is off. */
export interface Inventory {
	prefixes(): readonly KnownPrefix[];
	/** The prefix in which the binding was last seen. */
	prefixOf(bindingId: string): string | null;
}

type KnownPrefix = Pick<Prefix, "id" | "range">;

const nothingSeen: Inventory = { prefixes: () => [], prefixOf: () => null };

export function createDirectory(inventory: Inventory = nothingSeen): Directory {
	let prefixes: readonly KnownPrefix[] = [];
	/** Each prefix as it was last listed, by plain ids; deleted bindings drop out. */
	const bindingsIn = new Map<string, ReadonlySet<string>>();
	const misses = new Map<string, number>();

	const prefixWith = (bindingId: string): string | null => {
		for (const [prefixId, ids] of bindingsIn) if (ids.has(bindingId)) return prefixId;
		return inventory.prefixOf(bindingId);
	};
	const prefixAround = (target: Target & { kind: "cidr" }): string | null => {
		if (prefixesAround(prefixes, target).length === 0) {
			const seen = inventory.prefixes();
			if (seen.length > 0) prefixes = seen;
		}
		return prefixesAround(prefixes, target)[0]?.id ?? null;
	};
	return {
		prefixFor(target) {
			const id = target.kind === "id" ? prefixWith(plainId(target.bindingId)) : prefixAround(target);
			return id !== null && isCloudflareId(id) ? id : null;
		},
		learnPrefixes(all) {
			prefixes = all;
			const ids = new Set(all.map((prefix) => prefix.id));
			for (const prefixId of bindingsIn.keys()) if (!ids.has(prefixId)) bindingsIn.delete(prefixId);
		},
		learnBindings(prefixId, bindings) {
			bindingsIn.set(prefixId, new Set(bindings.map(({ id }) => plainId(id))));
		},
		learnMissing(bindingId, atMs) {
			misses.delete(plainId(bindingId));
			misses.set(plainId(bindingId), atMs);
			for (const oldest of misses.keys()) {
				if (misses.size <= rememberedMissesAtMost) break;
				misses.delete(oldest);
			}
		},
		isMissing(bindingId, nowMs) {
			const atMs = misses.get(plainId(bindingId));
			return atMs !== undefined && nowMs - atMs < missingForMs;
		},
	};
}

/** The prefixes that contain a CIDR, most specific first: prefixes can nest if parts were onboarded separately. */
export const prefixesAround = <Some extends KnownPrefix>(
	prefixes: readonly Some[],
	target: Target & { kind: "cidr" },
): Some[] =>
	prefixes.filter((prefix) => contains(prefix.range, target.cidr)).toSorted((a, b) => b.range.length - a.range.length);
