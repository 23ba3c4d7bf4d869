// Messages as senders send them: their documented payloads, signed with the sandbox's secrets.

import alertmanager from "../../../sandbox/payloads/alertmanager.json" with { type: "json" };
import cloudflareNotifications from "../../../sandbox/payloads/cloudflare-notifications.json" with { type: "json" };
import github from "../../../sandbox/payloads/github.json" with { type: "json" };
import grafana from "../../../sandbox/payloads/grafana.json" with { type: "json" };
import pagerduty from "../../../sandbox/payloads/pagerduty.json" with { type: "json" };
import runbook from "../../../sandbox/payloads/runbook.json" with { type: "json" };
import script from "../../../sandbox/payloads/script.json" with { type: "json" };
import inventory from "../../../sandbox/payloads/standard.json" with { type: "json" };
import { sandboxSenders } from "../../../sandbox/senders.ts";
import { sandboxBindings } from "../../../sandbox/settings.ts";
import { signed } from "../../../scripts/sign.ts";
import type { Sender } from "../../../src/config/sender.ts";
import { readConfig } from "../../../src/config.ts";
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import type { Json } from "../../../src/deletion/record/json.ts";
import { schemeOf } from "../../../src/doors/auth/schemes.ts";
import { type Answer, call } from "../../harness.ts";
import { callConfigured } from "../configured.ts";

export const payloads = {
	alertmanager,
	grafana,
	pagerduty,
	github,
	"cloudflare-notifications": cloudflareNotifications,
	runbook,
	inventory,
	script,
};
export type SenderName = keyof typeof payloads;

export interface Delivery {
	method?: string;
	/** One of the sender's secrets, or a wrong one. The default is its newest. */
	secret?: string;
	timestampSeconds?: number;
	messageId?: string;
	/** Added to the headers that prove the message. */
	headers?: Record<string, string>;
	query?: string;
	/** The Worker's settings, on top of the sandbox's. */
	settings?: Record<string, unknown>;
}

export function senderNamed(name: string, settings: Record<string, unknown> = {}): Sender {
	const config = readConfig({ ...sandboxBindings, ...settings });
	const sender = config.ok ? config.value.senders.find((one) => one.name === name) : undefined;
	if (sender === undefined) throw new Error(`no sender ${name}: ${JSON.stringify(config)}`);
	return sender;
}

/** The headers of a sender's message. */
export function headersOf(
	name: string,
	body: string | Uint8Array,
	{ secret, timestampSeconds, messageId, settings, headers }: Delivery = {},
): Record<string, string> {
	const sender = senderNamed(name, settings);
	const proof = signed(body, {
		scheme: schemeOf(sender.scheme, sender.signature),
		secret: secret ?? sender.secrets[0] ?? "",
		timestampSeconds: timestampSeconds ?? Math.floor(Date.now() / 1000),
		messageId: messageId ?? `msg_${crypto.randomUUID()}`,
	});
	return { "content-type": "application/json", ...proof, ...headers };
}

/** Delivers a payload once. Texts and bytes are sent unchanged. */
export function deliver(name: string, payload: Json | object, delivery: Delivery = {}): Promise<Answer> {
	const body = typeof payload === "string" || payload instanceof Uint8Array ? payload : JSON.stringify(payload);
	const { method = "POST", query = "", settings } = delivery;
	const path = `/webhooks/${name}${query}`;
	const headers = headersOf(name, body, delivery);
	if (settings !== undefined) return callConfigured(settings, path, { method, headers, body });
	return call(path, { method, token: null, headers, body });
}

/** WEBHOOKS with changes to one of the sandbox's senders. */
export const senderWith = (name: SenderName, change: object): { WEBHOOKS: Record<string, unknown> } => ({
	WEBHOOKS: { ...sandboxSenders, [name]: { ...sandboxSenders[name], ...change } },
});

export const recordOf = async (id: string): Promise<Deletion> => (await call(`/deletions/${id}`)).json;

export interface Row {
	id: string;
	state: string;
	actor: string;
	door: string;
}

/** Every record as the list shows it, newest first. */
export const rows = async (): Promise<Row[]> => (await call("/deletions?limit=100")).json.deletions;

export async function onlyRow(): Promise<Row> {
	const [row, ...others] = await rows();
	if (row === undefined || others.length > 0) throw new Error(`${others.length + 1} records, or none`);
	return row;
}
