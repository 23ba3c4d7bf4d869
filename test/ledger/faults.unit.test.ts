import { expect, it } from "vitest";
import type { ConfigProblem, Part } from "../../src/config/problem.ts";
import { at } from "../../src/deletion/record/deletion.ts";
import { createFaults } from "../../src/ledger/faults.ts";
import { noonMs } from "./a-storage.ts";

const alice = { name: "alice", door: "page" } as const;
const ci = { name: "ci", door: "api" } as const;

/** @param settings the faulty setting of each part. */
function faultsIn(settings: Partial<Record<Part, string>>) {
	const problemsClosing = (part: Part) => {
		const setting = settings[part];
		return setting === undefined ? [] : [{ plain: { setting } } as unknown as ConfigProblem];
	};
	return createFaults({ problemsClosing }, () => noonMs);
}

it("holds back everybody while a limit is faulty, but knows what they may do", () => {
	const faults = faultsIn({ deletions: "BUDGET" });
	const reason = "unbind is misconfigured: BUDGET.";
	expect(faults.onAll()).toMatchObject({ reason, since: at(noonMs), until: null });
	expect(faults.on(ci)).toMatchObject({ reason });
	expect(faults.isUncertain(ci)).toBe(false);
});

it("holds back only those whose part is faulty", () => {
	const faults = faultsIn({ page: "ACCESS" });
	expect(faults.onAll()).toBeNull();
	expect(faults.on(alice)).toMatchObject({ reason: "unbind is misconfigured: ACCESS." });
	expect(faults.on(ci)).toBeNull();
	expect([faults.isUncertain(alice), faults.isUncertain(ci)]).toEqual([true, false]);
});

it("holds back nobody while the settings are right", () => {
	const faults = faultsIn({});
	expect([faults.onAll(), faults.on(alice), faults.on(ci)]).toEqual([null, null, null]);
});
