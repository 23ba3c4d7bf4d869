import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../../src/adapters/history/cursor.ts";
import type { Position } from "../../../src/adapters/history/page.ts";
import type { HistoryFilter } from "../../../src/deletion/history.ts";
import { newRecordId } from "../../../src/deletion/record-id.ts";
import { bindingIds, everything, nowMs } from "./rows.ts";

const recordId = newRecordId(nowMs, new Uint8Array(16));
const position: fc.Arbitrary<Position> = fc.record({
	part: fc.nat(200),
	cursor: fc.option(fc.string({ maxLength: 200 })),
	afterId: fc.constantFrom("", recordId),
	skip: fc.nat(1000),
});
const filter: fc.Arbitrary<HistoryFilter> = fc.record({
	state: fc.constantFrom(null, "deleted"),
	actor: fc.option(fc.string()),
	door: fc.constantFrom(null, "api"),
	bindingId: fc.constantFrom(null, ...bindingIds),
	prefixId: fc.constantFrom(null, ...bindingIds),
	sinceMs: fc.option(fc.nat()),
	untilMs: fc.option(fc.nat()),
});

describe("a cursor", () => {
	it("decodes to its position under its own filter and no other", () => {
		fc.assert(
			fc.property(position, filter, filter, (at, its, other) => {
				const text = encodeCursor(at, its);
				expect(text).toMatch(/^[\w-]+$/);
				expect(decodeCursor(text, its)).toEqual(at);
				const same = JSON.stringify(Object.entries(its).sort()) === JSON.stringify(Object.entries(other).sort());
				if (!same) expect(decodeCursor(text, other)).toBeNull();
			}),
		);
	});

	it("does not depend on the order of the filter's members", () => {
		const text = encodeCursor({ part: 0, cursor: null, afterId: "", skip: 0 }, everything);
		const reversed = Object.fromEntries(Object.entries(everything).toReversed()) as unknown as HistoryFilter;
		expect(decodeCursor(text, reversed)).not.toBeNull();
	});

	it("is refused if it is any other text", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.base64String(), fc.json()), (text) => {
				expect(decodeCursor(text, everything)).toBeNull();
			}),
		);
	});

	const mark = JSON.parse(
		Buffer.from(encodeCursor({ part: 0, cursor: null, afterId: "", skip: 0 }, everything), "base64url").toString(),
	)[0];
	it.each<[string, unknown]>([
		["not a list", { mark }],
		["too short", [mark, 0, null, ""]],
		["too long", [mark, 0, null, "", 0, 0]],
		["another mark", ["AAAAAAAA", 0, null, "", 0]],
		["a negative part", [mark, -1, null, "", 0]],
		["a fractional part", [mark, 0.5, null, "", 0]],
		["a part as a string", [mark, "0", null, "", 0]],
		["an overlong KV cursor", [mark, 0, "x".repeat(2001), "", 0]],
		["a KV cursor that is a number", [mark, 0, 7, "", 0]],
		["an invalid id", [mark, 0, null, "zzz", 0]],
		["an oversized skip", [mark, 0, null, "", 1001]],
		["a null skip", [mark, 0, null, "", null]],
	])("is refused if it was tampered with: %s", (_, value) => {
		expect(decodeCursor(Buffer.from(JSON.stringify(value)).toString("base64url"), everything)).toBeNull();
	});

	it("is refused if any one character is missing", () => {
		const text = encodeCursor({ part: 3, cursor: "abc", afterId: recordId, skip: 7 }, everything);
		for (let index = 0; index < text.length; index++) {
			const changed = text.slice(0, index) + text.slice(index + 1);
			expect(decodeCursor(changed, everything)).toBeNull();
		}
	});
});
