import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idBounds, idPrefixes, isRecordId, newRecordId } from "../../src/deletion/record-id.ts";

const nowMs = Date.UTC(2026, 10, 3, 12);
const random = Uint8Array.from({ length: 16 }, (_, index) => index * 7);
const latestMs = 2 ** 48 - 1;

const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
/** A stretch of any length: a millisecond, a night, a decade. */
const stretch = fc
	.tuple(time, fc.integer({ min: 0, max: 45 }), fc.double({ min: 0, max: 1, noNaN: true }))
	.map(([sinceMs, power, part]) => ({ sinceMs, untilMs: Math.min(sinceMs + Math.floor(2 ** power * part), latestMs) }));

describe("newRecordId", () => {
	it("is made of 26 characters of lower-case base32 without i, l, o and u", () => {
		const id = newRecordId(nowMs, random);
		expect(id).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
		expect(isRecordId(id)).toBe(true);
	});

	it("sorts the newest first", () => {
		fc.assert(
			fc.property(time, time, bytes, bytes, (oneMs, otherMs, one, other) => {
				fc.pre(oneMs < otherMs);
				expect(newRecordId(otherMs, other) < newRecordId(oneMs, one)).toBe(true);
			}),
		);
	});

	it("differs within a millisecond wherever five bits of a random byte differ", () => {
		fc.assert(
			fc.property(bytes, bytes, (one, other) => {
				const differ = one.some((byte, index) => byte % 32 !== (other[index] ?? 0) % 32);
				expect(newRecordId(nowMs, one) !== newRecordId(nowMs, other)).toBe(differ);
			}),
		);
		const ids = Array.from({ length: 10_000 }, () => newRecordId(nowMs, crypto.getRandomValues(new Uint8Array(16))));
		expect(new Set(ids).size).toBe(10_000);
	});

	it.each([-1, latestMs + 1, 0.5])("is an id at the odd time %s too", (ms) => {
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
		["a time that cannot be", `8${id.slice(1)}`],
		["a line break after", `${id}\n`],
		["nothing", ""],
	])("refuses %s", (_, text) => {
		expect(isRecordId(text)).toBe(false);
	});
});

describe("idBounds", () => {
	it("holds an id if and only if it holds its time", () => {
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

	it("covers each id of the stretch exactly once", () => {
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

	it("is in the order of ids, and none begins with another", () => {
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

	it("is few where the unit is an eighth of the stretch", () => {
		fc.assert(
			fc.property(stretch, ({ sinceMs, untilMs }) => {
				const { length } = idPrefixes(sinceMs, untilMs, (untilMs - sinceMs) / 8);
				expect(length).toBeGreaterThan(0);
				expect(length).toBeLessThanOrEqual(10);
			}),
		);
	});

	it("covers no more than a unit beyond both ends", () => {
		const nothing = new Uint8Array(16);
		fc.assert(
			fc.property(stretch, ({ sinceMs, untilMs }) => {
				const unitMs = Math.max((untilMs - sinceMs) / 8, 1);
				const prefixes = idPrefixes(sinceMs, untilMs, unitMs);
				// Rounded up to a power of 32, a unit is less than 32 times what was asked for.
				for (const ms of [sinceMs - 32 * unitMs, untilMs + 32 * unitMs]) {
					if (ms < 0 || ms > latestMs) continue;
					const id = newRecordId(ms, nothing);
					expect(prefixes.some((prefix) => id.startsWith(prefix))).toBe(false);
				}
			}),
		);
	});

	it("needs some hundred prefixes for ten years in units of nine hours", () => {
		const prefixes = idPrefixes(Date.UTC(2026, 0, 1), Date.UTC(2035, 11, 31), 32 ** 5);
		expect(prefixes.length).toBeLessThanOrEqual(130);
	});

	it("is one prefix for a stretch that is as long as one, and lies as one does", () => {
		const length = 32 ** 6;
		const untilMs = latestMs - 7 * length;
		expect(idPrefixes(untilMs - length + 1, untilMs, 1)).toHaveLength(1);
		expect(idPrefixes(untilMs - length, untilMs, 1)).toHaveLength(2);
	});

	it("is empty where the stretch ends before it begins", () => {
		expect(idPrefixes(nowMs, nowMs - 1, 1)).toEqual([]);
	});
});
