// Records that have left the Ledger, and are read from KV.
import { describe, expect, it } from "vitest";
import { newRecordId } from "../../../src/deletion/record/record-id.ts";
import { fail, ok } from "../../../src/deletion/result.ts";
import { recordsReadAtOnce } from "../../../src/ledger/limits.ts";
import { callsOf, lost, type Many, manyPrefixes } from "./many.ts";

describe("a KV that hangs", () => {
	it("costs a few reads an alarm, and no restoration that needs none has to wait for more", async () => {
		let hung = 0;
		const many: Many = lost(manyPrefixes(1), {
			async recorded(recordId) {
				const record = many.world.journal.get(recordId);
				if (record !== null) return ok(record);
				hung += 1;
				return fail({ code: "history_unreadable", detail: "", retry_after_seconds: 60 });
			},
		});
		const old = Array.from({ length: 90 }, (_, index) =>
			newRecordId(0, new Uint8Array(16).with(0, index & 31).with(1, index >> 5)),
		);
		many.request([...old, ...many.ids]);
		await many.alarm();
		expect(hung).toBeLessThanOrEqual(3 * recordsReadAtOnce);
		expect(callsOf(many, "create")).toHaveLength(4);
	});
});
