// Requests that can be repeated as their senders would: signed at the time of sending, otherwise the same.

import type { ShownButton } from "../../sandbox/chat/platform.ts";
import { type PersonName, places } from "../../sandbox/chat/settings.ts";
import { signedBySlack, slack } from "../../sandbox/chat/slack.ts";
import alertmanager from "../../sandbox/payloads/alertmanager.json" with { type: "json" };
import inventory from "../../sandbox/payloads/standard.json" with { type: "json" };
import { sandboxBindings } from "../../sandbox/settings.ts";
import { signed } from "../../scripts/sign.ts";
import { readConfig } from "../../src/config.ts";
import { schemeOf } from "../../src/doors/auth/schemes.ts";

export type Repeatable =
	| { door: "api"; method: string; path: string; headers: Record<string, string>; body: string | null }
	| { door: "webhook"; sender: string; messageId: string; body: string }
	| { door: "command"; person: PersonName; text: string }
	| { door: "press"; person: PersonName; button: ShownButton; click: string };

export interface Outgoing {
	path: string;
	method: string;
	headers: Record<string, string>;
	body: string | null;
}

export function outgoing(request: Repeatable, nowMs: number): Outgoing {
	switch (request.door) {
		case "api":
			return request;
		case "webhook": {
			const { sender, messageId, body } = request;
			return { path: `/webhooks/${sender}`, method: "POST", headers: proofOf(sender, messageId, body, nowMs), body };
		}
		case "command":
		case "press": {
			const { workspace, channel, people } = places.slack;
			const from = { workspace, channel, userId: people[request.person], userName: request.person };
			const { body } =
				request.door === "command"
					? slack.command(request.text, from)
					: slack.press(request.button, from, request.click);
			return { path: "/chat/slack", method: "POST", ...signedBySlack(body, nowMs) };
		}
	}
}

function proofOf(name: string, messageId: string, body: string, nowMs: number): Record<string, string> {
	const config = readConfig(sandboxBindings);
	const sender = config.ok ? config.value.senders.find((one) => one.name === name) : undefined;
	if (sender === undefined) throw new Error(`the sandbox has no sender ${name}`);
	const scheme = schemeOf(sender.scheme, sender.signature);
	const timestampSeconds = Math.floor(nowMs / 1000);
	const proof = signed(body, { scheme, secret: sender.secrets[0] ?? "", timestampSeconds, messageId });
	return { "content-type": "application/json", ...proof };
}

/** An alert that requests a binding's deletion, as Alertmanager sends it while it fires. */
export function firing(binding: string, fingerprint: string): Repeatable {
	const [alert] = alertmanager.alerts;
	const labels = { ...alert?.labels, binding };
	const body = JSON.stringify({ ...alertmanager, alerts: [{ ...alert, labels, fingerprint }] });
	return { door: "webhook", sender: "alertmanager", messageId: "", body };
}

/** A message whose signature covers its id. */
export const retired = (binding: string, messageId: string): Repeatable => ({
	door: "webhook",
	sender: "inventory",
	messageId,
	body: JSON.stringify({ ...inventory, data: { ...inventory.data, binding } }),
});

export const people = {
	sandbox: "unbind_sandbox",
	approver: "unbind_sandbox_approver",
	documented: "144c9defac04969c7bfad8efaa8ea194",
};

export interface ApiOptions {
	token?: string;
	key?: string;
	wait?: number;
	json?: unknown;
}

export function api(method: string, path: string, options: ApiOptions = {}): Repeatable {
	const { token = people.sandbox, key, wait, json } = options;
	const headers = {
		authorization: `Bearer ${token}`,
		...(key === undefined ? {} : { "idempotency-key": key }),
		...(wait === undefined ? {} : { prefer: `wait=${wait}` }),
		...(json === undefined ? {} : { "content-type": "application/json" }),
	};
	return { door: "api", method, path, headers, body: json === undefined ? null : JSON.stringify(json) };
}
