import { describe, expect, it } from "vitest";
import type { Actor } from "../../src/deletion/actor.ts";
import { type Deletion, states } from "../../src/deletion/deletion.ts";
import { optionsFor } from "../../src/deletion/options.ts";
import { pastDeletion } from "../doors/seed.ts";

const binding = {
	account_id: "a",
	prefix_id: "p",
	id: "b",
	cidr: "203.0.113.128/25",
	service_id: "s",
	service_name: "CDN",
	provisioning: null,
};
const deletion = (change: Partial<Deletion>): Deletion => ({ ...pastDeletion(0), binding, ...change });
const actor = (change: Partial<Actor> = {}): Actor => ({
	name: "alice",
	door: "page",
	scopes: ["read", "delete", "approve", "restore"],
	ranges: null,
	...change,
});

describe("what can still be done", () => {
	it("depends on the state", () => {
		const offered = Object.fromEntries(states.map((state) => [state, optionsFor(deletion({ state }), actor())]));
		expect(offered).toEqual({
			received: ["cancel"],
			pending_approval: ["approve", "reject", "cancel"],
			scheduled: ["cancel"],
			deleting: [],
			unknown: [],
			deleted: ["restore"],
			already_gone: ["restore"],
			refused: [],
			failed: [],
			cancelled: [],
			expired: [],
			restored: [],
		});
	});

	it.each<[string, Partial<Deletion>, Partial<Actor>]>([
		[
			"nobody approves their own",
			{ state: "pending_approval", actor: { name: "alice", door: "api" } },
			{ scopes: ["approve"] },
		],
		["approving takes its scope", { state: "pending_approval" }, { scopes: ["read"] }],
		["cancelling takes the scope to delete", { state: "scheduled" }, { scopes: ["read", "approve", "restore"] }],
		["restoring takes its scope", { state: "deleted" }, { scopes: ["read", "delete", "approve"] }],
		["outside the ranges there is nothing to do", { state: "deleted" }, { ranges: ["198.51.100.0/24"] }],
		[
			"a binding without a service cannot be restored",
			{ state: "deleted", binding: { ...binding, service_id: null } },
			{},
		],
		["what was never found cannot be restored", { state: "deleted", binding: null }, {}],
	])("%s", (_, change, who) => expect(optionsFor(deletion(change), actor(who))).toEqual([]));

	it("a restoration that failed can be asked for again, one under way cannot", () => {
		const restoration = (state: "failed" | "restoring" | "unknown") =>
			({ restoration: { state } }) as unknown as Pick<Deletion, "restoration">;
		const offered = (state: "failed" | "restoring" | "unknown") =>
			optionsFor(deletion({ state: "deleted", ...restoration(state) }), actor());
		expect([offered("failed"), offered("restoring"), offered("unknown")]).toEqual([["restore"], [], []]);
	});
});
