import { describe, expect, it } from "vitest";
import { judgeAccount } from "../../src/watch/judge-account.ts";
import type { WatchedPrefix } from "../../src/watch/slots.ts";
import { id } from "../deletion/world.ts";

const listing = (...names: string[]) => ({
	beginMs: 5000,
	endMs: 6000,
	seen: names.map((name) => ({ id: id(name), cidr: "203.0.113.0/24" })),
});
const watched = (name: string, change: Partial<WatchedPrefix> = {}): WatchedPrefix => ({
	prefixId: id(name),
	cidr: "203.0.113.0/24",
	isListed: true,
	fromStart: true,
	lookedMs: 1000,
	failedMs: null,
	...change,
});
const unseen = { fromStart: true, lookedMs: null };

describe("judgeAccount", () => {
	it("watches the prefixes of the first list from the start", () => {
		const { prefixes, findings, looks } = judgeAccount([], listing("a1", "a2"));
		expect(prefixes).toEqual([watched("a1", unseen), watched("a2", unseen)]);
		expect([findings, looks]).toEqual([[], []]);
	});

	it("watches a prefix that comes later, but not from the start", () => {
		const { prefixes } = judgeAccount([watched("a1")], listing("a1", "a2"));
		expect(prefixes).toEqual([watched("a1"), watched("a2", { lookedMs: null, fromStart: false })]);
	});

	it("takes a prefix that is not listed as one without bindings, as long as another one is listed", () => {
		const judged = judgeAccount([watched("a1"), watched("a2")], listing("a1"));
		expect(judged.prefixes).toEqual([watched("a1"), watched("a2", { isListed: false })]);
		expect(judged.looks).toEqual([{ prefixId: id("a2"), beginMs: 5000, endMs: 6000, seen: [] }]);
	});

	it("lists a prefix again that a list left out", () => {
		const { prefixes } = judgeAccount([watched("a1"), watched("a2", { isListed: false })], listing("a1", "a2"));
		expect(prefixes.map(({ isListed }) => isListed)).toEqual([true, true]);
	});

	it.each([
		["an empty list", [watched("a1"), watched("a2")], listing()],
		["a list without any known prefix", [watched("a1")], listing("a3")],
		["a list with only a prefix that no look has seen yet", [watched("a1"), watched("a3", unseen)], listing("a3")],
		["an empty list before the first looks", [watched("a1", unseen)], listing()],
	])("finds it implausible that all prefixes are gone at once: %s", (_, known, look) => {
		const judged = judgeAccount(known, look);
		expect(judged.findings).toEqual([{ kind: "implausible", why: "no_known_prefix", prefixId: null }]);
		expect(judged.looks).toEqual([]);
		expect(judged.prefixes.slice(0, known.length)).toEqual(known);
	});

	it("watches the new prefixes of an implausible list, so that it becomes plausible when they are seen", () => {
		const { prefixes } = judgeAccount([watched("a1")], listing("a3"));
		expect(prefixes.map(({ prefixId }) => prefixId)).toEqual([id("a1"), id("a3")]);
		const later = prefixes.map((one) => ({ ...one, lookedMs: 1000 }));
		expect(judgeAccount(later, listing("a3")).looks).toMatchObject([{ prefixId: id("a1") }]);
	});

	it.each([
		["fails", null, []],
		["names a prefix twice", listing("a1", "a1").seen, ["implausible"]],
	])("concludes nothing from a list that %s, and waits before it tries again", (_, seen, kinds) => {
		const known = [watched("a1"), watched("a2", { isListed: false })];
		const judged = judgeAccount(known, { ...listing(), seen });
		expect(judged.findings.map(({ kind }) => kind)).toEqual(kinds);
		expect(judged.looks).toEqual([]);
		expect(judged.prefixes).toEqual([watched("a1"), watched("a2", { isListed: false, failedMs: 6000 })]);
	});

	it("compares ids without dashes, and leaves out ids that are not safe in a path", () => {
		const seen = [
			{ id: "a1000000-0000-0000-0000-000000000000", cidr: "203.0.113.0/24" },
			{ id: "..", cidr: "198.51.100.0/24" },
		];
		expect(judgeAccount([watched("a1")], { ...listing(), seen }).prefixes).toEqual([watched("a1")]);
	});
});
