// Messages about every type of event, plain and as nasty as a reason can be, and a destination of each kind in the sandbox.
import * as settings from "../../../sandbox/receivers/settings.ts";
import type { Approval, Deletion, Restoration, State } from "../../../src/deletion/record/deletion.ts";
import type { Destination, DestinationKind, Message } from "../../../src/notify/destination.ts";
import type { EventType, NotifyEvent } from "../../../src/notify/event.ts";

export const origin = "https://unbind.example.net";
export const deletedAt = "2026-02-20T17:56:00.000Z";
export const sentAt = "2026-02-20T17:55:58.000Z";
export const attemptMs = Date.parse("2026-02-20T17:56:05.400Z");
export const recordId = "7zr8w2m4k6q0c1d3f5h7j9";

const destination = (to: DestinationKind, url: string, secrets: readonly string[] = []): Destination => ({
	name: `our-${to}`,
	to,
	url,
	secrets,
	events: ["deletion.*"],
	ranges: null,
	doors: null,
	channel: null,
});

export const destinations: Record<DestinationKind, Destination> = {
	webhook: destination("webhook", settings.webhookAddress, [settings.webhookSecret, settings.webhookPrivateKey]),
	slack: destination("slack", settings.slackAddress),
	discord: destination("discord", settings.discordAddress),
	mattermost: destination("mattermost", settings.mattermostAddress),
	teams: destination("teams", settings.teamsAddress),
	pagerduty: destination("pagerduty", "https://events.pagerduty.com", [settings.pagerdutyKey]),
	grafana: destination("grafana", settings.grafanaAddress, [settings.grafanaToken]),
};

export const nastyTexts = [
	"CHG-1042: the edge range goes back",
	"😀".repeat(250),
	"<!channel> <@U0ALICE> @everyone [click](https://evil.example) **bold** `code` <b>x</b>",
	"<script>alert(1)</script> {{DATE(2026-02-20T00:00:00Z, SHORT)}} &lt;!here&gt; www.evil.example",
	`a\u0000b\u0007c\u001b[31md\ne\u2028f\u202egh\ud800`,
	"\\".repeat(500),
	"*_~`|<>#[](){}!@:&\"'".repeat(25),
	'"\u0001'.repeat(250),
];

const alice = { name: "alice", door: "chat", platform: "slack", user_id: "U0ALICE" } as const;
const bob = { name: "bob", door: "page" } as const;

export const deletionOf = (state: State, reason: string | null, more: Partial<Deletion> = {}): Deletion => ({
	form: 2,
	id: recordId,
	state,
	target: "203.0.113.128/25",
	reason,
	actor: alice,
	created_at: "2026-02-20T17:55:57.000Z",
	settled_at: deletedAt,
	binding: {
		account_id: "258def64c72dae45f3e4c8516e2111f2",
		prefix_id: "2af39739cc4e3b5910c918468bb89828",
		id: "c01d0000000000000000000000000003",
		cidr: "203.0.113.128/25",
		service_id: "5ec0de00000000000000000000000001",
		service_name: "CDN",
		provisioning: { state: "active" },
	},
	effect: {
		falls_back_to: { cidr: "203.0.113.0/24", service_name: "Magic Transit", id: "c01d0000000000000000000000000001" },
		unaffected: [],
		without_service: { cidrs: [], total: 0 },
		settles_within_hours: 6,
	},
	guards: [],
	cloudflare: {
		status: 200,
		success: true,
		errors: [],
		messages: [],
		ray: "9a0b1c2d3e4f5a6b-AMS",
		duration_ms: 120,
		attempts: 1,
	},
	failure: null,
	timeline: [{ at: sentAt, event: "sent" }],
	not_before: null,
	approval: null,
	restoration: null,
	...more,
});

const approvalOf = (state: Approval["state"]): Approval => ({
	state,
	guards: ["breadth"],
	requested_at: deletedAt,
	expires_at: "2026-02-20T18:56:00.000Z",
	decided_at: state === "pending" ? null : deletedAt,
	decided_by: state === "pending" || state === "expired" ? null : bob,
});

export const restorationOf = (state: Restoration["state"], activeAt: string | null = null): Restoration => ({
	state,
	requested_at: "2026-02-20T18:10:00.000Z",
	requested_by: bob,
	settled_at: "2026-02-20T18:10:01.000Z",
	binding_id: "c01d0000000000000000000000000099",
	provisioning: { state: "provisioning" },
	settles_within_hours: 6,
	cloudflare: null,
	failure: state === "failed" ? { code: "cloudflare_refused", detail: "Cloudflare refused to create it." } : null,
	active_at: activeAt,
});

/** The record of each type of event, as it is when the event happens. */
function recordOf(type: EventType, reason: string | null): Deletion | null {
	const failure = { code: "cloudflare_refused", detail: `Cloudflare refused it. ${reason}` } as const;
	const of = (state: State, more: Partial<Deletion> = {}) => deletionOf(state, reason, more);
	switch (type) {
		case "deletion.deleted":
			return of("deleted");
		case "deletion.already_gone":
			return of("already_gone");
		case "deletion.refused":
			return of("refused", { failure, cloudflare: null });
		case "deletion.failed":
			return of("failed", { failure });
		case "deletion.cancelled":
			return of("cancelled", { failure: { code: "cancelled", detail: "bob cancelled this deletion." } });
		case "deletion.unknown":
			return of("unknown", { settled_at: null });
		case "approval.requested":
			return of("pending_approval", { approval: approvalOf("pending"), settled_at: null, cloudflare: null });
		case "approval.approved":
			return of("scheduled", { approval: approvalOf("approved"), settled_at: null, cloudflare: null });
		case "approval.rejected":
			return of("refused", {
				approval: approvalOf("rejected"),
				failure: { code: "approval_rejected", detail: "bob rejected this deletion." },
			});
		case "approval.expired":
			return of("expired", { approval: approvalOf("expired") });
		case "restoration.restored":
			return of("restored", { restoration: restorationOf("restored") });
		case "restoration.failed":
			return of("deleted", { restoration: restorationOf("failed") });
		case "restoration.active":
			return of("restored", { restoration: restorationOf("restored", "2026-02-20T19:20:00.000Z") });
		case "watch.disappeared":
			return of("deleted_elsewhere", {
				actor: { name: "unknown", door: "watch" },
				elsewhere: {
					noticed_at: deletedAt,
					last_seen_at: "2026-02-20T17:46:00.000Z",
					by: { name: `${reason}` },
					how: "dashboard",
					token_name: null,
					ray: null,
				},
			});
		default:
			return null;
	}
}

export function messageOf(
	type: EventType,
	reason: string | null = "CHG-1042: the edge range goes back",
	more: Partial<Message> = {},
	event: Partial<NotifyEvent> = {},
): Message {
	const record = recordOf(type, reason);
	return {
		event: {
			id: `${recordId}-4-${type.replace(".", "-")}`,
			type,
			at: type === "restoration.active" ? "2026-02-20T19:21:00.000Z" : deletedAt,
			summary: `alice: ${type} of 203.0.113.128/25 (CDN)${reason === null ? "" : `: ${reason}`}`,
			path: record === null ? "/account" : `/records/${recordId}`,
			deletion_id: record === null ? null : recordId,
			change: record === null ? null : 4,
			cidr: record === null ? null : "203.0.113.128/25",
			actor: "alice",
			door: "chat",
			reason,
			data: {
				count: 37,
				bindings: Array.from({ length: 100 }, (_, index) => `198.51.${index}.0/24`),
				note: reason,
				binding_id: "c01d0000000000000000000000000003",
			},
			...event,
		},
		record,
		buttons: [],
		externalId: null,
		origin,
		attemptMs,
		...more,
	};
}

export const buttons = [
	{ choice: "approve", label: "Approve", style: "danger", offerId: "0123456789abcdef0123456789abcdef" },
	{ choice: "reject", label: "Reject", style: "plain", offerId: "0123456789abcdef0123456789abcdef" },
] as const;
