// When a deletion counts towards the budget.
import { expect, it } from "vitest";
import { notYetSent } from "../../src/deletion/record/progress.ts";
import { admitted, edge, recordOf } from "./a-deletion.ts";

it("a deletion counts towards the budget from when its DELETE leaves, not from when it was judged", async () => {
	const { world, recordId } = await admitted();
	const { journal, clock } = world;
	const judgedAtMs = clock.nowMs;
	const open = journal.open(recordId);
	if (open === null) throw new Error("it is open");
	clock.nowMs += 50_000;
	const progress = { ...notYetSent(judgedAtMs), phase: "sent" as const, callsSent: 1, lastSentAtMs: clock.nowMs };
	journal.storeOpen({ ...open, progress }, clock.nowMs + 15_000);
	expect(journal.pace(edge.id, judgedAtMs + 10_000).account).toEqual([clock.nowMs]);
	clock.nowMs += 5000;
	journal.storeOpen({ ...open, progress: { ...progress, phase: "doubtful" } }, clock.nowMs);
	expect(journal.pace(edge.id, judgedAtMs + 10_000).account).toEqual([clock.nowMs - 5000]);
	expect(recordOf(world, recordId).state).toBe("deleting");
});
