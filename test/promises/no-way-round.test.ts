// Promise 5. No way round: guards and approvals live in the core, and every door goes through them. People, Cloudflare
// and time act in random sequences, and each DELETE that reaches Cloudflare is checked against the rules.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { resetAll } from "../doors/account.ts";
import { play, sequence } from "../lifecycle/commands.ts";
import { budget } from "../lifecycle/rules.ts";
import { createWorld } from "../lifecycle/small-world.ts";

const settings = { BUDGET_DELETIONS: budget, BUDGET_WINDOW_MINUTES: 60, APPROVAL_MINUTES: 60 };
const seed = 20260220;

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2030, 0, 1, 12) });
	for (const level of ["log", "info", "warn", "error"] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(async () => {
	vi.useRealTimers();
	await resetAll();
});

/** All of these must happen in the sequences, or they would prove nothing. */
const ends = [
	...["deleted", "refused", "failed", "cancelled", "expired", "restored", "scheduled", "pending_approval", "unknown"],
	...["frozen", "out_of_range", "budget", "breadth", "changed", "not_restorable", "acknowledgement_required"],
	...["scope_missing", "binding_not_found", "approval_rejected", "approval_expired", "approved and deleted"],
	...["scheduled and deleted", "api and deleted", "cloudflare and deleted", "sent twice"],
];

function endsOf({ state, failure, approval, actor, not_before, cloudflare }: Deletion): string[] {
	const isDone = state === "deleted" || state === "restored";
	return [
		state,
		failure?.code ?? "",
		isDone ? `${actor.door} and deleted` : "",
		isDone && approval?.state === "approved" ? "approved and deleted" : "",
		isDone && not_before !== null ? "scheduled and deleted" : "",
		(cloudflare?.attempts ?? 0) > 1 ? "sent twice" : "",
	];
}

describe("no way round", () => {
	it("lets no DELETE past a guard in a thousand sequences", { timeout: 480_000 }, async () => {
		const world = createWorld(settings);
		const seen = new Set<string>();
		await fc.assert(
			fc.asyncProperty(sequence, async (commands) => {
				const { wrong, all } = await play(commands, world);
				for (const end of all.flatMap(endsOf)) seen.add(end);
				expect(wrong).toEqual([]);
			}),
			{ numRuns: 1000, seed },
		);
		expect(ends.filter((end) => !seen.has(end))).toEqual([]);
	});

	// A guard that can be switched off unnoticed here would be missed above too.
	it.each([
		["leaves_no_service", "a hole which nobody named"],
		["still_provisioning", "during provisioning"],
		["not_restorable", "could not be restored"],
		["last_binding", "without another's word"],
		["breadth", "more than half of a prefix"],
		["budget", "over the budget"],
	])("notices an unbind whose guard %s lets everything pass", { timeout: 60_000 }, async (guard, notice) => {
		const world = createWorld({ ...settings, GUARDS: { [guard]: "pass" } });
		const { failed, errorInstance } = await fc.check(
			fc.asyncProperty(sequence, async (commands) => {
				const { wrong } = await play(commands, world);
				if (wrong.length > 0) throw new Error(wrong.join());
			}),
			{ numRuns: 1000, seed: seed + 4, endOnFailure: true },
		);
		expect(failed).toBe(true);
		expect(String(errorInstance)).toContain(notice);
	});
});
