// Records in each state, for what is reported about them.
import type { Actor, Party } from "../../src/deletion/record/actor.ts";
import { deletedElsewhere } from "../../src/deletion/record/deleted-elsewhere.ts";
import {
	type Approval,
	at,
	type BindingSnapshot,
	type Deletion,
	type FailureCode,
	type Restoration,
	type State,
} from "../../src/deletion/record/deletion.ts";
import { newRecordId } from "../../src/deletion/record/record-id.ts";

export const noonMs = Date.UTC(2030, 0, 1, 12);
export const recordId = newRecordId(noonMs, new Uint8Array(16));
export const alice: Party = { name: "alice", door: "chat" };
export const bob: Actor = { name: "bob", door: "page", scopes: ["approve", "restore"], ranges: null };

export const binding: BindingSnapshot = {
	account_id: "5ba11".padEnd(32, "0"),
	prefix_id: "a1".repeat(16),
	id: "b1".repeat(16),
	cidr: "203.0.113.128/25",
	service_id: "c1".repeat(16),
	service_name: "CDN",
	provisioning: { state: "active" },
};

const openStates: readonly State[] = ["received", "pending_approval", "scheduled", "deleting", "unknown"];

export const recordIn = (state: State, change: Partial<Deletion> = {}): Deletion => ({
	id: recordId,
	state,
	target: binding.cidr,
	reason: "INC-4211 drain",
	actor: alice,
	created_at: at(noonMs),
	settled_at: openStates.includes(state) ? null : at(noonMs),
	binding,
	effect: null,
	guards: [],
	cloudflare: null,
	failure: null,
	timeline: [],
	not_before: null,
	approval: null,
	restoration: null,
	...change,
});

export const failedWith = (code: FailureCode, detail: string): Pick<Deletion, "failure"> => ({
	failure: { code, detail },
});

export const approvalIn = (state: Approval["state"], by: Party | null = null): Pick<Deletion, "approval"> => ({
	approval: {
		state,
		guards: ["last_binding"],
		requested_at: at(noonMs),
		expires_at: at(noonMs + 3_600_000),
		decided_at: by === null ? null : at(noonMs),
		decided_by: by,
	},
});

export const restorationIn = (
	state: Restoration["state"],
	change: Partial<Restoration> = {},
): Pick<Deletion, "restoration"> => ({
	restoration: {
		state,
		requested_at: at(noonMs),
		requested_by: { name: "bob", door: "page" },
		settled_at: state === "restoring" || state === "unknown" ? null : at(noonMs),
		binding_id: state === "restored" ? "d1".repeat(16) : null,
		provisioning: null,
		settles_within_hours: 6,
		cloudflare: null,
		failure: null,
		active_at: null,
		...change,
	},
});

export const lost = (): Deletion =>
	deletedElsewhere({ id: recordId, binding, effect: null, lastSeenMs: noonMs - 60_000, noticedMs: noonMs });
