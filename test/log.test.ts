// What is logged of an exception: enough to see why a migration failed, and nothing that a caller sent.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { traceOf } from "../src/log.ts";
import { resetAll } from "./doors/account.ts";
import { ledger } from "./harness.ts";

afterEach(resetAll);

const secret = "v1.0-4f9c1b7a2e";
const logged = (message: string) => traceOf(new Error(message)).message;

describe("traceOf", () => {
	it.each([
		["SELECT nope FROM deletions", "no such column: nope: SQLITE_ERROR"],
		["SELECT 1 FROM nowhere", "no such table: nowhere: SQLITE_ERROR"],
		["ALTER TABLE flags ADD COLUMN value TEXT", "duplicate column name: value: SQLITE_ERROR"],
		["CREATE TABLE flags (name TEXT)", "table flags already exists: SQLITE_ERROR"],
		["INSERT INTO flags (name) VALUES ('a')", "NOT NULL constraint failed: SQLITE_CONSTRAINT"],
		["SELECT json_extract('{', '$.a')", "malformed JSON: SQLITE_ERROR"],
		[`SELECT "${secret}" FROM nowhere, ${"`"}${secret}${"`"}`, "no such table: nowhere: SQLITE_ERROR"],
	])("quotes SQLite's error for: %s", async (query, message) => {
		const trace = await runInDurableObject(ledger(), (_, { storage }) => {
			try {
				return storage.sql.exec(query).toArray();
			} catch (error) {
				return traceOf(error);
			}
		});
		expect(trace).toMatchObject({ error: "Error", message });
	});

	it.each([
		["Durable Object reset because its code was updated.", "Durable Object reset because its code was updated"],
		["Network connection lost.", "Network connection lost"],
		["KV PUT failed: 429 Too Many Requests", "KV PUT failed: 429"],
		["internal error; reference = abc", "internal error"],
	])("quotes the platform's error: %s", (said, message) => expect(logged(said)).toBe(message));

	it.each([
		`KV PUT failed: 400 the value ${secret} is bad`,
		`KV ${secret} failed: 400`,
		`no such column: ${secret}`,
		`no such column: nope.${secret}`,
		`near "${secret}": syntax error at offset 3: SQLITE_ERROR`,
		`table ${secret} already exists`,
		`UNIQUE constraint failed: ${secret}: SQLITE_CONSTRAINT`,
		`Network connection lost. ${secret}`,
		`internal error ${secret}`,
		`Unexpected token '${secret}' is not valid JSON`,
		`two lines\n    at ${secret} (index.js:1:1)`,
		secret,
	])("never quotes the secret in: %s", (message) => {
		expect(JSON.stringify(traceOf(new Error(message)))).not.toContain(secret);
	});

	it("leaves out the message of an unknown exception", () => {
		expect(traceOf(new TypeError("x is not a function"))).not.toHaveProperty("message");
		expect(traceOf("thrown text")).toEqual({ error: "string", at: [] });
	});
});
