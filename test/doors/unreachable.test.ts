// The Ledger is unreachable. Every door answers 503 with Retry-After if nothing can have started, and 504 otherwise.
import { afterEach, beforeEach, expect, it } from "vitest";
import { type CallOptions, call } from "../harness.ts";
import { bindingsPath, cdn25, prefixes, resetAll } from "./account.ts";
import { breakLedger } from "./watch.ts";

beforeEach(breakLedger);
afterEach(resetAll);

const id = "7zzzzzzzzzzzzzzzzzzzzzzzzz";
const json = (value: unknown): CallOptions => ({ method: "POST", json: value });

it.each<[string, CallOptions]>([
	["/bindings", {}],
	["/bindings/203.0.113.128/25", {}],
	[`/deletions/${id}`, {}],
	[`/deletions/${id}/approval`, json({ decision: "approve" })],
	[`/deletions/${id}/cancellation`, { method: "POST" }],
	[`/deletions/${id}/restoration`, { method: "POST" }],
	["/freeze", {}],
	["/freeze", { method: "PUT", json: { reason: "INC-1" } }],
	["/freeze", { method: "DELETE" }],
])("%s answers 503 with Retry-After: %j", async (path, options) => {
	const answer = await call(path, options);
	expect([answer.status, answer.json.code, answer.headers.get("retry-after")]).toEqual([
		503,
		"ledger_unreachable",
		"5",
	]);
});

it("Cloudflare's door answers 503 in its envelope", async () => {
	const answer = await call(bindingsPath(prefixes.amsterdam));
	expect([answer.status, answer.json.success, answer.json.errors[0].code]).toEqual([503, false, 90_503]);
});

it.each<[string, CallOptions]>([
	["/bindings/203.0.113.128/25", { method: "DELETE" }],
	["/deletions", json({ target: "203.0.113.128/25" })],
	[bindingsPath(prefixes.amsterdam, cdn25), { method: "DELETE" }],
])("a deletion that may have started answers 504: %s", async (path, options) => {
	expect((await call(path, options)).status).toBe(504);
});
