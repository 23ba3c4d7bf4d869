import { describe, expect, it } from "vitest";
import { sentenceOf } from "../../../src/deletion/judgement/guards.ts";
import { lookAfterMs } from "../../../src/deletion/limits.ts";
import type { Terms } from "../../../src/deletion/ports.ts";
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import { notYetSent } from "../../../src/deletion/record/progress.ts";
import type { Verdict } from "../../../src/deletion/record/verdict.ts";
import { nextStepOf } from "../../../src/deletion/steps/judge.ts";
import { createWorld, policyOf, startMs } from "../world.ts";

const at = (ms: number) => new Date(ms).toISOString();
const terms: Terms = { acknowledge: ["leaves_no_service"], ifMatch: ["tag"], ranges: ["::/0"], approved: [] };
const pass: Verdict = { guard: "no_reason", verdict: "pass" };
const risk: Verdict = { guard: "leaves_no_service", verdict: "acknowledge" };
const other: Verdict = { guard: "still_provisioning", verdict: "acknowledge" };
const waits: Verdict = { guard: "last_binding", verdict: "approve" };
const protectedOne: Verdict = { guard: "protected", verdict: "refuse", by: "::/0" };
const spent: Verdict = {
	guard: "budget",
	verdict: "refuse",
	deletions: 5,
	limit: 5,
	window_minutes: 60,
	retry_after_seconds: 90,
};

const approved: Deletion["approval"] = {
	state: "approved",
	guards: ["last_binding"],
	requested_at: at(startMs - 2000),
	expires_at: at(startMs + 1000),
	decided_at: at(startMs - 1000),
	decided_by: { name: "bob", door: "api" },
};

function judged(guards: Verdict[], change: Partial<Deletion> = {}): Deletion {
	return {
		id: "7zzp0k00000000000000000000",
		state: "deleting",
		target: "203.0.113.0/26",
		reason: null,
		actor: { name: "ci", door: "api" },
		created_at: at(startMs),
		settled_at: null,
		binding: null,
		effect: null,
		guards,
		cloudflare: null,
		failure: null,
		timeline: [{ at: at(startMs), event: "requested" }],
		not_before: null,
		approval: null,
		restoration: null,
		...change,
	};
}

const course = (guards: Verdict[], change: Partial<Deletion> = {}, policy = policyOf()) => {
	const { ports } = createWorld();
	return nextStepOf(judged(guards, change), terms, { ...ports, policy });
};
const settled = (...given: Parameters<typeof course>): Deletion => {
	const ended = course(...given);
	if (!("settled" in ended)) throw new Error(`it is ${ended.open.deletion.state}`);
	return ended.settled;
};

describe("a judged deletion", () => {
	it("is carried out at once if every guard passes, with the alarm set soon after", () => {
		expect(course([pass])).toEqual({
			open: { deletion: judged([pass]), terms, progress: notYetSent(startMs) },
			dueAtMs: startMs + lookAfterMs,
		});
	});

	it.each([
		["a millisecond ago", startMs - 1],
		["now", startMs],
	])("is carried out at once if it is scheduled for %s", (_, ms) => {
		expect(course([pass], { not_before: at(ms), state: "scheduled" })).toMatchObject({
			open: { deletion: { state: "deleting", timeline: [{ event: "requested" }] } },
		});
	});

	it("waits until its scheduled time", () => {
		const not_before = at(startMs + 1);
		expect(course([pass], { not_before })).toMatchObject({
			open: { deletion: { state: "scheduled", timeline: [{}, { event: "scheduled", not_before }] }, terms },
			dueAtMs: startMs + 1,
		});
	});

	it("waits for an approval for as long as the policy says, and names the guards that need one", () => {
		const policy = policyOf({ approvalMinutes: 15 });
		const given = course([{ ...risk, acknowledged: true }, waits], { not_before: at(startMs + 1) }, policy);
		const expiresAtMs = startMs + 15 * 60_000;
		expect(given).toMatchObject({
			open: {
				deletion: {
					state: "pending_approval",
					approval: {
						state: "pending",
						guards: ["last_binding"],
						requested_at: at(startMs),
						expires_at: at(expiresAtMs),
						decided_at: null,
						decided_by: null,
					},
					timeline: [{}, { at: at(startMs), event: "approval_requested", guards: ["last_binding"] }],
				},
				terms,
			},
			dueAtMs: expiresAtMs,
		});
	});

	it.each<[string, Verdict[], Deletion["failure"]]>([
		[
			"a guard refuses, with that guard's code",
			[risk, waits, protectedOne],
			{ code: "protected", detail: sentenceOf("protected") },
		],
		[
			"a guard refuses for now, with the time to retry",
			[spent, protectedOne],
			{
				code: "budget",
				detail: "5 of 5 deletions used in 60 minutes. The next one is possible at 12:02 UTC.",
				retry_after_seconds: 90,
			},
		],
		[
			"risks are not acknowledged, before anyone is asked to approve",
			[risk, other, waits],
			{
				code: "acknowledgement_required",
				detail:
					"Some addresses would be left without a service. This binding is still provisioning. To delete it anyway, acknowledge leaves_no_service and still_provisioning.",
			},
		],
	])("is refused if %s", (_, guards, failure) => {
		const refused = settled(guards);
		expect(refused).toMatchObject({ state: "refused", settled_at: at(startMs), guards });
		expect(refused.failure).toEqual(failure);
		expect(refused.timeline.at(-1)).toEqual({ at: at(startMs), event: "refused", code: failure?.code });
	});
});

describe("a deletion that is judged again after an approval", () => {
	it("is carried out if the approval covers every guard that needs one", () => {
		expect(course([{ ...waits, approved: true }], { approval: approved })).toMatchObject({
			open: { deletion: { state: "deleting", approval: approved } },
		});
	});

	it("is refused if a new risk has come up that the approval does not cover", () => {
		const refused = settled(
			[
				{ ...waits, approved: true },
				{ ...other, verdict: "approve" },
			],
			{ approval: approved },
		);
		expect(refused).toMatchObject({ state: "refused", approval: approved });
		expect(refused.failure).toEqual({
			code: "still_provisioning",
			detail: `A new risk appeared after the approval: still_provisioning. ${sentenceOf("still_provisioning")} Request the deletion again.`,
		});
	});

	it("is refused if a guard refuses, approval or not", () => {
		expect(settled([{ ...waits, approved: true }, protectedOne], { approval: approved }).failure).toEqual({
			code: "protected",
			detail: sentenceOf("protected"),
		});
	});
});
