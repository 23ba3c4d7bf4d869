// Ten thousand changes to valid messages, made without knowing the secret: none is accepted and none is an error.
import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import { prove } from "../../../src/doors/auth/proof.ts";
import { schemeOf } from "../../../src/doors/auth/schemes.ts";
import { call, cloudflare } from "../../harness.ts";
import { atSeconds, everyScheme, proofOf, type Row, seeds } from "../auth/every-scheme.ts";
import { payloads, rows, type SenderName, senderNamed } from "./deliver.ts";
import { choices, isTheSame, kinds, type Message, mutated } from "./mutations.ts";

const seed = 20_260_220;

function messageOf(row: Row, payload: object, timestampSeconds = atSeconds): Message {
	const body = new TextEncoder().encode(JSON.stringify(payload));
	return { headers: proofOf(row, body, { timestampSeconds }), body };
}

const proven = async ({ scheme, secret }: Row, { headers, body }: Message) =>
	(await prove(scheme, [secret.checks], new Headers(headers), body, atSeconds * 1000)).ok;

it("accepts none of 10,000 mutations over all schemes, and never throws", async () => {
	const messages = everyScheme.map((row) => ({ row, message: messageOf(row, { ...payloads.runbook, note: "ü" }) }));
	for (const { row, message } of messages) expect([row.name, await proven(row, message)]).toEqual([row.name, true]);
	const counts = new Map<string, number>();
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...messages), choices, async ({ row, message }, choice) => {
			const other = mutated(row, message, choice, atSeconds);
			fc.pre(!isTheSame(row, message, other));
			counts.set(choice.kind, (counts.get(choice.kind) ?? 0) + 1);
			if (await proven(row, other)) throw new Error(`${row.name} accepts ${JSON.stringify(other.headers)}`);
		}),
		{ numRuns: 10_000, seed },
	);
	for (const kind of kinds) expect([kind, counts.get(kind)]).toEqual([kind, expect.toSatisfy((count) => count > 100)]);
});

it("answers 401 to each of 300 mutations at the door, and does nothing else", async () => {
	const nowSeconds = Math.floor(Date.now() / 1000);
	const senders = (Object.keys(payloads) as SenderName[]).map((name) => {
		const { scheme, signature, secrets } = senderNamed(name);
		const [checks = ""] = secrets;
		const row = { name, scheme: schemeOf(scheme, signature), secret: { checks, signs: checks } };
		return { ...row, another: row.secret };
	});
	const pair = { checks: "", signs: `whsk_${seeds.one}` };
	const byKey = senders.filter(({ name }) => name === "inventory").map((row) => ({ ...row, secret: pair }));
	const messages = [...senders, ...byKey].map((row) => ({
		row,
		message: messageOf(row, payloads[row.name as SenderName], nowSeconds),
	}));
	// One log line each would be too many.
	for (const level of ["info", "warn"] as const) vi.spyOn(console, level).mockReturnValue();
	let address = 0;
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...messages), choices, async ({ row, message }, choice) => {
			const { headers, body } = mutated(row, message, choice, nowSeconds);
			fc.pre(!isTheSame(row, message, { headers, body }));
			address += 1;
			const from = { "cf-connecting-ip": `198.18.${address >> 8}.${address % 256}` };
			const sent = { method: "POST", token: null, headers: { ...headers, ...from }, body };
			const answer = await call(`/webhooks/${row.name}`, sent);
			if (answer.status !== 401) throw new Error(`${answer.status} for ${JSON.stringify(headers)}: ${answer.text}`);
		}),
		{ numRuns: 300, seed },
	);
	expect(await rows()).toEqual([]);
	expect(await cloudflare.calls()).toEqual([]);
	for (const { row, message } of messages) {
		const sent = { method: "POST", token: null, ...message };
		expect([row.name, (await call(`/webhooks/${row.name}?x`, sent)).status]).toEqual([row.name, 400]);
	}
});
