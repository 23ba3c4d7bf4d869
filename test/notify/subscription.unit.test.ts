import { describe, expect, it } from "vitest";
import type { Destination } from "../../src/notify/destination.ts";
import { eventTypes } from "../../src/notify/event.ts";
import { eventsOf } from "../../src/notify/events-of.ts";
import { credentialRejected } from "../../src/notify/other-events.ts";
import { eventPatterns, matches, wants } from "../../src/notify/subscription.ts";
import { noonMs, recordIn } from "./records.ts";

type Filters = Pick<Destination, "events" | "ranges" | "doors">;
const [deleted] = eventsOf(recordIn("deleting"), recordIn("deleted"), { number: 1, at: "2030-01-01T12:00:00.000Z" });
const rejected = credentialRejected("read", noonMs);
const all: Filters = { events: ["*"], ranges: null, doors: null };

describe("a destination", () => {
	it.each<[string, Partial<Filters>, boolean]>([
		["everything", {}, true],
		["all events of deletions", { events: ["deletion.*"] }, true],
		["this event", { events: ["freeze.on", "deletion.deleted"] }, true],
		["another event", { events: ["deletion.failed", "restoration.*"] }, false],
		["its range", { ranges: ["198.51.100.0/24", "203.0.113.0/24"] }, true],
		["exactly its CIDR", { ranges: ["203.0.113.128/25"] }, true],
		["a part of its CIDR", { ranges: ["203.0.113.128/26"] }, false],
		["another range", { ranges: ["198.51.100.0/24"] }, false],
		["another family", { ranges: ["2001:db8::/32"] }, false],
		["its door", { doors: ["api", "chat"] }, true],
		["another door", { doors: ["api"] }, false],
	])("that wants %s: gets alice's deletion or not", (_, filters, expected) => {
		expect(deleted && wants({ ...all, ...filters }, deleted)).toBe(expected);
	});

	it("gets events about no binding and through no door, whatever its ranges and doors", () => {
		expect(wants({ ...all, ranges: ["198.51.100.0/24"], doors: ["api"] }, rejected)).toBe(true);
	});
});

describe("each pattern", () => {
	it("matches an event", () => {
		for (const pattern of eventPatterns) expect(eventTypes.some((type) => matches(pattern, type))).toBe(true);
		expect(eventPatterns).toEqual(expect.arrayContaining(["*", "deletion.*", "watch.*", "test", "freeze.on"]));
	});

	it("matches whole words only", () => {
		expect(matches("deletion.", "deletion.deleted")).toBe(false);
		expect(matches("deletion", "deletion.deleted")).toBe(false);
		expect(matches("test.*", "test")).toBe(false);
	});
});
