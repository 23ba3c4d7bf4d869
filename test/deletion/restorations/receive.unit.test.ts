import { expect, it } from "vitest";
import { restorationsAtMost } from "../../../src/deletion/limits.ts";
import { newRecordId } from "../../../src/deletion/record/record-id.ts";
import { payloadOf, received, refusedAsAWhole } from "../../../src/deletion/restorations/receive.ts";
import { bob, noonMs, recordIn } from "../../notify/records.ts";

const ids = (count: number) =>
	Array.from({ length: count }, (_, index) =>
		newRecordId(
			noonMs,
			Uint8Array.from({ length: 16 }, (_, digit) => (index >> (digit * 5)) % 32),
		),
	);
const refused = (deletions: string[], actor = bob) =>
	refusedAsAWhole({ deletions, actor, reason: null } as unknown as Parameters<typeof refusedAsAWhole>[0]);

it("refuses a malformed request as a whole, and takes the largest that it allows", () => {
	const [one = ""] = ids(1);
	for (const [deletions, detail] of [
		[[], "Name from 1 to"],
		[ids(restorationsAtMost + 1), "Name from 1 to"],
		[[one, "203.0.113.0/24"], '"203.0.113.0/24" is not the id of a record.'],
		[[one, one], `The record ${one} is named twice.`],
	] as const)
		expect(refused([...deletions])).toMatchObject({ code: "invalid_request", detail: expect.stringContaining(detail) });
	expect(refused(ids(restorationsAtMost))).toBeNull();
});

it("refuses a caller without the scope", () => {
	expect(refused(ids(1), { ...bob, scopes: ["read"] })).toMatchObject({ code: "scope_missing" });
});

it("tells requests apart by their ids, their order and their reason", () => {
	const [a = "", b = ""] = ids(2);
	const payloads = [
		payloadOf({ deletions: [a, b], reason: null }),
		payloadOf({ deletions: [b, a], reason: null }),
		payloadOf({ deletions: [a, b], reason: "INC-1" }),
	];
	expect(new Set(payloads).size).toBe(3);
	expect(payloadOf({ deletions: [a, b], reason: null })).toBe(payloads[0]);
});

it("waits for a record that can be restored, or is still to be read, and refuses one that can't", () => {
	const [id = ""] = ids(1);
	expect(received(id, null, bob)).toMatchObject({ deletion_id: id, state: "waiting", cidr: null });
	expect(received(id, recordIn("deleted"), bob)).toMatchObject({ state: "waiting", cidr: "203.0.113.128/25" });
	expect(received(id, recordIn("refused"), bob)).toMatchObject({ state: "refused", code: "conflict" });
});
