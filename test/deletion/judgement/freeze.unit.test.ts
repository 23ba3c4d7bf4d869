import { describe, expect, it } from "vitest";
import { type Freeze, freezeOf, refusedFreeze } from "../../../src/deletion/judgement/freeze.ts";
import type { Actor } from "../../../src/deletion/record/actor.ts";

const nowMs = Date.UTC(2026, 1, 20, 17, 48);
const hourMs = 3_600_000;
const actor: Actor = { name: "ci", door: "api", scopes: ["freeze"], ranges: null };
const known = { nowMs, hasReadHistory: true };
const until = (ms: number | null): Freeze => freezeOf("INC-1", ms, actor, nowMs);

describe("a freeze", () => {
	it("names who set it, when, and when it ends, and nothing of their rights", () => {
		expect(until(nowMs + hourMs)).toEqual({
			reason: "INC-1",
			by: { name: "ci", door: "api" },
			since: "2026-02-20T17:48:00.000Z",
			until: "2026-02-20T18:48:00.000Z",
		});
	});

	it("needs the scope, whatever the door has checked", () => {
		const refusal = refusedFreeze(until(null), { ...actor, scopes: ["read", "delete"] }, null, known);
		expect(refusal).toEqual({ code: "scope_missing", detail: 'ci lacks the scope "freeze".', actor: "ci" });
	});

	it("is set by a caller without scopes: a Worker of version 0.1.0, which has checked them", () => {
		expect(refusedFreeze(until(null), { name: "ci", door: "api" }, null, known)).toBeNull();
	});

	it.each([
		["ends now", nowMs, null, "invalid_request"],
		["ends in the past", nowMs - 1, null, "invalid_request"],
		["ends before the one in force", nowMs + hourMs, nowMs + 2 * hourMs, "conflict"],
		["ends, and the one in force does not", nowMs + hourMs, null, "conflict"],
	])("is refused if it %s", (_, endMs, presentMs, code) => {
		expect(refusedFreeze(until(endMs), actor, until(presentMs), known)?.code).toBe(code);
	});

	it("replaces one that ends earlier or at the same time", () => {
		for (const endMs of [nowMs + hourMs, nowMs + 2 * hourMs, null])
			expect(refusedFreeze(until(endMs), actor, until(nowMs + hourMs), known)).toBeNull();
	});
});

describe("lifting a freeze", () => {
	it("is possible, and does nothing if there is none", () => {
		expect(refusedFreeze(null, actor, until(null), known)).toBeNull();
		expect(refusedFreeze(null, actor, null, known)).toBeNull();
	});

	it("is refused while the ledger reads the history in KV", () => {
		const refusal = refusedFreeze(null, actor, until(null), { nowMs, hasReadHistory: false });
		expect(refusal).toMatchObject({ code: "conflict", freeze: until(null) });
	});
});
