import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, guardNames, levels, type Verdict } from "../../../src/deletion/record/verdict.ts";

const pass: Verdict = { guard: "no_reason", verdict: "pass" };
const risk: Verdict = { guard: "leaves_no_service", verdict: "acknowledge" };
const named: Verdict = { ...risk, acknowledged: true };
const other: Verdict = { guard: "still_provisioning", verdict: "acknowledge" };
const waits: Verdict = { guard: "last_binding", verdict: "approve" };
const agreed: Verdict = { ...waits, approved: true };
const refusal: Verdict = { guard: "changed", verdict: "refuse" };
const second: Verdict = { guard: "not_restorable", verdict: "refuse" };

describe("decide", () => {
	it.each<[string, Verdict[], object]>([
		["no verdicts: delete", [], { would: "delete" }],
		["only passes: delete", [pass, pass], { would: "delete" }],
		["acknowledged risks: delete", [pass, named], { would: "delete" }],
		["acknowledged and approved risks: delete", [named, agreed], { would: "delete" }],
		["a risk: ask", [risk, pass], { would: "need_acknowledgement", unacknowledged: ["leaves_no_service"] }],
		[
			"a risk beside an acknowledged one: ask",
			[named, other],
			{ would: "need_acknowledgement", unacknowledged: ["still_provisioning"] },
		],
		[
			"two risks: ask",
			[risk, other],
			{ would: "need_acknowledgement", unacknowledged: ["leaves_no_service", "still_provisioning"] },
		],
		["a missing approval: wait for it", [pass, waits], { would: "wait_for_approval", unapproved: ["last_binding"] }],
		[
			"a missing approval and acknowledged risks: wait for the approval",
			[named, waits],
			{ would: "wait_for_approval", unapproved: ["last_binding"] },
		],
		[
			"a missing approval and a risk: ask before anyone has to approve",
			[waits, risk],
			{ would: "need_acknowledgement", unacknowledged: ["leaves_no_service"] },
		],
		[
			"an approval and a risk: ask",
			[agreed, risk],
			{ would: "need_acknowledgement", unacknowledged: ["leaves_no_service"] },
		],
		["a refusal after risks: refuse", [risk, named, waits, refusal], { would: "refuse", by: refusal }],
		["two refusals: refuse by the first", [agreed, refusal, second], { would: "refuse", by: refusal }],
	])("%s", (_, verdicts, decision) => {
		expect(decide(verdicts)).toEqual(decision);
	});

	it("deletes exactly when every verdict passes or has the agreement it needs", () => {
		const verdict: fc.Arbitrary<Verdict> = fc
			.record({
				guard: fc.constantFrom(...guardNames),
				verdict: fc.constantFrom(...levels),
				acknowledged: fc.boolean(),
				approved: fc.boolean(),
			})
			.map(({ guard, verdict, acknowledged, approved }) => ({
				guard,
				verdict,
				...(acknowledged && verdict === "acknowledge" ? { acknowledged } : {}),
				...(approved && verdict === "approve" ? { approved } : {}),
			}));
		const isSettled = (one: Verdict) =>
			one.verdict === "pass" || (one.verdict !== "refuse" && (one.acknowledged ?? one.approved ?? false));
		fc.assert(
			fc.property(fc.array(verdict), (verdicts) => {
				const decision = decide(verdicts);
				expect(decision.would === "delete").toBe(verdicts.every(isSettled));
				expect(decision.would === "refuse").toBe(verdicts.some((one) => one.verdict === "refuse"));
			}),
		);
	});
});
