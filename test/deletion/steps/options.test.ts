import { describe, expect, it } from "vitest";
import type { Actor } from "../../../src/deletion/record/actor.ts";
import { type Deletion, states } from "../../../src/deletion/record/deletion.ts";
import { optionsFor } from "../../../src/deletion/steps/options.ts";
import { pastDeletion } from "../../doors/seed.ts";

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

describe("the options for a record", () => {
	it("depend on the state", () => {
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
			deleted_elsewhere: ["restore"],
		});
	});

	it.each<[string, Partial<Deletion>, Partial<Actor>]>([
		[
			"exclude approval by the requester",
			{ state: "pending_approval", actor: { name: "alice", door: "api" } },
			{ scopes: ["approve"] },
		],
		["exclude approval without its scope", { state: "pending_approval" }, { scopes: ["read"] }],
		["exclude cancellation without its scope", { state: "scheduled" }, { scopes: ["read", "approve", "restore"] }],
		["exclude restoration without its scope", { state: "deleted" }, { scopes: ["read", "delete", "approve"] }],
		["are none outside the actor's ranges", { state: "deleted" }, { ranges: ["198.51.100.0/24"] }],
		[
			"exclude restoration of a binding without a service",
			{ state: "deleted", binding: { ...binding, service_id: null } },
			{},
		],
		["exclude restoration of a binding that was never found", { state: "deleted", binding: null }, {}],
	])("%s", (_, change, who) => expect(optionsFor(deletion(change), actor(who))).toEqual([]));

	it("allow another restoration after a failed one, but not during one", () => {
		const restoration = (state: "failed" | "restoring" | "unknown") =>
			({ restoration: { state } }) as unknown as Pick<Deletion, "restoration">;
		const offered = (state: "failed" | "restoring" | "unknown") =>
			optionsFor(deletion({ state: "deleted", ...restoration(state) }), actor());
		expect([offered("failed"), offered("restoring"), offered("unknown")]).toEqual([["restore"], [], []]);
	});
});
