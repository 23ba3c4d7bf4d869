// What turns health red.
import { describe, expect, it } from "vitest";
import { type HealthFacts, healthProblems } from "../../src/deletion/status.ts";

const nowMs = Date.UTC(2026, 10, 3, 12);
const well: HealthFacts = {
	credentialRejected: false,
	storageWorks: true,
	overdueSinceMs: null,
	unpublishedSinceMs: null,
	callsLeft: null,
};
const codes = (change: Partial<HealthFacts>) => healthProblems({ ...well, ...change }, nowMs).map(({ code }) => code);

describe("health", () => {
	it.each<[string, Partial<HealthFacts>, string[]]>([
		["is green when nothing is wrong", {}, []],
		["is red when the credential is rejected", { credentialRejected: true }, ["credential_rejected"]],
		["is red when storage cannot be written", { storageWorks: false }, ["storage_not_writable"]],
		["stays green while work is a little late", { overdueSinceMs: nowMs - 180_000 }, []],
		["is red when work is overdue", { overdueSinceMs: nowMs - 180_001 }, ["work_overdue"]],
		["stays green in a short KV outage", { unpublishedSinceMs: nowMs - 600_000 }, []],
		["is red in a long KV outage", { unpublishedSinceMs: nowMs - 600_001 }, ["publishing_behind"]],
		["is green with one call left", { callsLeft: 1 }, []],
		["is red when no call is left", { callsLeft: 0 }, ["rate_limit_used_up"]],
	])("%s", (_, change, expected) => expect(codes(change)).toEqual(expected));

	it("names every problem", () => {
		const all = {
			credentialRejected: true,
			storageWorks: false,
			overdueSinceMs: 0,
			unpublishedSinceMs: 0,
			callsLeft: 0,
		};
		expect(codes(all)).toHaveLength(5);
	});
});
