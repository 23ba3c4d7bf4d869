import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexKeys, metadataOf, prefixOf, recordKey, rowOf } from "../../../src/adapters/history/keys.ts";
import { laterMembers, summaryOf } from "../../../src/deletion/record/deletion.ts";
import { HISTORY } from "../../harness.ts";
import { bindingAt, bindingIds, deletionAt, nowMs, prefixIds } from "./rows.ts";

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).byteLength;
const binding = bindingAt(0, 0);
const unpaired = fc.string({ unit: fc.constantFrom("\ud83d", "\ude00", "x", "\u0000", '"', "\\", "é", "€", "😀") });

describe("the keys", () => {
	it("are one for the record, one for its binding and one for its prefix", () => {
		const deletion = deletionAt(nowMs);
		expect([recordKey(deletion.id), ...indexKeys(deletion)]).toEqual([
			`deletion:${deletion.id}`,
			`binding:${bindingIds[0]}:${deletion.id}`,
			`prefix:${prefixIds[0]}:${deletion.id}`,
		]);
	});

	it("are only the record's if no binding was found", () => {
		expect(indexKeys(deletionAt(nowMs, { binding: null }))).toEqual([]);
	});

	it("begin with the prefix that lists them", () => {
		const deletion = deletionAt(nowMs);
		expect(recordKey(deletion.id).startsWith(prefixOf({ kind: "deletion" }))).toBe(true);
		const [ofBinding, ofPrefix] = indexKeys(deletion);
		expect(ofBinding?.startsWith(prefixOf({ kind: "binding", of: binding.id }))).toBe(true);
		expect(ofPrefix?.startsWith(prefixOf({ kind: "prefix", of: binding.prefix_id }))).toBe(true);
	});
});

describe("the metadata", () => {
	it("is the row without the id, which is in the key", () => {
		const deletion = deletionAt(nowMs);
		const { id: _, ...row } = summaryOf(deletion);
		expect(metadataOf(deletion)).toEqual(row);
	});

	it("reads back as the same row from each of the record's keys", () => {
		const some = fc.record({
			state: fc.constantFrom("deleted", "failed", "refused", "already_gone"),
			reason: fc.option(fc.string({ maxLength: 60 })),
			binding: fc.constantFrom(null, binding, { ...binding, service_name: null }),
			settled_at: fc.constantFrom(null, "2026-11-03T12:00:00.000Z"),
			target: fc.constantFrom("203.0.113.0/26", "edge-cdn", bindingIds[0] ?? ""),
		});
		fc.assert(
			fc.property(some, fc.constantFrom("api", "cloudflare"), (change, door) => {
				const deletion = deletionAt(nowMs, { ...(change as object), actor: { name: "ci@example.com", door } });
				for (const key of [recordKey(deletion.id), ...indexKeys(deletion)]) {
					expect(rowOf(key, JSON.parse(JSON.stringify(metadataOf(deletion))))).toEqual(summaryOf(deletion));
				}
			}),
		);
	});

	it("has the DELETE's Ray id, which reads as null in an older row", () => {
		const answer = { status: 200, success: true, errors: [], messages: [], duration_ms: 1, attempts: 1 };
		const deletion = deletionAt(nowMs, { cloudflare: { ...answer, ray: "9f1c2ab34de56789-AMS" } });
		const { ray, ...older } = metadataOf(deletion);
		expect(ray).toBe("9f1c2ab34de56789-AMS");
		expect(rowOf(recordKey(deletion.id), older)).toEqual({ ...summaryOf(deletion), ray: null });
	});

	it("says why and until when; a row of the release before reads as if there were nothing to say", () => {
		const failure = { code: "budget" as const, detail: "Used up." };
		const deletion = deletionAt(nowMs, { state: "refused", failure, not_before: "2026-11-03T13:00:00.000Z" });
		const { failure_code, not_before, expires_at, ...older } = metadataOf(deletion);
		expect({ failure_code, not_before, expires_at }).toEqual({
			failure_code: "budget",
			not_before: "2026-11-03T13:00:00.000Z",
			expires_at: null,
		});
		expect(rowOf(recordKey(deletion.id), older)).toEqual({ ...summaryOf(deletion), ...laterMembers });
	});

	it("fits into KV's 1,024 bytes whatever the reason and service name", () => {
		const reason = fc.oneof(
			fc.string({ unit: "binary", maxLength: 3000 }),
			unpaired,
			fc.tuple(unpaired, fc.nat(400)).map(([part, times]) => part.repeat(times)),
		);
		fc.assert(
			fc.property(reason, fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), unpaired), (text, service_name) => {
				const actor = { name: "a".repeat(64), door: "cloudflare" as const };
				const failure = { code: "acknowledgement_required" as const, detail: "" };
				const service = { ...binding, service_name };
				const not_before = new Date(nowMs).toISOString();
				const deletion = deletionAt(nowMs, { reason: text, actor, failure, not_before, binding: service });
				expect(bytesOf(metadataOf(deletion))).toBeLessThanOrEqual(1024);
			}),
			{ numRuns: 300 },
		);
	});

	it("shows as much of a long reason as fits, with an ellipsis", () => {
		const { reason } = metadataOf(deletionAt(nowMs, { reason: "x".repeat(2000) }));
		expect(reason).toMatch(/^x+…$/);
		expect(reason?.length).toBeGreaterThan(400);
	});

	it("never cuts an emoji in two", () => {
		for (let count = 300; count < 340; count++) {
			const { reason } = metadataOf(deletionAt(nowMs, { reason: `${"x".repeat(count % 3)}${"😀".repeat(count)}` }));
			expect(reason?.isWellFormed()).toBe(true);
			expect(reason).toMatch(/^x*(?:😀)+…$/u);
		}
	});

	it("is accepted by KV at its largest", async () => {
		const metadata = metadataOf(deletionAt(nowMs, { reason: "😀".repeat(1000) }));
		await HISTORY.put("deletion:largest", "", { metadata });
		const { keys } = await HISTORY.list({ prefix: "deletion:largest" });
		expect(keys[0]?.metadata).toEqual(metadata);
	});
});

describe("rowOf", () => {
	const deletion = deletionAt(nowMs);
	const metadata = metadataOf(deletion);

	it.each([
		["a foreign key", "settings", metadata],
		["a key with an invalid id", "deletion:7zzp", metadata],
		["no metadata", recordKey(deletion.id), null],
		["metadata of another form", recordKey(deletion.id), { state: "deleted" }],
		["a state that is not a string", recordKey(deletion.id), { ...metadata, state: 7 }],
	])("is null for %s", (_, key, some) => {
		expect(rowOf(key, some)).toBeNull();
	});
});
