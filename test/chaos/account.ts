// The account used in the chaos: prefixes with many bindings, and prefixes with a single binding, whose deletion needs
// an approval. Also the callers that act on it, each with a token.
import { createHash } from "node:crypto";
import { magicTransitId } from "../../sandbox/imitation/account.ts";
import type { StateInput } from "../../sandbox/imitation/state.ts";
import type { Json } from "../../src/deletion/record/json.ts";

import { notifyBindings } from "./receivers.ts";

/** A CIDR where a binding is, or where one can be restored. */
export interface Slot {
	cidr: string;
	prefixId: string;
	/** It is the prefix's only binding, so deleting it waits for an approval. */
	alone: boolean;
}

const widePrefixes = 24;
const alonePrefixes = 24;
const partsOfPrefix = 16;

const cdn = { service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52", service_name: "CDN" };
const magicTransit = { service_id: magicTransitId, service_name: "Magic Transit" };
export const serviceIds = [cdn.service_id, magicTransit.service_id] as const;
const provisioning = { state: "active" };
const id = (kind: string, number: number) => `${kind}${String(number).padStart(31, "0")}`;

const wide: Slot[] = Array.from({ length: widePrefixes }, (_, prefix) =>
	Array.from({ length: partsOfPrefix }, (_, part) => ({
		// The first one is the prefix's own range; the rest are inside it.
		cidr: part === 0 ? `100.64.${prefix}.0/24` : `100.64.${prefix}.${part * 16}/28`,
		prefixId: id("a", prefix),
		alone: false,
	})),
).flat();
const alone: Slot[] = Array.from({ length: alonePrefixes }, (_, prefix) => ({
	cidr: `100.65.${prefix}.0/24`,
	prefixId: id("c", prefix),
	alone: true,
}));

export const slots: readonly Slot[] = [...wide, ...alone];

const whole = (slot: Slot) => slot.cidr.endsWith("/24");

export const largeAccount: StateInput = {
	prefixes: slots.filter(whole).map((default_) => ({
		id: default_.prefixId,
		cidr: default_.cidr,
		bindings: slots
			.filter(({ prefixId }) => prefixId === default_.prefixId)
			.map((slot) => ({
				id: id("b", slots.indexOf(slot)),
				cidr: slot.cidr,
				...(whole(slot) && !slot.alone ? magicTransit : cdn),
				provisioning,
			})),
	})),
};

export const tokenOf = (caller: string) => `chaos_${caller}`;

export const callers: readonly string[] = Array.from({ length: 28 }, (_, number) => `caller-${number + 1}`);

/** The caller that decides on this caller's requests, or repeats them. */
export const neighbourOf = (caller: string): string => callers[(callers.indexOf(caller) + 1) % callers.length] ?? "";

/** Compression is off, because it would only cost time. */
export const headersOf = (caller: string) => ({
	authorization: `Bearer ${tokenOf(caller)}`,
	"accept-encoding": "identity",
});

/** The only sender of webhooks. Its name is on its records. */
export const sender = { name: "alerts", secret: "a-secret-of-the-chaos-for-alerts" };

/** The person who requests deletions in chat, and the person who approves there. */
export const chatPeople = ["alice", "bob"] as const;

export const budget = { deletions: 30, windowMs: 60_000 };

/** Rules that would only keep the chaos small are loosened. All others apply as usual. */
export const chaosBindings: Record<string, Json> = {
	BUDGET_DELETIONS: budget.deletions,
	BUDGET_WINDOW_MINUTES: budget.windowMs / 60_000,
	APPROVAL_MINUTES: 2,
	WATCH_MINUTES: 2,
	...notifyBindings,
	WEBHOOKS: {
		[sender.name]: {
			scheme: "hmac",
			secret: "ALERTS_SECRET",
			header: "X-Signature",
			timestamp_header: "X-Timestamp",
			signed: "{timestamp}.{body}",
			prefix: "sha256=",
			id: "/id",
			target: "/target",
			reason: "/reason",
			acknowledge: ["leaves_no_service", "still_provisioning"],
			ranges: ["100.64.0.0/15"],
		},
	},
	ALERTS_SECRET: sender.secret,
	GUARDS: { breadth: "pass" },
	TOKENS: JSON.stringify(
		Object.fromEntries(
			callers.map((caller) => [
				caller,
				{
					sha256: createHash("sha256").update(tokenOf(caller)).digest("hex"),
					scopes: ["read", "delete", "approve", "restore", "freeze"],
				},
			]),
		),
	),
};
