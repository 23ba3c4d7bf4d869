import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Binding } from "../../../src/deletion/address/binding.ts";
import { snapshotTag } from "../../../src/deletion/judgement/assess.ts";
import { bindingOf, id } from "../world.ts";

const siblings = Array.from({ length: 5 }, (_, index) => bindingOf(id(`a${index}`), `203.0.113.${index * 32}/27`));
const binding = bindingOf(id("b1"), "203.0.113.128/25");

const seen = fc.constantFrom<keyof Binding>("cidr", "serviceId", "provisioningState");
const word = fc.constantFrom(null, "active", "provisioning", "203.0.113.0/24", id("aa"), id("bb"));

describe("snapshotTag", () => {
	it("is the same in any order of bindings, with or without the binding itself among them", () => {
		fc.assert(
			fc.property(fc.shuffledSubarray(siblings, { minLength: 5 }), fc.boolean(), (shuffled, among) => {
				const all = among ? [...shuffled, binding] : shuffled;
				expect(snapshotTag(binding, all)).toBe(snapshotTag(binding, siblings));
			}),
		);
	});

	it("changes its first half exactly when the binding changes", () => {
		fc.assert(
			fc.property(seen, word, (member, value) => {
				const changed = { ...binding, [member]: value };
				const [before, after] = [snapshotTag(binding, siblings), snapshotTag(changed, siblings)];
				expect(before.split(".")[0] === after.split(".")[0]).toBe(binding[member] === value);
				expect(before.split(".")[1]).toBe(after.split(".")[1]);
			}),
		);
	});

	it("changes its second half exactly when a sibling changes", () => {
		fc.assert(
			fc.property(fc.nat(4), seen, word, (index, member, value) => {
				const before = siblings[index];
				if (before === undefined) return;
				const all = siblings.with(index, { ...before, [member]: value });
				const [tag, changed] = [snapshotTag(binding, siblings), snapshotTag(binding, all)];
				expect(tag.split(".")[0]).toBe(changed.split(".")[0]);
				expect(tag.split(".")[1] === changed.split(".")[1]).toBe(before[member] === value);
			}),
		);
	});

	it.each([
		["a sibling is gone", siblings.slice(1)],
		["a sibling is new", [...siblings, bindingOf(id("a9"), "203.0.113.224/27")]],
		[
			"a sibling is replaced by one with another id",
			[...siblings.slice(1), { ...siblings[0], id: id("a9") } as Binding],
		],
	])("changes when %s", (_, all) => {
		expect(snapshotTag(binding, all)).not.toBe(snapshotTag(binding, siblings));
	});

	it("is valid in an ETag", () => {
		expect(snapshotTag(binding, siblings)).toMatch(/^[0-9a-f]{16}\.[0-9a-f]{16}$/);
	});
});
