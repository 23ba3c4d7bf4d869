import { describe, expect, it } from "vitest";
import { fail, ok } from "../../src/deletion/result.ts";
import { accessTo, afterAnswer, announcedOf, readsDue } from "../../src/watch/announcement.ts";
import type { WatchedPrefix } from "../../src/watch/slots.ts";
import { id } from "../deletion/world.ts";

const hourMs = 3_600_000;
const nowMs = 100 * hourMs;
const parts = [{ cidr: "203.0.113.0/24", advertised: true }];
const read = afterAnswer(undefined, ok(parts), nowMs);
const denied = afterAnswer(read, fail("no_permission"), nowMs);

const prefix = (name: string, announcement?: WatchedPrefix["announcement"]): WatchedPrefix => ({
	prefixId: id(name),
	cidr: "203.0.113.0/24",
	isListed: true,
	fromStart: true,
	lookedMs: null,
	failedMs: null,
	...(announcement === undefined ? {} : { announcement }),
});
const slot = (...prefixes: WatchedPrefix[]) => ({ slot: 1, triedMs: null, prefixes });
const due = (prefixes: WatchedPrefix[], atMs: number) => readsDue(slot(...prefixes), prefixes, atMs);

describe("what is announced", () => {
	it("is what the last good answer said, for six hours", () => {
		expect(announcedOf(prefix("a1", read), nowMs + 6 * hourMs)).toEqual(parts);
		expect(announcedOf(prefix("a1", read), nowMs + 6 * hourMs + 1)).toBeNull();
		expect(announcedOf(prefix("a1"), nowMs)).toBeNull();
	});

	it("stays after a failure that says nothing, and is unknown without the permission", () => {
		const failed = afterAnswer(read, fail("unreadable"), nowMs + hourMs);
		expect(announcedOf(prefix("a1", failed), nowMs + hourMs)).toEqual(parts);
		expect(announcedOf(prefix("a1", failed), nowMs + 6 * hourMs + 1)).toBeNull();
		expect(announcedOf(prefix("a1", denied), nowMs)).toBeNull();
	});
});

describe("the permission", () => {
	it("is missing if a prefix is forbidden and none can be read", () => {
		expect(accessTo([prefix("a1")])).toBe("not_asked");
		expect(accessTo([prefix("a1", denied), prefix("a2")])).toBe("no_permission");
		expect(accessTo([prefix("a1", denied), prefix("a2", read)])).toBe("read");
	});

	it("is asked for again once an hour, with one prefix", () => {
		const prefixes = [prefix("a1", denied), prefix("a2"), prefix("a3")];
		expect(due(prefixes, nowMs + hourMs - 1)).toEqual([]);
		expect(due(prefixes, nowMs + hourMs)).toEqual([id("a2")]);
	});
});

describe("a read", () => {
	it("is due once an hour, and after a failure too", () => {
		expect(due([prefix("a1", read)], nowMs + hourMs - 1)).toEqual([]);
		expect(due([prefix("a1", read)], nowMs + hourMs)).toEqual([id("a1")]);
		const failed = afterAnswer(undefined, fail("unreadable"), nowMs);
		expect(due([prefix("a1", failed)], nowMs + hourMs - 1)).toEqual([]);
	});

	it("is not due for a prefix that is not listed", () => {
		expect(due([{ ...prefix("a1"), isListed: false }], nowMs)).toEqual([]);
	});
});
