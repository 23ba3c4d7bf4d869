import { describe, expect, it } from "vitest";
import { defaultPolicy, fixedGuards } from "../../../src/deletion/judgement/policy.ts";
import { guardNames, levels } from "../../../src/deletion/record/verdict.ts";

describe("the default policy", () => {
	it("has a level for every guard and nothing else", () => {
		expect(Object.keys(defaultPolicy.levels)).toEqual(guardNames);
		for (const guard of guardNames) expect(levels).toContain(defaultPolicy.levels[guard]);
	});

	it("matches the documentation", () => {
		expect(defaultPolicy).toEqual({
			levels: {
				frozen: "refuse",
				protected: "refuse",
				out_of_range: "refuse",
				budget: "refuse",
				breadth: "refuse",
				changed: "refuse",
				last_binding: "approve",
				not_restorable: "refuse",
				leaves_no_service: "acknowledge",
				still_provisioning: "acknowledge",
				advertised: "pass",
				no_reason: "pass",
			},
			protected: { ranges: [], ids: [] },
			budget: { deletions: 5, windowMinutes: 60 },
			approvalMinutes: 60,
		});
	});

	it("refuses for every guard whose level is fixed", () => {
		expect(fixedGuards).toEqual(["frozen", "out_of_range", "changed"]);
		for (const guard of fixedGuards) expect(defaultPolicy.levels[guard]).toBe("refuse");
	});
});
