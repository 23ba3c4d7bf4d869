// A freeze that starts while a deletion is carried out. Nothing more is sent, but calls already sent are followed up.
import { describe, expect, it } from "vitest";
import { admitted, live, play, recordOf, type Script, story } from "./a-deletion.ts";
import { freezeOf } from "./world.ts";

describe("a deletion", () => {
	it.each<[string, Script, string]>([
		["before anything was sent", { deletes: [] }, "failed"],
		[
			"while it waited out a rate limit",
			{ deletes: [{ throttled: 2000 }] },
			"sent 1, answered 429, read_back still there, failed",
		],
		["while it was held back", { deletes: [{ held: 2000 }] }, "failed"],
	])("is not sent and fails as frozen if the freeze came %s", async (_, script, expected) => {
		const { world, recordId } = await admitted();
		play(world, script);
		if (script.deletes.length === 0) world.journal.frozen = freezeOf();
		const { sleep } = world.ports;
		world.ports.sleep = (ms) => {
			world.journal.frozen = freezeOf();
			return sleep(ms);
		};
		await live(world, recordId);
		expect(story(recordOf(world, recordId))).toBe(expected);
		expect(recordOf(world, recordId).failure).toEqual({
			code: "frozen",
			detail: "Deletions are frozen. Try again when the freeze is lifted.",
			retry_after_seconds: 300,
		});
	});

	it("is still followed up if the freeze came after a DELETE was lost", async () => {
		const { world, recordId } = await admitted();
		play(world, { deletes: ["done_and_lost"] });
		const { misbehave } = world;
		world.misbehave = (call) => {
			world.journal.frozen = freezeOf();
			return misbehave(call);
		};
		await live(world, recordId);
		expect(story(recordOf(world, recordId))).toBe("sent 1, not_answered, read_back gone, deleted");
	});
});
