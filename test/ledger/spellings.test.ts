// An older release kept names as they were spelt. What it stored under another spelling is still found.
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { deletionAt, nowMs } from "../adapters/history/rows.ts";
import { approver, shop24 } from "../doors/account.ts";
import { callConfigured, sha256 } from "../doors/configured.ts";
import { ledger } from "../harness.ts";
import { configureLedger } from "../lifecycle/configured-ledger.ts";

afterEach(() => reset());

const journalOf = (sql: SqlStorage) => createJournal(sql, { now: () => nowMs, onDue() {}, onSettled() {} });

it("finds a claim by CI for ci, and prefers the exact spelling", async () => {
	await runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => {
		const before = deletionAt(nowMs - 60_000);
		const claim = { key: "key:k", payload: "p", payloadOfVersion1: "p", lasting: true };
		journalOf(sql).storeSettled(before, [
			{ ...claim, actor: "CI" },
			{ ...claim, actor: "bob" },
		]);
		expect(journalOf(sql).claimed("ci", "key:k")).toEqual({ payload: "p", deletionId: before.id });
		expect(journalOf(sql).claimed("ci", "key:l")).toBeNull();
		expect(journalOf(sql).claimed("cj", "key:k")).toBeNull();
		const now = deletionAt(nowMs);
		journalOf(sql).storeSettled(now, [{ ...claim, payload: "q", actor: "ci" }]);
		expect(journalOf(sql).claimed("ci", "key:k")).toEqual({ payload: "q", deletionId: now.id });
	});
});

it("replays Dora's key once she is configured as dora, and does not let dora approve Dora's request", async () => {
	const token = "unbind_dora";
	const dora = { sha256: sha256(token), scopes: ["read", "delete", "approve"] };
	const bob = { sha256: sha256(approver.token), scopes: ["read", "approve"] };
	const ask = async (name: string) => {
		const settings = { TOKENS: JSON.stringify({ [name]: dora, bob }) };
		await configureLedger(settings);
		const path = `/bindings/${shop24}?acknowledge=leaves_no_service`;
		const headers = { authorization: `Bearer ${token}`, "idempotency-key": "k" };
		const asked = await callConfigured(settings, path, { method: "DELETE", headers });
		const approval = await callConfigured(settings, `/deletions/${asked.json.id}/approval`, {
			method: "POST",
			headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
			body: JSON.stringify({ decision: "approve" }),
		});
		return { id: asked.json.id, replayed: asked.headers.get("idempotency-replayed"), code: approval.json.code };
	};
	const before = await ask("Dora");
	expect(before).toMatchObject({ replayed: null, code: "self_approval" });
	expect(await ask("dora")).toEqual({ id: before.id, replayed: "true", code: "self_approval" });
});
