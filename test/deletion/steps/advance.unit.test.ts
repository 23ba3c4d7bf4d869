import { expect, it } from "vitest";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import { advance } from "../../../src/deletion/steps/advance.ts";
import { receive } from "../../../src/deletion/steps/receive.ts";
import { recordOf, worldOf } from "../a-deletion.ts";
import { commandOf } from "../world.ts";

it("takes a deletion from the request to its end, reports once that it is judged, and then has nothing left to do", async () => {
	const world = worldOf();
	const received = receive(commandOf("203.0.113.0/26"), world.ports);
	if (!received.ok) throw new Error(received.failure.code);
	const { id } = received.value.deletion;
	expect(recordOf(world, id).state).toBe("received");
	const judged: string[] = [];
	await advance(id, world.ports, createDirectory(), () => void judged.push(recordOf(world, id).state));
	expect(judged).toEqual(["deleting"]);
	expect(recordOf(world, id).state).toBe("deleted");
	const calls = world.calls.length;
	await advance(id, world.ports, createDirectory());
	expect(world.calls).toHaveLength(calls);
});

it("does nothing about an id that it does not know", async () => {
	const world = worldOf();
	await advance("7yyyyyyyyyyyyyyyyyyyyyyyyy", world.ports, createDirectory());
	expect([world.calls, world.journal.all()]).toEqual([[], []]);
});
