// When a DELETE may be sent, how long it is waited for, and what a look at the list may conclude.
import { describe, expect, it } from "vitest";
import { lookAfterMs } from "../../src/deletion/careful.ts";
import { sendWindowMs } from "../../src/deletion/careful-rules.ts";
import { carryOut } from "../../src/deletion/execute.ts";
import { lagMs } from "../../src/deletion/lag.ts";
import { admitted, edge, live, play, recordOf, type Script, story } from "./a-deletion.ts";
import { fault, startMs } from "./world.ts";

const lived = async (script: Script) => {
	const { world, recordId } = await admitted();
	play(world, script);
	const pauses = await live(world, recordId);
	return { pauses, record: recordOf(world, recordId) };
};

describe("time", () => {
	it("runs out for a DELETE that could not be sent within a minute of being judged", async () => {
		const { world, recordId } = await admitted();
		world.clock.nowMs += sendWindowMs;
		await carryOut(recordId, world.ports);
		const record = recordOf(world, recordId);
		expect(record).toMatchObject({ state: "failed", failure: { code: "cloudflare_unavailable" }, cloudflare: null });
		expect(world.calls).toEqual([]);
	});

	it("is left until the last millisecond of that minute", async () => {
		const { world, recordId } = await admitted();
		world.clock.nowMs += sendWindowMs - 1;
		await carryOut(recordId, world.ports);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("runs out for a second DELETE too: the binding is waited for, then the deletion has failed", async () => {
		const { world, recordId } = await admitted();
		world.misbehave = (call) => {
			if (!call.startsWith("delete")) return null;
			world.clock.nowMs += sendWindowMs;
			return fault.unclear;
		};
		await live(world, recordId);
		expect(story(recordOf(world, recordId))).toBe("sent 1, not_answered, read_back standing, failed");
	});

	it("is given to a cut-off DELETE to land: a minute after the last one was sent", async () => {
		const { pauses, record } = await lived({ deletes: ["lost", "lost", "lost"] });
		expect(pauses).toEqual([`unknown for ${lagMs} ms`]);
		expect(record.settled_at).toBe(new Date(startMs + lagMs).toISOString());
	});

	it("is taken longer and longer between read-backs that say nothing, up to 45 seconds", async () => {
		const { pauses, record } = await lived({
			deletes: ["done_and_lost"],
			reads: Array.from({ length: 12 }, () => "unreadable"),
		});
		const seconds = [1, 2, 4, 8, 16, 32, 45, 45, 45, 45, 45, 45];
		expect(pauses).toEqual(seconds.map((s) => `unknown for ${s * 1000} ms`));
		expect(story(record)).toBe("sent 1, not_answered, read_back nothing readable, read_back gone, deleted");
	});

	it("is slept for just as long as Cloudflare asks, with the alarm set for after", async () => {
		const { world, recordId } = await admitted();
		play(world, { deletes: [{ throttled: 7000 }] });
		let dueAtMs: number | null = null;
		const { sleep } = world.ports;
		world.ports.sleep = (ms) => {
			dueAtMs = world.journal.dueAtMs(recordId);
			return sleep(ms);
		};
		await carryOut(recordId, world.ports);
		expect(dueAtMs).toBe(startMs + 7000 + lookAfterMs);
		expect(world.clock.nowMs).toBe(startMs + 7000);
	});
});

describe("a read-back", () => {
	it("takes a prefix that is unknown and not listed for gone, and the binding with it", async () => {
		const { world, recordId } = await admitted();
		world.misbehave = (call) => {
			if (!call.startsWith("delete")) return null;
			world.account.delete(edge);
			return fault.unclear;
		};
		await carryOut(recordId, world.ports);
		expect(recordOf(world, recordId).state).toBe("deleted");
		expect(world.calls.at(-1)).toBe("prefixes afresh");
	});

	it("takes it for gone too where the list is refused, as Cloudflare does not always say that it is unknown", async () => {
		const { world, recordId } = await admitted();
		world.misbehave = (call) => {
			if (call.startsWith("bindings")) return fault.refused;
			if (call.startsWith("delete")) world.account.delete(edge);
			return call.startsWith("delete") ? fault.unclear : null;
		};
		await carryOut(recordId, world.ports);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("concludes nothing from an unknown prefix while the prefixes cannot be read", async () => {
		const { world, recordId } = await admitted();
		world.misbehave = (call) => (call.startsWith("bindings") ? fault.notFound : fault.unclear);
		await carryOut(recordId, world.ports);
		expect(recordOf(world, recordId).state).toBe("unknown");
	});

	it.each<["no_prefix" | "credential"]>([["no_prefix"], ["credential"]])("concludes nothing from %s", async (sight) => {
		const { pauses } = await lived({ deletes: ["done_and_lost"], reads: [sight] });
		expect(pauses).toEqual(["unknown for 1000 ms"]);
	});

	it("knows the binding in the other spelling of its id", async () => {
		const { world, recordId } = await admitted();
		const bindings = world.account.get(edge) ?? [];
		const dashed = bindings.map((one) => ({
			...one,
			id: one.id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
		}));
		play(world, { deletes: ["lost", "lost", "lost"] });
		world.account.set(edge, dashed);
		await carryOut(recordId, world.ports);
		expect(recordOf(world, recordId).state).toBe("unknown");
	});
});
