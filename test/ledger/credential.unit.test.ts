import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Cloudflare } from "../../src/deletion/ports.ts";
import { fail } from "../../src/deletion/result.ts";
import {
	isCredentialRejected,
	markOf,
	noteCredential,
	probeCredential,
	probeDueMs,
} from "../../src/ledger/credential.ts";
import { probeEveryMs } from "../../src/ledger/limits.ts";
import { getFlag } from "../../src/ledger/tables.ts";
import { noonMs, sqlOf } from "./a-storage.ts";

const [old, renewed] = [markOf({ apiToken: "old" }), markOf({ apiToken: "new" })];

beforeEach(() => {
	for (const level of ["log", "info", "warn", "error"] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

it("knows a rejected credential until it is accepted, and starts clean with a new one", () => {
	const sql = sqlOf();
	noteCredential(sql, old, "read", true);
	expect([isCredentialRejected(sql, old), isCredentialRejected(sql, renewed)]).toEqual([true, false]);
	noteCredential(sql, old, "read", false);
	expect(isCredentialRejected(sql, old)).toBe(false);
});

it("takes an accepted write as proof for reads, but not the other way round", () => {
	const sql = sqlOf();
	for (const call of ["read", "write"] as const) noteCredential(sql, old, call, true);
	noteCredential(sql, old, "read", false);
	expect(isCredentialRejected(sql, old)).toBe(true);
	noteCredential(sql, old, "read", true);
	noteCredential(sql, old, "write", false);
	expect(isCredentialRejected(sql, old)).toBe(false);
});

it("probes once a day, and notes when only if Cloudflare said anything about the credential", async () => {
	const sql = sqlOf();
	expect(probeDueMs(sql, noonMs)).toBe(noonMs + probeEveryMs);
	expect(probeDueMs(sql, noonMs + 1)).toBe(noonMs + probeEveryMs);
	const answers = [
		{ kind: "unclear" as const, checked: null },
		{ kind: "credential_rejected" as const, checked: String(noonMs + 5) },
	];
	for (const { kind, checked } of answers) {
		const listPrefixes: Cloudflare["listPrefixes"] = async () =>
			fail({ kind, answer: { status: 401, success: false, errors: [], messages: [], ray: null, duration_ms: 1 } });
		await probeCredential(sql, { listPrefixes } as Cloudflare, () => noonMs + 5);
		expect(getFlag(sql, "credential_checked")).toBe(checked);
	}
	expect(probeDueMs(sql, noonMs)).toBe(noonMs + 5 + probeEveryMs);
});
