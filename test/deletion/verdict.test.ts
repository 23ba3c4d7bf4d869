import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, guardNames, levels, type Verdict } from "../../src/deletion/verdict.ts";

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
		["nothing", [], { would: "delete" }],
		["passes alone", [pass, pass], { would: "delete" }],
		["named risks", [pass, named], { would: "delete" }],
		["named and approved risks", [named, agreed], { would: "delete" }],
		["a risk", [risk, pass], { would: "ask", unacknowledged: ["leaves_no_service"] }],
		["a risk beside a named one", [named, other], { would: "ask", unacknowledged: ["still_provisioning"] }],
		["two risks", [risk, other], { would: "ask", unacknowledged: ["leaves_no_service", "still_provisioning"] }],
		["an approval to be given", [pass, waits], { would: "wait_for_approval", unapproved: ["last_binding"] }],
		[
			"an approval to be given, and named risks",
			[named, waits],
			{ would: "wait_for_approval", unapproved: ["last_binding"] },
		],
		[
			"an approval to be given, and a risk: nobody is asked in vain",
			[waits, risk],
			{ would: "ask", unacknowledged: ["leaves_no_service"] },
		],
		["a given approval and a risk", [agreed, risk], { would: "ask", unacknowledged: ["leaves_no_service"] }],
		["a refusal after risks", [risk, named, waits, refusal], { would: "refuse", by: refusal }],
		["two refusals: the first gives the name", [agreed, refusal, second], { would: "refuse", by: refusal }],
	])("%s", (_, verdicts, decision) => {
		expect(decide(verdicts)).toEqual(decision);
	});

	it("deletes exactly where every verdict passes, or is agreed to as it has to be", () => {
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
