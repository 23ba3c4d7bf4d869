// Requests that are malformed, unknown or too large: the whole problem, its status and its headers. What Cloudflare or
// a guard refuses is in api/.

import { afterEach, describe, expect, it } from "vitest";
import { doors } from "../../../src/deletion/record/actor.ts";
import { states } from "../../../src/deletion/record/deletion.ts";
import { guardNames } from "../../../src/deletion/record/verdict.ts";
import { call, cloudflare, deletes, origin } from "../../harness.ts";
import { resetAll } from "../account.ts";
import { fetchWorker } from "../configured.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const malformed = { status: 400, code: "invalid_request", title: "The request is malformed" };
const target = "203.0.113.128/25";
const planParameters = ["reason", "acknowledge"];
const deletionParameters = [...planParameters, "not_before", "supersede"];
const historyParameters = ["limit", "cursor", "state", "binding", "prefix", "actor", "door", "since", "until"];
const bodyFields = ["target", "reason", "acknowledge", "not_before", "supersede", "dry_run"];

describe("400: the query", () => {
	const guards = `must be among ${guardNames.join(", ")}`;
	it.each<[string, string, string, string[]]>([
		["GET", "/bindings?cover=203.0.113.7", 'Unknown parameter "cover".', ["covering", "at"]],
		[
			"GET",
			"/bindings?covering=10.0.0.1&covering=10.0.0.2",
			'The parameter "covering" is given 2 times.',
			["covering", "at"],
		],
		["GET", "/bindings?__proto__=x", 'Unknown parameter "__proto__".', ["covering", "at"]],
		["GET", "/bindings?constructor=x", 'Unknown parameter "constructor".', ["covering", "at"]],
		["GET", "/bindings?=x", 'Unknown parameter "".', ["covering", "at"]],
		["GET", `/bindings/${target}?dry_run=true`, 'Unknown parameter "dry_run".', planParameters],
		["DELETE", `/bindings/${target}?__proto__=x`, 'Unknown parameter "__proto__".', deletionParameters],
		["DELETE", `/bindings/${target}?force=1`, 'Unknown parameter "force".', deletionParameters],
		["DELETE", `/bindings/${target}?Reason=x`, 'Unknown parameter "Reason".', deletionParameters],
		["DELETE", `/bindings/${target}?reason=`, 'The parameter "reason" must not be empty.', deletionParameters],
		["DELETE", `/bindings/${target}?reason=%20`, 'The parameter "reason" must not be blank.', deletionParameters],
		["DELETE", `/bindings/${target}?reason=a&reason=b`, 'The parameter "reason" is given 2 times.', deletionParameters],
		[
			"DELETE",
			`/bindings/${target}?reason=${"r".repeat(501)}`,
			'The parameter "reason" must be at most 500 characters.',
			deletionParameters,
		],
		[
			"DELETE",
			`/bindings/${target}?reason=a%0Ab`,
			'The parameter "reason" must not contain control characters.',
			deletionParameters,
		],
		...["\u2028", "\u2029", "\u200e", "\u200f", "\u061c", "\u202e", "\u2066"].map(
			(control): [string, string, string, string[]] => [
				"DELETE",
				`/bindings/${target}?reason=${encodeURIComponent(`a${control}b`)}`,
				'The parameter "reason" must not contain control characters.',
				deletionParameters,
			],
		),
		["DELETE", `/bindings/${target}?acknowledge=`, `The parameter "acknowledge" ${guards}.`, deletionParameters],
		["DELETE", `/bindings/${target}?acknowledge=all`, `The parameter "acknowledge" ${guards}.`, deletionParameters],
		[
			"DELETE",
			`/bindings/${target}?acknowledge=leaves_no_service,`,
			`The parameter "acknowledge" ${guards}.`,
			deletionParameters,
		],
		["POST", "/deletions?reason=x", 'Unknown parameter "reason".', []],
		["GET", "/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz?whole=1", 'Unknown parameter "whole".', []],
		["GET", "/deletions?page=2", 'Unknown parameter "page".', historyParameters],
		["GET", "/deletions?limit=0", 'The parameter "limit" must be a number from 1 to 1000.', historyParameters],
		["GET", "/deletions?limit=1e3", 'The parameter "limit" must be a number from 1 to 1000.', historyParameters],
		["GET", "/deletions?limit=", 'The parameter "limit" must be a number from 1 to 1000.', historyParameters],
		["GET", "/deletions?limit=1001", 'The parameter "limit" must be at most 1000.', historyParameters],
		["GET", "/deletions?cursor=", 'The parameter "cursor" must not be empty.', historyParameters],
		["GET", "/deletions?state=gone", `The parameter "state" must be among ${states.join(", ")}.`, historyParameters],
		["GET", "/deletions?state=", `The parameter "state" must be among ${states.join(", ")}.`, historyParameters],
		["GET", "/deletions?door=window", `The parameter "door" must be among ${doors.join(", ")}.`, historyParameters],
		["GET", "/deletions?actor=", 'The parameter "actor" must not be empty.', historyParameters],
		[
			"GET",
			"/deletions?binding=C01D0000000000000000000000000003",
			'The parameter "binding" must be 32 hex digits or a dashed UUID, in lower case.',
			historyParameters,
		],
		[
			"GET",
			"/deletions?prefix=203.0.113.0/24",
			'The parameter "prefix" must be 32 hex digits or a dashed UUID, in lower case.',
			historyParameters,
		],
	])("%s %s", async (method, path, detail, allowed) => {
		expectProblem(await call(path, { method }), { ...malformed, detail, allowed });
		expect(await cloudflare.calls()).toEqual([]);
	});

	const form = "must be a date or a time with its zone, such as 2026-02-20T17:48:00Z";
	const exists = "must be a real date and time";
	it.each([
		["", form],
		["yesterday", form],
		["1771609680000", form],
		["2026-02-20T17:48:00", form],
		["2026-2-20", form],
		["2026-13-01", exists],
		["2026-02-30", exists],
		["2026-02-20T25:00:00Z", exists],
		["1969-12-31", exists],
	])("a time: %j", async (time, must) => {
		for (const parameter of ["since", "until"]) {
			const detail = `The parameter "${parameter}" ${must}.`;
			expectProblem(await call(`/deletions?${parameter}=${time}`), {
				...malformed,
				detail,
				allowed: historyParameters,
			});
		}
	});

	it("a time range that ends before it begins", async () => {
		const answer = await call("/deletions?since=2026-02-21&until=2026-02-20");
		expectProblem(answer, { ...malformed, detail: 'The parameter "since" is later than "until".' });
	});

	it.each([["x"], ["WyJhIiwwLG51bGwsIiIsMF0"], ["bnVsbA"], ["%F0%9F%92%A5"]])(
		"a cursor that is not one: %s",
		async (cursor) => {
			const detail =
				'The parameter "cursor" did not come from this list, or belongs to other filters. Start from the first page.';
			for (const accept of ["application/json", "text/csv"])
				expectProblem(await call(`/deletions?cursor=${cursor}`, { headers: { accept } }), { ...malformed, detail });
		},
	);
});

const otherType = { status: 415, code: "unsupported_media_type", title: "Unsupported content type" };

describe("400 and 415: the body", () => {
	const post = (json: unknown) => call("/deletions", { method: "POST", json });
	const postText = (body: string, type = "application/json") =>
		call("/deletions", { method: "POST", body, headers: { "content-type": type } });

	it.each([[""], ["{"], ["{'target': 1}"], ["undefined"], ['{"target": "x"} {}'], ["\u0000"]])(
		"that is not JSON: %j",
		async (body) => {
			expectProblem(await postText(body), { ...malformed, detail: "The body is not valid JSON." });
		},
	);

	it.each([["text/plain"], ["application/x-www-form-urlencoded"], ["application/jsonp"], ["application/problem+json"]])(
		"of the type %s",
		async (type) => {
			const detail = "Send JSON, with Content-Type: application/json.";
			expectProblem(
				await postText(JSON.stringify({ target }), type),
				{ ...otherType, detail },
				{ accept: "application/json" },
			);
		},
	);

	it("that is missing", async () => {
		const detail = "Send JSON, with Content-Type: application/json.";
		expectProblem(await call("/deletions", { method: "POST" }), { ...malformed, detail });
	});

	it("that is compressed", async () => {
		const detail = "Send the body uncompressed, without Content-Encoding.";
		const headers = { "content-encoding": "gzip" };
		const answer = await call("/deletions", { method: "POST", json: { target }, headers });
		expectProblem(answer, { ...otherType, detail }, { "accept-encoding": "identity" });
	});

	const guards = `must be among ${guardNames.join(", ")}`;
	it.each<[unknown, string]>([
		[null, "The body must be a JSON object."],
		[[{ target }], "The body must be a JSON object."],
		["text", "The body must be a JSON object."],
		[{}, 'The field "target" is missing.'],
		[{ reason: "x" }, 'The field "target" is missing.'],
		[{ target: 5 }, 'The field "target" must be a string.'],
		[{ target: [target, target] }, 'The field "target" must be a string.'],
		[{ target: null }, 'The field "target" must be a string.'],
		[{ target, targets: [] }, 'Unknown field "targets".'],
		[{ target, toString: 1 }, 'Unknown field "toString".'],
		[{ target, reason: "" }, 'The field "reason" must not be empty.'],
		[{ target, reason: 7 }, 'The field "reason" must be a string.'],
		[{ target, reason: "a\u0007" }, 'The field "reason" must not contain control characters.'],
		[{ target, reason: "a\u202eb" }, 'The field "reason" must not contain control characters.'],
		[{ target, acknowledge: "leaves_no_service" }, 'The field "acknowledge" must be a list.'],
		[{ target, acknowledge: ["everything"] }, `The field "acknowledge" ${guards}.`],
		[{ target, acknowledge: [1] }, `The field "acknowledge" ${guards}.`],
		[
			{ target, acknowledge: Array(guardNames.length * 2 + 1).fill("no_reason") },
			'The field "acknowledge" is too long.',
		],
		[{ target, dry_run: "true" }, 'The field "dry_run" must be true or false.'],
		[{ target, dry_run: null }, 'The field "dry_run" must be true or false.'],
	])("%j", async (json, detail) => {
		expectProblem(await post(json), { ...malformed, detail, allowed: bodyFields });
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each([
		['{"target": "203.0.113.128/25", "target": "203.0.113.0/26"}', "target"],
		['{"target": "203.0.113.128/25", "dry_run": true, "dry_r\\u0075n": false}', "dry_run"],
		['{"target": "203.0.113.128/25", "reason": "\\"}{[:,", "reason": "b"}', "reason"],
		['{"target": "203.0.113.128/25", "reason": {"a": [{"b": 1, "c": 2, "b": 3}]}}', "b"],
	])("with a field given twice, since nobody can tell which one counts: %s", async (body, name) => {
		const detail = `The field "${name}" is given more than once.`;
		expectProblem(await postText(body), { ...malformed, detail, allowed: bodyFields });
		expect(await deletes()).toEqual([]);
	});

	it("with a field __proto__, an ordinary field in JSON", async () => {
		const detail = 'Unknown field "__proto__".';
		const answer = await postText(`{"target":"${target}","__proto__":{"dry_run":true}}`);
		expectProblem(answer, { ...malformed, detail, allowed: bodyFields });
	});
});

describe("413", () => {
	const tooLarge = { status: 413, code: "payload_too_large", title: "The body is too large" };
	const detail = "The body is longer than 65536 bytes.";
	const text = (bytes: number) => JSON.stringify({ target, reason: "r" }).padEnd(bytes);

	/** Sends a body in pieces without its length. The headers may claim one. */
	async function stream(bytes: number, headers: Record<string, string> = {}) {
		let left = bytes;
		let pulled = 0;
		const body = new ReadableStream<Uint8Array>({
			pull(controller) {
				if (left <= 0) return controller.close();
				controller.enqueue(new TextEncoder().encode(" ".repeat(Math.min(left, 4096))));
				pulled += 1;
				left -= 4096;
			},
		});
		const request = new Request<unknown, IncomingRequestCfProperties>(`${origin}/deletions`, {
			method: "POST",
			headers: { authorization: "Bearer unbind_sandbox", "content-type": "application/json", ...headers },
			body,
		});
		const response = await fetchWorker(request);
		const answer = { status: response.status, headers: response.headers, text: "", json: await response.json() };
		return { answer, pulled };
	}

	it("reads a body of 64 KiB, and not a byte more", async () => {
		const headers = { "content-type": "application/json" };
		const fits = await call("/deletions", { method: "POST", headers, body: text(65_536) });
		expect(fits.status).toBe(200);
		const answer = await call("/deletions", { method: "POST", headers, body: text(65_537) });
		expectProblem(answer, { ...tooLarge, detail });
		expect(await deletes()).toHaveLength(1);
	});

	it.each([[{}], [{ "content-length": "10" }]])("stops reading a streamed body there: headers %j", async (headers) => {
		const { answer, pulled } = await stream(10_000_000, headers);
		expectProblem(answer, { ...tooLarge, detail });
		expect(pulled).toBeLessThan(40);
	});
});
