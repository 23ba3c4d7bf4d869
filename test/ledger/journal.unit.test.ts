import { expect, it } from "vitest";
import { publishLookAfterMs } from "../../src/ledger/limits.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "./a-storage.ts";

const claim = { actor: "ci", key: "key:k", payload: "p", payloadOfVersion1: "p", lasting: true };

it("gets a record back as it was kept, by its id, also after a restart", () => {
	const sql = sqlOf();
	const record = journalOf(sql).keep(madeRecord());
	expect(journalOf(sql).get(record.id)).toEqual(record);
	expect(journalOf(sql).get(madeRecord().id)).toBeNull();
});

it("changes its version with every change, keeps its name, and never counts down", () => {
	const sql = sqlOf();
	const journal = journalOf(sql);
	const versions = [journal.version()];
	for (let count = 0; count < 3; count++) {
		journal.keep(madeRecord());
		versions.push(journal.version());
	}
	const [name] = versions[0]?.split("-") ?? [];
	expect(versions).toEqual([0, 1, 2, 3].map((count) => `${name}-${count}`));
	expect(journalOf(sql).version()).toBe(versions[3]);
	expect(journalOf(sqlOf()).version()).not.toContain(name);
});

it("is due for open work at its time, and for publishing what has settled", () => {
	const journal = journalOf(sqlOf());
	journal.keep(madeRecord({ state: "deleting" }), noonMs + 7);
	journal.keep(madeRecord());
	expect(journal.due).toEqual([noonMs + 7, noonMs + publishLookAfterMs]);
});

it("answers a key with its record, and frees the key of one that changed nothing", () => {
	const journal = journalOf(sqlOf());
	const deleted = madeRecord();
	journal.storeSettled(deleted, [claim]);
	expect(journal.claimed("CI", "key:k")).toEqual({ payload: "p", deletionId: deleted.id });
	const failed = madeRecord({ state: "failed", failure: { code: "cloudflare_unavailable", detail: "Try again." } });
	journal.storeSettled(failed, [{ ...claim, key: "key:l" }]);
	expect(journal.claimed("ci", "key:l")).toBeNull();
});

it("lets an id that was given out lead to the record that answers for it, also after a restart", () => {
	const sql = sqlOf();
	const journal = journalOf(sql);
	const [received, record] = [madeRecord({ state: "received" }), madeRecord({ state: "deleting" })];
	journal.keep({ ...received, binding: null });
	journal.markIdGiven(received.id);
	journal.keep(record);
	journal.mergeInto(received.id, record.id);
	expect(journal.get(received.id)?.id).toBe(record.id);
	expect(journalOf(sql).get(received.id)?.id).toBe(record.id);
});
