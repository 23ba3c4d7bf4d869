// When a DELETE may be sent, how long its effect is waited for, and what a look may conclude.

import { describe, expect, it } from "vitest";
import { lagMs, lookAfterMs, sendWindowMs } from "../../../src/deletion/limits.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { admitted, asked, edge, live, play, recordOf, type Script, story, takeAway } from "../a-deletion.ts";
import { bindingOf, commandOf, createWorld, fault, id, startMs } from "../world.ts";

const lived = async (script: Script) => {
	const { world, recordId } = await admitted();
	play(world, script);
	const pauses = await live(world, recordId);
	return { pauses, record: recordOf(world, recordId) };
};

describe("time", () => {
	it("runs out for a DELETE that was not sent within a minute of the verdicts", async () => {
		const { world, recordId } = await admitted();
		world.clock.nowMs += sendWindowMs;
		await sendDeletion(recordId, world.ports);
		const record = recordOf(world, recordId);
		expect(record).toMatchObject({ state: "failed", failure: { code: "cloudflare_unavailable" }, cloudflare: null });
		expect(world.calls).toEqual([]);
	});

	it("is enough until the last millisecond of that minute", async () => {
		const { world, recordId } = await admitted();
		world.clock.nowMs += sendWindowMs - 1;
		await sendDeletion(recordId, world.ports);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("runs out for a second DELETE too, and the deletion fails after waiting for the first", async () => {
		const { world, recordId } = await admitted();
		world.misbehave = (call) => {
			if (!call.startsWith("delete")) return null;
			world.clock.nowMs += sendWindowMs;
			return fault.unclear;
		};
		await live(world, recordId);
		expect(story(recordOf(world, recordId))).toBe("sent 1, not_answered, read_back still there, failed");
	});

	it("to show is exactly two minutes for an unanswered DELETE, from the last one on", async () => {
		const { pauses, record } = await lived({ deletes: ["lost", "lost", "lost"] });
		const seconds = [1, 2, 4, 8, 16, 32, 45, 12];
		expect(pauses).toEqual(seconds.map((s) => `unknown for ${s * 1000} ms`));
		expect(record.settled_at).toBe(new Date(startMs + lagMs).toISOString());
	});

	it("between inconclusive looks grows to 45 seconds, with one look just as the lag ends", async () => {
		const { pauses, record } = await lived({
			deletes: ["done_and_lost"],
			reads: Array.from({ length: 12 }, () => "unreadable"),
		});
		const seconds = [1, 2, 4, 8, 16, 32, 45, 12, 45, 45, 45, 45];
		expect(pauses).toEqual(seconds.map((s) => `unknown for ${s * 1000} ms`));
		expect(story(record)).toBe("sent 1, not_answered, read_back nothing conclusive, read_back gone, deleted");
	});

	it("to sleep is as long as Cloudflare asks, with the alarm set for afterwards", async () => {
		const { world, recordId } = await admitted();
		play(world, { deletes: [{ throttled: 7000 }] });
		let dueAtMs: number | null = null;
		const { sleep } = world.ports;
		world.ports.sleep = (ms) => {
			dueAtMs = world.journal.dueAtMs(recordId);
			return sleep(ms);
		};
		await sendDeletion(recordId, world.ports);
		expect(dueAtMs).toBe(startMs + 7000 + lookAfterMs);
		expect(world.clock.nowMs).toBe(startMs + 7000);
	});
});

describe("a read-back", () => {
	it("concludes nothing while the whole prefix is missing, however long", async () => {
		const { world, recordId } = await admitted();
		const bindings = world.account.get(edge) ?? [];
		play(world, { deletes: ["done_and_lost"] });
		world.account.delete(edge);
		await live(world, recordId);
		expect(recordOf(world, recordId).state).toBe("unknown");
		expect(world.clock.nowMs).toBeGreaterThan(startMs + 2 * lagMs);
		world.account.set(edge, bindings);
		takeAway(world);
		await live(world, recordId);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("concludes nothing from a missing binding while the prefixes cannot be read", async () => {
		const { world, recordId } = await admitted();
		play(world, { deletes: ["done_and_lost"] });
		const { misbehave } = world;
		world.misbehave = (call) => (call.startsWith("prefixes") ? fault.unclear : misbehave(call));
		await live(world, recordId);
		expect(recordOf(world, recordId).state).toBe("unknown");
		expect(world.calls.slice(-2)).toEqual([`binding ${id("b1")}`, "prefixes afresh"]);
	});

	it("concludes nothing from a rejected credential", async () => {
		const { pauses } = await lived({ deletes: ["done_and_lost"], reads: ["credential"] });
		expect(pauses).toEqual(["unknown for 1000 ms"]);
	});

	it("asks for the binding by the id as Cloudflare spelled it", async () => {
		const dashed = "c01d0000-0000-4000-8000-000000000007";
		const world = createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24"), bindingOf(dashed, "203.0.113.0/26")]]);
		const { deletion } = await asked(world, commandOf(dashed.replaceAll("-", "")));
		world.misbehave = (call) => (call.startsWith("delete") ? fault.unclear : null);
		await sendDeletion(deletion.id, world.ports);
		expect(recordOf(world, deletion.id).state).toBe("unknown");
		expect(world.calls.at(-1)).toBe("binding 203.0.113.0/26");
	});

	it.each([
		["only after the lag for a binding that may be too new to show in reads", "provisioning", lagMs],
		["at once for a binding that has been active for hours", "active", 0],
	])("trusts a 404 %s", async (_, state, sinceJudgedMs) => {
		const world = createWorld([
			edge,
			[bindingOf(id("b0"), "203.0.113.0/24"), bindingOf(id("b1"), "203.0.113.0/26", { provisioningState: state })],
		]);
		const { deletion } = await asked(world, commandOf("203.0.113.0/26", { acknowledge: ["still_provisioning"] }));
		play(world, { deletes: ["done_and_lost"] });
		await live(world, deletion.id);
		const record = recordOf(world, deletion.id);
		expect([record.state, Date.parse(record.settled_at ?? "")]).toEqual(["deleted", startMs + sinceJudgedMs]);
	});
});
