import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idBounds, idPrefixes, isRecordId, newRecordId } from "../../../src/deletion/record/record-id.ts";

const nowMs = Date.UTC(2026, 10, 3, 12);
const random = Uint8Array.from({ length: 16 }, (_, index) => index * 7);
const latestMs = 2 ** 48 - 1;

const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
/** A period of any length: a millisecond, a night, a decade. */
const stretch = fc
	.tuple(time, fc.integer({ min: 0, max: 45 }), fc.double({ min: 0, max: 1, noNaN: true }))
	.map(([sinceMs, power, part]) => ({ sinceMs, untilMs: Math.min(sinceMs + Math.floor(2 ** power * part), latestMs) }));

describe("newRecordId", () => {
	it("makes 26 characters of lower-case base32 without i, l, o and u", () => {
		const id = newRecordId(nowMs, random);
		expect(id).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
		expect(isRecordId(id)).toBe(true);
	});

	it("makes ids that sort newest first", () => {
		fc.assert(
			fc.property(time, time, bytes, bytes, (oneMs, otherMs, one, other) => {
				fc.pre(oneMs < otherMs);
				expect(newRecordId(otherMs, other) < newRecordId(oneMs, one)).toBe(true);
			}),
		);
	});

	it("makes different ids in the same millisecond whenever the low five bits of a random byte differ", () => {
		fc.assert(
			fc.property(bytes, bytes, (one, other) => {
				const differ = one.some((byte, index) => byte % 32 !== (other[index] ?? 0) % 32);
				expect(newRecordId(nowMs, one) !== newRecordId(nowMs, other)).toBe(differ);
			}),
		);
		const ids = Array.from({ length: 10_000 }, () => newRecordId(nowMs, crypto.getRandomValues(new Uint8Array(16))));
		expect(new Set(ids).size).toBe(10_000);
	});

	it.each([-1, latestMs + 1, 0.5])("makes a valid id even at the odd time %s", (ms) => {
		expect(isRecordId(newRecordId(ms, random))).toBe(true);
	});
});

describe("isRecordId", () => {
	const id = newRecordId(nowMs, random);
	it.each([
		["upper case", id.toUpperCase()],
		["25 characters", id.slice(1)],
		["27 characters", `${id}0`],
		["a letter that is not used", `${id.slice(0, -1)}u`],
		["an impossible time", `8${id.slice(1)}`],
		["a trailing line break", `${id}\n`],
		["an empty text", ""],
	])("refuses %s", (_, text) => {
		expect(isRecordId(text)).toBe(false);
	});
});

describe("idBounds", () => {
	it("contain an id exactly when the period contains its time", () => {
		fc.assert(
			fc.property(stretch, time, bytes, fc.integer({ min: -2, max: 2 }), ({ sinceMs, untilMs }, farMs, some, nudge) => {
				const { first, last } = idBounds(sinceMs, untilMs);
				for (const ms of [farMs, sinceMs, untilMs, ...[sinceMs, untilMs].map((edge) => edge + nudge)]) {
					if (ms < 0 || ms > latestMs) continue;
					const id = newRecordId(ms, some);
					expect(first <= id && id <= last).toBe(sinceMs <= ms && ms <= untilMs);
				}
			}),
		);
	});
});

describe("idPrefixes", () => {
	const unit = fc.integer({ min: 0, max: 44 }).map((power) => 2 ** power);

	it("cover each id of the period exactly once", () => {
		const within = fc.double({ min: 0, max: 1, noNaN: true });
		fc.assert(
			fc.property(stretch, unit, within, bytes, ({ sinceMs, untilMs }, unitMs, part, some) => {
				fc.pre((untilMs - sinceMs) / unitMs < 100_000);
				const prefixes = idPrefixes(sinceMs, untilMs, unitMs);
				for (const ms of [sinceMs, untilMs, sinceMs + Math.floor((untilMs - sinceMs) * part)]) {
					const id = newRecordId(ms, some);
					expect(prefixes.filter((prefix) => id.startsWith(prefix))).toHaveLength(1);
				}
			}),
		);
	});

	it("are in the order of ids, and none begins with another", () => {
		fc.assert(
			fc.property(stretch, ({ sinceMs, untilMs }) => {
				const prefixes = idPrefixes(sinceMs, untilMs, (untilMs - sinceMs) / 8);
				for (const [index, prefix] of prefixes.entries()) {
					const next = prefixes[index + 1];
					if (next !== undefined) expect(prefix < next && !next.startsWith(prefix)).toBe(true);
				}
			}),
		);
	});

	it("are at most ten if the unit is an eighth of the period", () => {
		fc.assert(
			fc.property(stretch, ({ sinceMs, untilMs }) => {
				const { length } = idPrefixes(sinceMs, untilMs, (untilMs - sinceMs) / 8);
				expect(length).toBeGreaterThan(0);
				expect(length).toBeLessThanOrEqual(10);
			}),
		);
	});

	it("reach no more than a unit beyond either end", () => {
		const nothing = new Uint8Array(16);
		fc.assert(
			fc.property(stretch, ({ sinceMs, untilMs }) => {
				const unitMs = Math.max((untilMs - sinceMs) / 8, 1);
				const prefixes = idPrefixes(sinceMs, untilMs, unitMs);
				// A unit is rounded up to a power of 32, so it is less than 32 times what was asked for.
				for (const ms of [sinceMs - 32 * unitMs, untilMs + 32 * unitMs]) {
					if (ms < 0 || ms > latestMs) continue;
					const id = newRecordId(ms, nothing);
					expect(prefixes.some((prefix) => id.startsWith(prefix))).toBe(false);
				}
			}),
		);
	});

	it("are at most 130 for ten years in units of nine hours", () => {
		const prefixes = idPrefixes(Date.UTC(2026, 0, 1), Date.UTC(2035, 11, 31), 32 ** 5);
		expect(prefixes.length).toBeLessThanOrEqual(130);
	});

	it("are just one for an aligned period of one unit", () => {
		const length = 32 ** 6;
		const untilMs = latestMs - 7 * length;
		expect(idPrefixes(untilMs - length + 1, untilMs, 1)).toHaveLength(1);
		expect(idPrefixes(untilMs - length, untilMs, 1)).toHaveLength(2);
	});

	it("are empty if the period ends before it begins", () => {
		expect(idPrefixes(nowMs, nowMs - 1, 1)).toEqual([]);
	});
});
