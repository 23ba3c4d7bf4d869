import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cappedText } from "../src/capped-body.ts";

/** A body in pieces, with how much of it was read and whether it was cancelled. */
function bodyOf(pieces: readonly Uint8Array[]) {
	const seen = { read: 0, cancelled: false };
	const body = new ReadableStream<Uint8Array>(
		{
			pull(controller) {
				const piece = pieces[seen.read++];
				if (piece === undefined) controller.close();
				else controller.enqueue(piece);
			},
			cancel() {
				seen.cancelled = true;
			},
		},
		{ highWaterMark: 0 },
	);
	return { body, seen };
}
const bytes = (text: string) => new TextEncoder().encode(text);

describe("cappedText", () => {
	it("is empty if there is no body or the body is empty", async () => {
		expect(await cappedText(null, 10)).toBe("");
		expect(await cappedText(bodyOf([]).body, 0)).toBe("");
	});

	it.each([
		[10, "0123456789"],
		[9, null],
		[0, null],
	])("reads a body of ten bytes under a cap of %i: %j", async (cap, expected) => {
		expect(await cappedText(bodyOf([bytes("01234"), bytes("56789")]).body, cap)).toBe(expected);
	});

	it("counts bytes, not characters", async () => {
		expect(await cappedText(bodyOf([bytes("€")]).body, 2)).toBeNull();
		expect(await cappedText(bodyOf([bytes("€")]).body, 3)).toBe("€");
	});

	it("joins a character that was split between two pieces", async () => {
		const whole = bytes("a😀b");
		const { body } = bodyOf([whole.slice(0, 3), whole.slice(3)]);
		expect(await cappedText(body, 100)).toBe("a😀b");
	});

	it("stops reading and cancels the body once it is too large", async () => {
		const { body, seen } = bodyOf(Array.from({ length: 100 }, () => bytes("0123456789")));
		expect(await cappedText(body, 25)).toBeNull();
		expect(seen).toEqual({ read: 3, cancelled: true });
	});

	it("replaces bytes that are not UTF-8", async () => {
		expect(await cappedText(bodyOf([Uint8Array.of(0x61, 0xff, 0x62)]).body, 10)).toBe("a\ufffdb");
	});

	it("passes on an error of the body", async () => {
		const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("broken")) });
		await expect(cappedText(broken, 10)).rejects.toThrow("broken");
	});

	it("returns any text that fits, however it is split", async () => {
		await fc.assert(
			fc.asyncProperty(fc.string({ unit: "binary" }), fc.array(fc.nat(20)), async (text, cuts) => {
				const whole = bytes(text);
				const ends = [...new Set(cuts), whole.length].filter((cut) => cut <= whole.length).toSorted((a, b) => a - b);
				const pieces = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
				const size = whole.length;
				const plain = new TextDecoder().decode(whole);
				expect(await cappedText(bodyOf(pieces).body, size)).toBe(plain);
				if (size > 0) expect(await cappedText(bodyOf(pieces).body, size - 1)).toBeNull();
			}),
		);
	});
});
