import { expect, it } from "vitest";
import { at, type Deletion, type State } from "../../src/deletion/record/deletion.ts";
import { binding } from "../notify/records.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "./a-storage.ts";

const lastGone: readonly State[] = ["deleted", "already_gone", "deleted_elsewhere", "restored"];
const dashed = "b1b1b1b1-b1b1-b1b1-b1b1-b1b1b1b1b1b1";

it.each(lastGone)("finds what was carried out by the binding's id, dashed or not, and by its CIDR: %s", (state) => {
	const journal = journalOf(sqlOf());
	const record = journal.keep(madeRecord({ state }));
	for (const named of [{ bindingId: binding.id }, { bindingId: dashed }, { cidr: binding.cidr }])
		expect(journal.lastGone(named)?.id).toBe(record.id);
	expect(journal.lastGone({ cidr: "198.51.100.0/24" })).toBeNull();
});

it("finds the open deletion of a binding with its terms and its progress", () => {
	const journal = journalOf(sqlOf());
	const record = journal.keep(madeRecord({ state: "deleting" }));
	expect(journal.openFor({ bindingId: dashed })).toMatchObject({
		deletion: { id: record.id },
		terms: { acknowledge: [] },
		progress: { phase: "ready", callsSent: 0 },
	});
	journal.keep({ ...record, state: "deleted", settled_at: at(noonMs) });
	expect(journal.openFor({ cidr: binding.cidr })).toBeNull();
});

it("knows the binding that a restoration created until that one is deleted too", () => {
	const journal = journalOf(sqlOf());
	const createdId = "d1".repeat(16);
	const restoration: NonNullable<Deletion["restoration"]> = {
		state: "restored",
		requested_at: at(noonMs),
		requested_by: { name: "bob", door: "api" },
		settled_at: at(noonMs),
		binding_id: createdId,
		provisioning: null,
		settles_within_hours: 6,
		cloudflare: null,
		failure: null,
		active_at: null,
	};
	journal.keep(madeRecord({ state: "restored", restoration }));
	const created = { prefixId: binding.prefix_id, bindingId: createdId };
	expect(journal.created({ cidr: binding.cidr })).toEqual(created);
	expect(journal.prefixOf(createdId)).toBe(binding.prefix_id);
	journal.keep(madeRecord({ binding: { ...binding, id: createdId } }));
	expect(journal.created({ bindingId: createdId })).toBeNull();
});

it("counts towards the pace what left or may have left, and not what failed", () => {
	let nowMs = noonMs;
	const journal = journalOf(sqlOf(), () => nowMs);
	for (const state of ["deleted", "failed"] as const) {
		const record = journal.keep(madeRecord({ state: "deleting", binding: { ...binding, id: state.padEnd(32, "0") } }));
		nowMs += 1000;
		journal.keep({ ...record, state, settled_at: at(nowMs) });
	}
	expect(journal.pace(binding.prefix_id, noonMs - 1)).toEqual({ account: [noonMs], prefix: [noonMs] });
	expect(journal.pace("other", noonMs - 1)).toEqual({ account: [noonMs], prefix: [] });
	expect(journal.begunSince(noonMs - 1, 10)).toEqual([noonMs]);
	expect(journal.begunSince(noonMs, 10)).toEqual([]);
});
