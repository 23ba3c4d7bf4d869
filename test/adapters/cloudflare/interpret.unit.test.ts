import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpret } from "../../../src/adapters/cloudflare/interpret.ts";
import type { Sent } from "../../../src/adapters/cloudflare/send.ts";

const nowMs = Date.UTC(2026, 10, 3, 12);
const sentOf = (status: number | null, body: unknown, headers: Record<string, string> = {}): Sent => ({
	status,
	headers: new Headers(headers),
	text: typeof body === "string" ? body : JSON.stringify(body),
	durationMs: 12,
});
const read = (status: number | null, body: unknown, headers?: Record<string, string>) =>
	interpret(sentOf(status, body, headers), nowMs, (value) => value);
const kindOf = (...given: Parameters<typeof read>) => {
	const reply = read(...given);
	return reply.ok ? "ok" : reply.failure.kind;
};
const envelope = (success: boolean | null, ...codes: number[]) => ({
	success,
	errors: codes.map((code) => ({ code, message: `message ${code}` })),
	messages: [],
	result: null,
});
const html = "<!DOCTYPE html><html><body><h1>Error 502</h1></body></html>";

describe("interpret, by status and body", () => {
	it.each<[number | null, unknown, string]>([
		[200, envelope(true), "ok"],
		[200, { errors: [], messages: [], success: true }, "ok"],
		[200, { ...envelope(true), messages: [{ code: 10000, message: "valid and active" }] }, "ok"],
		[201, envelope(true), "ok"],
		[200, "", "unclear"],
		[204, "", "unclear"],
		[200, envelope(false, 1002), "unclear"],
		[200, html, "unclear"],
		[200, '{"result":{"id":"', "unclear"],
		[200, "null", "unclear"],
		[200, '"ok"', "unclear"],
		[302, "", "unclear"],
		[304, "", "unclear"],
		[400, envelope(false, 7003, 7000), "refused"],
		[400, envelope(false, 6003), "credential_rejected"],
		[400, envelope(false, 9106), "credential_rejected"],
		[400, html, "refused"],
		[401, envelope(false), "credential_rejected"],
		[401, html, "credential_rejected"],
		[403, envelope(false, 10000), "credential_rejected"],
		[403, envelope(false, 9109), "credential_rejected"],
		[403, envelope(false, 10405), "credential_rejected"],
		[403, envelope(false, 1234), "refused"],
		[403, html, "refused"],
		[404, envelope(false, 1002), "not_found"],
		[404, envelope(false, 1000), "not_found"],
		[404, envelope(false, 10000), "not_found"],
		[404, html, "not_found"],
		[405, envelope(false, 10405), "refused"],
		[408, "", "unclear"],
		[409, envelope(false, 1108), "refused"],
		[429, envelope(false, 971), "throttled"],
		[429, html, "throttled"],
		[429, "", "throttled"],
		[429, envelope(false, 1002), "refused"],
		[500, envelope(false, 10001), "unclear"],
		[500, envelope(true), "unclear"],
		[502, html, "unclear"],
		[503, "", "unclear"],
		[520, "", "unclear"],
		[null, "the connection broke", "unclear"],
	])("%s %j is %s", (status, body, kind) => {
		expect(kindOf(status, body)).toBe(kind);
	});

	it.each<[string, unknown]>([
		["errors and no success", { errors: [{ code: 1002, message: "forbidden" }] }],
		[
			"errors and a success that is not a boolean",
			{ success: "false", errors: [{ code: 1002, message: "forbidden" }] },
		],
		["only a list", []],
		["a result and no success", { result: [] }],
		["a null success", { success: null, errors: [], result: [] }],
	])("does not count a 200 with %s as success", (_, body) => {
		expect(kindOf(200, body)).toBe("unclear");
	});

	it("counts only 2xx as success, and no server error as a clear answer", () => {
		const body = fc.oneof(
			fc.json(),
			fc.string(),
			fc.record({
				success: fc.boolean(),
				errors: fc.array(fc.record({ code: fc.constantFrom(971, 1002, 6003, 10000) })),
			}),
		);
		fc.assert(
			fc.property(fc.integer({ min: 200, max: 599 }), body, (status, some) => {
				const kind = kindOf(status, some);
				if (kind === "ok") expect(status).toBeLessThan(300);
				if (status >= 500) expect(kind).toBe("unclear");
				if (status >= 400 && status < 500 && status !== 408) expect(kind).not.toBe("unclear");
			}),
		);
	});
});

describe("interpret, reading an answer", () => {
	it("keeps Cloudflare's errors and messages in full", () => {
		const errors = [
			{
				code: 6003,
				message: "Invalid request headers",
				documentation_url: "https://developers.cloudflare.com/",
				source: { pointer: "/cidr" },
				error_chain: [{ code: 6111, message: "Invalid format for Authorization header" }],
				trace_id: "abc",
				nested: { deep: [1, null, true] },
			},
			{ message: "without a code" },
			"a bare text",
			7,
			null,
			["a list"],
		];
		const reply = read(400, { success: false, errors, messages: [{ code: 1, message: "hint", extra: 2 }], more: 1 });
		expect(reply).toMatchObject({ ok: false, failure: { kind: "credential_rejected" } });
		const answer = reply.ok ? null : reply.failure.answer;
		expect(answer?.errors.slice(0, 2)).toEqual(errors.slice(0, 2));
		expect(answer?.errors.slice(2)).toEqual([
			{ message: "a bare text" },
			{ message: "7" },
			{ message: "null" },
			{ message: '["a list"]' },
		]);
		expect(answer?.messages).toEqual([{ code: 1, message: "hint", extra: 2 }]);
	});

	it("keeps the Ray id, the status and the duration", () => {
		const reply = read(200, envelope(true), { "cf-ray": "8f00000000000001-AMS" });
		expect(reply).toMatchObject({
			ok: true,
			value: {
				answer: { status: 200, success: true, ray: "8f00000000000001-AMS", duration_ms: 12, errors: [], messages: [] },
			},
		});
		expect(reply.ok && reply.value.answer).not.toHaveProperty("unreadable");
	});

	it("keeps the first 500 characters of an unreadable answer", () => {
		const reply = read(502, html.padEnd(2000, "x"));
		expect(reply).toMatchObject({ failure: { answer: { success: null, errors: [], ray: null } } });
		expect(reply.ok ? "" : reply.failure.answer?.unreadable).toBe(html.padEnd(500, "x"));
	});

	it("says why no answer came", () => {
		expect(read(null, "no answer within 50 ms")).toMatchObject({
			failure: { answer: { status: null, success: null, unreadable: "no answer within 50 ms" } },
		});
	});

	it("returns the result and its total count, if any", () => {
		const counted = { ...envelope(true), result: [1, 2], result_info: { total_count: 7 } };
		expect(read(200, counted)).toMatchObject({ value: { result: [1, 2], totalCount: 7 } });
		expect(read(200, { success: true, result: "x", result_info: "?" })).toMatchObject({
			value: { result: "x", totalCount: null },
		});
		expect(read(200, { success: true, result_info: { total_count: "7" } })).toMatchObject({
			value: { totalCount: null },
		});
	});

	it("keeps at most fifty errors and messages of ten thousand characters each, to fit a record into a row", () => {
		const many = Array.from({ length: 60 }, (_, code) => ({ code, message: `message ${code}` }));
		const long = "x".repeat(20_000);
		const reply = read(400, { success: false, errors: [{ code: 1, message: long }, long, ...many], messages: many });
		const answer = reply.ok ? null : reply.failure.answer;
		expect(answer?.messages).toEqual(many.slice(0, 50));
		expect(answer?.errors).toHaveLength(50);
		expect(answer?.errors[0]).toEqual({ message: JSON.stringify({ code: 1, message: long }).slice(0, 10_000) });
		expect(answer?.errors[1]).toEqual({ message: long.slice(0, 10_000) });
		expect(answer?.errors[2]).toEqual(many[0]);
	});

	it("treats errors that are not a list as no errors", () => {
		expect(read(400, { success: false, errors: "broken", messages: null })).toMatchObject({
			failure: { kind: "refused", answer: { errors: [], messages: [] } },
		});
	});
});

describe("interpret, reading a rate limit", () => {
	it.each<[string | undefined, number]>([
		[undefined, 5000],
		["0", 0],
		["7", 7000],
		["300", 300_000],
		["Tue, 03 Nov 2026 12:00:30 GMT", 30_000],
		["Tue, 03 Nov 2026 11:00:00 GMT", 0],
		["soon", 5000],
		["", 5000],
		["NaN", 5000],
		["Infinity", 5000],
		["-5", 5000],
		["600", 600_000],
		["601", 600_000],
		["999999", 600_000],
		["1000000", 5000],
		["Wed, 04 Nov 2026 12:00:00 GMT", 600_000],
		["2026-11-03", 5000],
		["5.5", 5000],
	])("waits for retry-after %j: %i ms", (value, ms) => {
		const reply = read(429, envelope(false, 971), value === undefined ? {} : { "retry-after": value });
		expect(reply).toMatchObject({ ok: false, failure: { kind: "throttled", retryAfterMs: ms } });
	});
});
