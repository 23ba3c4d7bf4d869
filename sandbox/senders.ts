// The sandbox's webhook senders, at least one per scheme, and their secrets. Every value is public and gives access to
// nothing outside the sandbox. The payloads next to this file are those that each sender documents.
import type { Json } from "../src/deletion/record/json.ts";

/** `[vars.WEBHOOKS.<name>]` in wrangler.toml. */
export const sandboxSenders: { [name: string]: { [setting: string]: Json } } = {
	alertmanager: {
		scheme: "alertmanager",
		secret: "ALERTMANAGER_SECRET",
		label: "binding",
		ranges: ["203.0.113.0/24"],
	},
	grafana: {
		scheme: "grafana",
		secret: "GRAFANA_SECRET",
		label: "binding",
		ranges: ["203.0.113.0/24"],
		timestamp_header: "X-Grafana-Alerting-Timestamp",
	},
	pagerduty: {
		scheme: "pagerduty",
		secret: "PAGERDUTY_SECRET",
		label: "incident_key",
		ranges: ["2001:db8:100::/48"],
		acknowledge: ["still_provisioning"],
	},
	github: {
		scheme: "github",
		secret: "GITHUB_SECRET",
		target: "/client_payload/binding",
		reason: "/client_payload/reason",
		when: { "/action": "unbind", "/repository/full_name": "example/network" },
		ranges: ["203.0.113.0/24"],
	},
	"cloudflare-notifications": {
		scheme: "cloudflare-notifications",
		secret: "CLOUDFLARE_NOTIFICATIONS_SECRET",
		target: "/data/attacked_network",
		reason: "/text",
		when: { "/alert_type": ["advanced_ddos_attack_l4_alert"], "/alert_event": "ALERT_STATE_EVENT_START" },
		ranges: ["203.0.113.0/24"],
	},
	runbook: {
		scheme: "hmac",
		secret: "RUNBOOK_SECRET",
		header: "X-Runbook-Signature",
		timestamp_header: "X-Runbook-Timestamp",
		signed: "{timestamp}.{body}",
		prefix: "sha256=",
		id: "/run",
		target: "/step/binding",
		reason: "/note",
		when: { "/step/kind": "unbind" },
		acknowledge: ["leaves_no_service"],
		ranges: ["198.51.100.0/24"],
	},
	inventory: {
		scheme: "standard-webhooks",
		secret: "INVENTORY_SECRET",
		target: "/data/binding",
		reason: "/data/reason",
		when: { "/type": "binding.retired" },
		ranges: ["203.0.113.0/24"],
	},
	script: {
		scheme: "bearer",
		secret: "SCRIPT_SECRET",
		target: "/target",
		reason: "/reason",
		ranges: ["203.0.113.0/24"],
		dry_run: true,
	},
};

/** Worker secrets. A sender may have two, the newest first. */
export const sandboxSecrets: { [name: string]: string } = {
	ALERTMANAGER_SECRET: "alertmanager:a-sandbox-password",
	GRAFANA_SECRET: "a-sandbox-secret-of-grafana",
	PAGERDUTY_SECRET: "a-sandbox-secret-of-pagerduty",
	GITHUB_SECRET: "a-new-sandbox-secret-of-github\nIt's a Secret to Everybody",
	CLOUDFLARE_NOTIFICATIONS_SECRET: "a-sandbox-secret-of-cloudflare",
	RUNBOOK_SECRET: "a-sandbox-secret-of-the-runbook",
	INVENTORY_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	SCRIPT_SECRET: "a-sandbox-token-of-the-script",
};
