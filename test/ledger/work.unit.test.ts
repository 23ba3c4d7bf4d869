import { afterEach, expect, it, vi } from "vitest";
import { createDirectory } from "../../src/deletion/lookup/directory.ts";
import { receive } from "../../src/deletion/steps/receive.ts";
import { createWork } from "../../src/ledger/work.ts";
import { recordOf, worldOf } from "../deletion/a-deletion.ts";
import { commandOf } from "../deletion/world.ts";

afterEach(() => vi.restoreAllMocks());

function working(isUpToDate = true) {
	const world = worldOf();
	const { ports } = world;
	const work = createWork(world.journal.storage.sql, ports, createDirectory(), async () => isUpToDate);
	world.journal.onSettled = work.settled;
	const request = (notBeforeMs: number | null = null) => {
		const received = receive(commandOf("203.0.113.0/26", { notBeforeMs }), ports);
		if (!received.ok) throw new Error(received.failure.code);
		return received.value.deletion;
	};
	const deletes = () => world.calls.filter((call) => call.startsWith("delete"));
	return { world, work, request, deletes };
}

it("does the work once for all who wait for the same deletion", async () => {
	const { work, request, deletes } = working();
	const deletion = request();
	const all = await Promise.all([1, 2, 3].map(() => work.waitForOutcome(deletion, 5000)));
	expect(all.map(({ state }) => state)).toEqual(["deleted", "deleted", "deleted"]);
	expect(deletes()).toHaveLength(1);
});

it("leaves work that fails to the alarm", async () => {
	vi.spyOn(console, "error").mockReturnValue();
	const { world, work, request } = working();
	const { id } = request();
	world.misbehave = () => {
		throw new Error("a bug");
	};
	await work.advance(id);
	expect(recordOf(world, id).state).toBe("received");
	expect(world.journal.dueAtMs(id)).toBeGreaterThan(0);
	world.misbehave = () => null;
	await work.advance(id);
	expect(recordOf(world, id).state).toBe("deleted");
});

it("carries out nothing scheduled before the Ledger has been compared with the history", async () => {
	const { world, work, request, deletes } = working(false);
	const deletion = request(world.clock.nowMs + 1000);
	await work.waitForOutcome(deletion, 0);
	expect(recordOf(world, deletion.id).state).toBe("scheduled");
	world.clock.nowMs += 2000;
	await work.advance(deletion.id);
	expect(recordOf(world, deletion.id).state).toBe("scheduled");
	expect(deletes()).toEqual([]);
});

it("lets one act alone: other work on the deletion waits, and is not lost", async () => {
	const { world, work, request } = working();
	const deletion = request();
	const order: string[] = [];
	const advancing = work.advance(deletion.id).then(() => order.push("advanced"));
	await work.alone(deletion.id, async () => void order.push(recordOf(world, deletion.id).state));
	await advancing;
	expect(order.toSorted()).toEqual(["advanced", "deleted"]);
});
