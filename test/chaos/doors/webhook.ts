// A step's request as a webhook: the same event each time, with a new signature.
import { signed } from "../../../scripts/sign.ts";
import { sender } from "../account.ts";
import type { Step } from "../schedule.ts";

const scheme = {
	header: "x-signature",
	spellings: { "sha256=": { algorithm: "hmac-sha256", encoding: "hex" } },
	signed: "{timestamp}.{body}",
	timestampHeader: "x-timestamp",
} as const;

export const webhookPath = `/webhooks/${sender.name}`;

export function webhookDelivery({ name, slot }: Step, nowMs: number) {
	const body = JSON.stringify({ id: name, target: slot.cidr, reason: name });
	const proof = signed(body, {
		scheme,
		secret: sender.secret,
		timestampSeconds: Math.floor(nowMs / 1000),
		messageId: "",
	});
	return { method: "POST", headers: { "content-type": "application/json", ...proof }, body };
}
