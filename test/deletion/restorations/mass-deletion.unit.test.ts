// A mass deletion, and what it leaves to restore.
import { expect, it } from "vitest";
import type { PastPrefix } from "../../../src/deletion/past.ts";
import { laterMembers, type Summary } from "../../../src/deletion/record/deletion.ts";
import { authorWords, massDeletionId, toRestore } from "../../../src/deletion/restorations/mass-deletion.ts";

const row = (cidr: string, prefix: string, more: Partial<Summary> = {}): Summary => ({
	...{ id: `7${cidr}`, state: "deleted_elsewhere", cidr, binding_id: cidr, prefix_id: prefix, service_name: "CDN" },
	...{ actor: "unknown", door: "watch", reason: null, created_at: "", settled_at: "", ray: null },
	...laterMembers,
	...more,
});
const bound = (id: string, count: number): PastPrefix => ({
	id,
	cidr: null,
	bindings: Array.from({ length: count }, (_, index) => ({
		...{ id: `${id}${index}`, prefixId: id, cidr: null, serviceId: null, serviceName: null },
		...{ provisioningState: null, firstSeenMs: 0, goneMs: null },
	})),
});
const everywhere = { ranges: null };
const cidrs = (some: readonly { row: Summary }[]) => some.map((one) => one.row.cidr);

const half = [row("203.0.113.0/26", "aa"), row("203.0.113.0/25", "aa")];
const dark = [row("198.51.100.0/25", "b-b"), row("198.51.100.0/24", "b-b")];

it("comes in the order of its restoration: dark prefixes first, and the least specific binding of each", () => {
	const { all, restorable, missing, prefixes } = toRestore(
		{ deletions: [...half, ...dark] },
		[bound("aa", 1)],
		everywhere,
	);
	expect(cidrs(all)).toEqual(["198.51.100.0/24", "198.51.100.0/25", "203.0.113.0/25", "203.0.113.0/26"]);
	expect(all.map(({ isDark }) => isDark)).toEqual([true, true, false, false]);
	expect([restorable, missing, prefixes]).toEqual([all, 4, { total: 2, dark: 1 }]);
});

it("calls no prefix dark if what it has left is not known, however its id is spelt", () => {
	expect(toRestore({ deletions: dark }, null, everywhere).prefixes.dark).toBe(0);
	expect(toRestore({ deletions: dark }, [bound("bb", 1)], everywhere).prefixes.dark).toBe(0);
});

it("leaves out what is restored, and what is outside the actor's ranges", () => {
	const deletions = [...half, row("198.51.100.0/24", "bb", { state: "restored" }), row("", "bb", { cidr: null })];
	const { restorable, missing, outside } = toRestore({ deletions }, [], { ranges: ["203.0.113.0/25"] });
	expect([cidrs(restorable), missing, outside]).toEqual([["203.0.113.0/25", "203.0.113.0/26"], 3, 1]);
	expect(toRestore({ deletions }, [], { ranges: [] }).restorable).toEqual([]);
});

it("is at most what one request takes", () => {
	const deletions = Array.from({ length: 1100 }, (_, index) =>
		row(`10.${index >> 8}.${index & 255}.0/24`, String(index)),
	);
	const { restorable, missing, outside } = toRestore({ deletions }, [], everywhere);
	expect([restorable.length, missing, outside]).toEqual([1000, 1100, 0]);
});

it("names those who did it with how many each, and the unknown last", () => {
	expect(authorWords(half)).toBe("nobody knows yet");
	const mallory = row("192.0.2.0/24", "cc", { actor: "mallory@example.com" });
	expect(authorWords([mallory])).toBe("mallory@example.com");
	expect(authorWords([...half, mallory])).toBe("mallory@example.com (1), nobody knows yet (2)");
});

it("names a mass deletion by when it began, so that it can be typed in a command", () => {
	const startMs = Date.UTC(2026, 1, 20, 17, 48);
	expect(massDeletionId(startMs)).toMatch(/^[0-9a-z]+$/);
	expect(Number.parseInt(massDeletionId(startMs), 36)).toBe(startMs);
	expect(massDeletionId(startMs)).not.toBe(massDeletionId(startMs + 1));
});
