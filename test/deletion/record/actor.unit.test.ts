import { expect, it } from "vitest";
import { folded, missingScope, partyOf, sameName } from "../../../src/deletion/record/actor.ts";

it("takes names that differ only in ASCII case for the same, and no others", () => {
	expect([sameName("CI", "ci"), sameName("ci", "ci2"), sameName("\u212a", "k")]).toEqual([true, false, false]);
	expect(folded("User@Example.com")).toBe("user@example.com");
});

it("puts on record who an actor is, and not what it may do", () => {
	const party = { name: "alice", door: "chat" as const, platform: "slack", user_id: "U1", user_name: "Al" };
	expect(partyOf({ ...party, scopes: ["delete"], ranges: ["203.0.113.0/24"] })).toEqual(party);
});

it("names who lacks which scope", () => {
	expect(missingScope({ name: "ci", door: "api" }, "freeze")).toEqual({
		code: "scope_missing",
		detail: 'ci lacks the scope "freeze".',
		actor: "ci",
	});
});
