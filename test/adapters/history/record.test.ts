import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { publish } from "../../../src/adapters/history/publish.ts";
import { lastDeletionInKv, recordInKv } from "../../../src/adapters/history/record.ts";
import { summaryOf } from "../../../src/deletion/record/deletion.ts";
import { HISTORY } from "../../harness.ts";
import { bindingAt, bindingIds, deletionAt, nowMs, prefixIds, put } from "./rows.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await reset();
});
const [bindingId = "", otherBindingId = ""] = bindingIds;
const [prefixId = "", otherPrefixId = ""] = prefixIds;

describe("a record in KV", () => {
	it("is returned as published, or null if there is none", async () => {
		const deletion = deletionAt(nowMs);
		await publish(HISTORY, deletion, 0, nowMs);
		expect(await recordInKv(HISTORY, deletion.id)).toEqual(deletion);
		expect(await recordInKv(HISTORY, deletionAt(nowMs).id)).toBeNull();
	});
});

describe("the last deletion in KV", () => {
	it("is the binding's newest deletion that was carried out", async () => {
		const older = deletionAt(nowMs - 2000);
		const newest = deletionAt(nowMs - 1000, { state: "already_gone" });
		const refused = deletionAt(nowMs, { state: "refused" });
		const failed = deletionAt(nowMs + 1, { state: "failed" });
		await put(older, newest, refused, failed);
		expect(await lastDeletionInKv(HISTORY, { bindingId })).toEqual(summaryOf(newest));
		expect(await lastDeletionInKv(HISTORY, { bindingId: otherBindingId })).toBeNull();
	});

	it("may be one whose binding was restored since", async () => {
		const restored = deletionAt(nowMs, { state: "restored" });
		await put(deletionAt(nowMs - 1000), restored);
		expect(await lastDeletionInKv(HISTORY, { bindingId })).toEqual(summaryOf(restored));
	});

	it("is found by either spelling of its id", async () => {
		const dashed = "c01d0000-0000-4000-8000-000000000007";
		const plain = dashed.replaceAll("-", "");
		const deletion = deletionAt(nowMs, { binding: { ...bindingAt(0, 0), id: dashed } });
		await put(deletion);
		for (const id of [dashed, plain])
			expect(await lastDeletionInKv(HISTORY, { bindingId: id })).toEqual(summaryOf(deletion));
	});

	it("is the newest one for the CIDR in the prefix", async () => {
		const other = deletionAt(nowMs, { binding: bindingAt(1, 0) });
		const wanted = deletionAt(nowMs - 1000, { binding: bindingAt(0, 0) });
		await put(other, wanted);
		expect(await lastDeletionInKv(HISTORY, { prefixId, cidr: "203.0.113.0/26" })).toEqual(summaryOf(wanted));
		expect(await lastDeletionInKv(HISTORY, { prefixId, cidr: "203.0.113.128/26" })).toBeNull();
		expect(await lastDeletionInKv(HISTORY, { prefixId: otherPrefixId, cidr: "203.0.113.0/26" })).toBeNull();
	});

	it("takes one list per spelling of the id, and none if neither binding nor prefix is known", async () => {
		const list = vi.spyOn(HISTORY, "list");
		await lastDeletionInKv(HISTORY, { bindingId, prefixId });
		expect(list).toHaveBeenCalledTimes(2);
		expect(await lastDeletionInKv(HISTORY, { cidr: "203.0.113.0/26" })).toBeNull();
		expect(list).toHaveBeenCalledTimes(2);
	});
});
