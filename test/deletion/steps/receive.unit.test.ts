// What a request records before anything is looked up, and which earlier record answers it.

import { describe, expect, it } from "vitest";
import { lookAfterMs } from "../../../src/deletion/limits.ts";
import { notYetSent } from "../../../src/deletion/record/progress.ts";
import { isRecordId } from "../../../src/deletion/record/record-id.ts";
import type { DeletionCommand } from "../../../src/deletion/steps/command.ts";
import { receive } from "../../../src/deletion/steps/receive.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { asked, worldOf } from "../a-deletion.ts";
import { actorOf, commandOf, fault, id, startMs, type World } from "../world.ts";

function received(world: World, command: DeletionCommand) {
	const receipt = receive(command, world.ports);
	if (!receipt.ok) throw new Error(receipt.failure.code);
	return receipt.value;
}

describe("a request", () => {
	it("is recorded with its claims, terms and due time before anything is looked up", () => {
		const world = worldOf();
		const command = commandOf("203.0.113.0/26", { reason: "INC-7", idempotencyKey: "k" });
		const { deletion, replayed } = received(world, command);
		expect(isRecordId(deletion.id)).toBe(true);
		expect(deletion).toMatchObject({
			state: "received",
			target: "203.0.113.0/26",
			reason: "INC-7",
			actor: { name: "ci", door: "api" },
			created_at: "2026-11-03T12:00:00.000Z",
			settled_at: null,
			binding: null,
			failure: null,
			timeline: [{ event: "requested", request_id: command.requestId }],
		});
		expect(replayed).toBe(false);
		const lookFor = { cidr: "203.0.113.0/26" };
		const terms = {
			acknowledge: ["leaves_no_service"],
			ifMatch: null,
			ranges: null,
			approved: [],
			lookFor,
			reads: true,
		};
		expect(world.journal.open(deletion.id)).toEqual({ deletion, terms, progress: notYetSent(startMs) });
		expect(world.journal.dueAtMs(deletion.id)).toBe(startMs + lookAfterMs);
		expect(world.journal.claims().map(({ key, deletionId }) => [key, deletionId])).toEqual([
			["key:k", deletion.id],
			[`request:${command.requestId}`, deletion.id],
		]);
		expect(world.calls).toEqual([]);
	});

	it("is refused on record without the scope, and does not call Cloudflare", () => {
		const world = worldOf();
		const { deletion } = received(world, commandOf("203.0.113.0/26", { actor: actorOf({ scopes: ["read"] }) }));
		expect(deletion).toMatchObject({ state: "refused", failure: { code: "scope_missing" }, binding: null });
		expect(world.journal.all()).toEqual([deletion]);
		expect(world.calls).toEqual([]);
	});

	it.each<[string, readonly string[], string]>([
		["outside the actor's ranges", ["198.51.100.0/24"], "refused"],
		["larger than the actor's range", ["203.0.113.0/27"], "refused"],
		["requested by an actor without ranges", [], "refused"],
		["inside the actor's ranges", ["198.51.100.0/24", "203.0.113.0/24"], "received"],
	])("for a CIDR %s is checked against the ranges without a look-up", (_, ranges, state) => {
		const world = worldOf();
		const { deletion } = received(world, commandOf("203.0.113.0/26", { actor: actorOf({ ranges }) }));
		expect(deletion.state).toBe(state);
		expect(deletion.failure?.code).toBe(state === "refused" ? "out_of_range" : undefined);
		expect(world.calls).toEqual([]);
	});
});

describe("a request for a binding that is being deleted", () => {
	it("joins the open deletion and keeps the caller's claims", async () => {
		const world = worldOf();
		const first = await asked(world, commandOf("203.0.113.0/26"));
		world.misbehave = () => fault.unclear;
		const byCidr = await asked(
			world,
			commandOf("203.0.113.0/26", { actor: actorOf({ name: "bob" }), idempotencyKey: "k" }),
		);
		const byId = await asked(world, commandOf(id("b1")));
		expect([byCidr.deletion, byId.deletion]).toEqual([first.deletion, first.deletion]);
		expect(byCidr.replayed).toBe(false);
		expect(world.journal.claimed("bob", "key:k")).toMatchObject({ deletionId: first.deletion.id });
	});

	it("does not join outside the actor's ranges", async () => {
		const world = worldOf();
		await asked(world, commandOf("203.0.113.0/26"));
		const { deletion } = await asked(
			world,
			commandOf("203.0.113.0/26", { actor: actorOf({ ranges: ["192.0.2.0/24"] }) }),
		);
		expect(deletion).toMatchObject({ state: "refused", failure: { code: "out_of_range" } });
	});

	it("does not join without the scope", async () => {
		const world = worldOf();
		await asked(world, commandOf("203.0.113.0/26"));
		const { deletion } = await asked(world, commandOf("203.0.113.0/26", { actor: actorOf({ scopes: ["read"] }) }));
		expect(deletion).toMatchObject({ state: "refused", failure: { code: "scope_missing" } });
	});
});

describe("a request while another for the same target is being looked up", () => {
	const target = "203.0.113.0/26";
	const first = () => commandOf(target);

	it("joins the other if the actor and the payload are the same", () => {
		const world = worldOf();
		const { deletion } = received(world, first());
		const again = received(world, commandOf(target, { idempotencyKey: "k" }));
		expect(again).toEqual({ deletion, replayed: false, joined: true });
		expect(world.journal.claimed("ci", "key:k")).toMatchObject({ deletionId: deletion.id });
	});

	it.each<[string, Partial<DeletionCommand>]>([
		["another actor's", { actor: actorOf({ name: "bob" }) }],
		["for another reason", { reason: "INC-2" }],
		["for another time", { notBeforeMs: startMs + 1 }],
		["under another condition", { ifMatch: ["tag"] }],
	])("gets its own record if it is %s", (_, change) => {
		const world = worldOf();
		const { deletion } = received(world, first());
		const other = received(world, commandOf(target, change));
		expect(other.deletion).toMatchObject({ state: "received" });
		expect(other.deletion.id).not.toBe(deletion.id);
	});

	it("gets its own record once the first one has settled", async () => {
		const world = worldOf();
		world.misbehave = () => fault.unclear;
		const failed = await asked(world, first());
		expect(failed.deletion.state).toBe("failed");
		expect(received(world, first()).deletion).toMatchObject({ state: "received" });
	});

	it("gets its own record once the first one is carried out", async () => {
		const world = worldOf();
		const { deletion } = await asked(world, first());
		await sendDeletion(deletion.id, world.ports);
		const late = received(world, commandOf(id("b1")));
		expect(late.deletion.id).not.toBe(deletion.id);
	});
});
