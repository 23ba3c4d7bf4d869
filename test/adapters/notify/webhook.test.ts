// A webhook as it leaves the runtime: verified by Standard Webhooks' own library, Svix's, and Node's cryptography.
import { createPublicKey, verify } from "node:crypto";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { webhookPrivateKey, webhookPublicKey, webhookSecret } from "../../../sandbox/receivers/settings.ts";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import type { Destination, Message } from "../../../src/notify/destination.ts";
import { attemptMs, destinations, messageOf, recordId } from "./messages.ts";

const otherSecret = "whsec_YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtMDAwMDA=";

async function sent(message: Message = messageOf("deletion.deleted"), more: Partial<Destination> = {}) {
	const outgoing = await kinds.webhook.compose(message, { ...destinations.webhook, ...more });
	if (outgoing === null) throw new Error("a webhook has something to say about each event");
	return outgoing;
}

beforeEach(() => vi.useFakeTimers({ now: attemptMs, toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

describe("a webhook", () => {
	it("is verified by standardwebhooks and svix", async () => {
		const { body, headers } = await sent();
		expect(new StandardWebhook(webhookSecret).verify(body, headers)).toMatchObject({
			type: "dev.unbind.deletion.deleted",
		});
		expect(() => new SvixWebhook(webhookSecret).verify(body, headers)).not.toThrow();
	});

	it("is refused by both if anything of it was changed", async () => {
		const { body, headers } = await sent();
		for (const library of [new StandardWebhook(webhookSecret), new SvixWebhook(webhookSecret)]) {
			expect(() => library.verify(body.replace("alice", "mallory"), headers)).toThrow("No matching signature");
			expect(() => library.verify(body, { ...headers, "webhook-id": "another" })).toThrow("No matching signature");
			const later = String(Math.floor(attemptMs / 1000) + 1);
			expect(() => library.verify(body, { ...headers, "webhook-timestamp": later })).toThrow("No matching signature");
		}
	});

	it("is signed with Ed25519 too", async () => {
		const { body, headers } = await sent();
		const signature = headers["webhook-signature"]?.split(" ").find((one) => one.startsWith("v1a,")) ?? "";
		const key = Buffer.concat([
			Buffer.from("302a300506032b6570032100", "hex"),
			Buffer.from(webhookPublicKey.replace("whpk_", ""), "base64"),
		]);
		const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
		const publicKey = createPublicKey({ key, format: "der", type: "spki" });
		const bytes = Buffer.from(signature.replace("v1a,", ""), "base64");
		expect(verify(null, Buffer.from(text), publicKey, bytes)).toBe(true);
	});

	it("is signed by each secret while they rotate", async () => {
		const { body, headers } = await sent(undefined, { secrets: [otherSecret, webhookSecret, webhookPrivateKey] });
		expect(headers["webhook-signature"]?.split(" ").map((one) => one.split(",")[0])).toEqual(["v1", "v1", "v1a"]);
		for (const secret of [otherSecret, webhookSecret]) new StandardWebhook(secret).verify(body, headers);
	});

	it("takes a private key with the public one behind it", async () => {
		const seed = Uint8Array.from(atob(webhookPrivateKey.slice(5)), (one) => one.charCodeAt(0));
		const long = `whsk_${btoa(String.fromCharCode(...seed, ...seed))}`;
		const [one, other] = await Promise.all([
			sent(undefined, { secrets: [webhookPrivateKey] }),
			sent(undefined, { secrets: [long] }),
		]);
		expect(other.headers["webhook-signature"]).toBe(one.headers["webhook-signature"]);
	});

	it.each(["", "secret", "whsec_", "whsec_%%%", "whsk_AAAA", "whsec_A"])(
		"is not stopped by the secret %j",
		async (bad) => {
			const { body, headers } = await sent(undefined, { secrets: [bad, webhookSecret] });
			expect(headers["webhook-signature"]).toMatch(/^v1,\S+$/);
			new StandardWebhook(webhookSecret).verify(body, headers);
		},
	);

	it("has one id on every attempt, and the time of the attempt", async () => {
		const first = await sent();
		const second = await sent({ ...messageOf("deletion.deleted"), attemptMs: attemptMs + 5000 });
		expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
		expect(second.body).toBe(first.body);
		expect(Number(second.headers["webhook-timestamp"])).toBe(Math.floor(attemptMs / 1000) + 5);
		expect(second.headers["webhook-signature"]).not.toBe(first.headers["webhook-signature"]);
	});

	it("sends what is on record, and a link", async () => {
		expect(JSON.parse((await sent()).body)).toEqual({
			specversion: "1.0",
			id: `${recordId}-4-deletion-deleted`,
			source: "https://unbind.example.net",
			type: "dev.unbind.deletion.deleted",
			subject: recordId,
			time: "2026-02-20T17:56:00.000Z",
			datacontenttype: "application/json",
			data: {
				summary: "alice: deletion.deleted of 203.0.113.128/25 (CDN): CHG-1042: the edge range goes back",
				link: `https://unbind.example.net/records/${recordId}`,
				deletion_id: recordId,
				change: 4,
				cidr: "203.0.113.128/25",
				actor: "alice",
				door: "chat",
				reason: "CHG-1042: the edge range goes back",
				details: expect.objectContaining({ count: 37 }),
			},
		});
	});

	it.each([
		["long lists", { bindings: Array.from({ length: 5000 }, (_, index) => `198.51.${index}.0/24`) }, { bindings: 100 }],
		["a list of long texts", { bindings: Array.from({ length: 50 }, () => "x".repeat(1900)) }, { bindings: 10 }],
	])("cuts %s to less than 20 kB", async (_, data, kept) => {
		const { body } = await sent(messageOf("watch.mass_deletion", null, {}, { data }));
		expect(new TextEncoder().encode(body).byteLength).toBeLessThan(20_000);
		expect(JSON.parse(body).data.details.bindings).toHaveLength(kept.bindings);
	});

	it("cuts the longest texts, as control characters that JSON writes with six", async () => {
		const text = "\u0001".repeat(30_000);
		const { body } = await sent(messageOf("deletion.deleted", text, {}, { summary: text, data: { text } }));
		expect(new TextEncoder().encode(body).byteLength).toBeLessThan(20_000);
		expect(JSON.parse(body).data).toMatchObject({ deletion_id: recordId, details: {} });
	});
});
