// A scheduled deletion whose time comes while Cloudflare cannot be read or deletions are frozen.
import { describe, expect, it } from "vitest";
import { recordOf } from "./a-deletion.ts";
import { advanced, events, hour, scheduled } from "./a-life.ts";
import { fault, freezeOf, startMs } from "./world.ts";

const at = (ms: number) => new Date(ms).toISOString();
const due = startMs + hour;
const dueScheduled = async () => {
	const made = await scheduled();
	made.world.clock.nowMs = due;
	return made;
};

describe("a deletion that cannot be looked up when its time comes", () => {
	it.each([fault.unclear, fault.throttled(1000), fault.refused])(
		"is tried again every ten seconds for ten minutes, then fails ($kind)",
		async (said) => {
			const { world, recordId } = await dueScheduled();
			world.misbehave = () => said;
			for (let looks = 0; looks < 60; looks++) {
				await advanced(world, recordId);
				expect(recordOf(world, recordId).state).toBe("scheduled");
				expect(world.journal.dueAtMs(recordId)).toBe(world.clock.nowMs + 10_000);
				world.clock.nowMs += 10_000;
			}
			await advanced(world, recordId);
			const code = said.kind === "refused" ? "cloudflare_refused" : "cloudflare_unavailable";
			expect(recordOf(world, recordId)).toMatchObject({
				state: "failed",
				failure: { code },
				cloudflare: { ...said.answer, attempts: 0 },
			});
			expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
		},
	);

	it("is judged and carried out once it can be looked up", async () => {
		const { world, recordId } = await dueScheduled();
		world.misbehave = () => fault.unclear;
		await advanced(world, recordId);
		world.clock.nowMs += 300_000;
		world.misbehave = () => null;
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "deleted" });
	});

	it("fails at once if the credential is rejected", async () => {
		const { world, recordId } = await dueScheduled();
		world.misbehave = () => fault.credential;
		await advanced(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "failed", failure: { code: "credential_rejected" } });
	});
});

describe("a freeze", () => {
	it("holds a scheduled deletion, notes that once, and checks again every five minutes", async () => {
		const { world, recordId } = await dueScheduled();
		world.journal.frozen = freezeOf();
		for (let looks = 0; looks < 3; looks++) {
			await advanced(world, recordId);
			expect(world.journal.dueAtMs(recordId)).toBe(world.clock.nowMs + 300_000);
			world.clock.nowMs += 300_000;
		}
		expect(events(world, recordId)).toEqual(["requested", "planned", "scheduled", "held_by_freeze"]);
		expect(recordOf(world, recordId).timeline.at(-1)).toMatchObject({ freeze_reason: "BGP incident", at: at(due) });
		expect(world.calls).toEqual([]);
		world.journal.frozen = null;
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("with an end is waited for exactly that long", async () => {
		const { world, recordId } = await dueScheduled();
		world.journal.frozen = freezeOf({ until: at(due + 1234) });
		await advanced(world, recordId);
		expect(world.journal.dueAtMs(recordId)).toBe(due + 1234);
		world.clock.nowMs = due + 1234;
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("holds a deletion even if it starts during the look-up", async () => {
		const { world, recordId } = await dueScheduled();
		world.misbehave = () => {
			world.journal.frozen = freezeOf();
			return null;
		};
		await advanced(world, recordId);
		expect(recordOf(world, recordId).state).toBe("scheduled");
		expect(events(world, recordId).at(-1)).toBe("held_by_freeze");
	});

	it("does not touch a deletion before its time", async () => {
		const { world, recordId } = await scheduled();
		world.journal.frozen = freezeOf();
		await advanced(world, recordId);
		expect(events(world, recordId)).not.toContain("held_by_freeze");
		expect(world.journal.dueAtMs(recordId)).toBe(due);
	});
});
