import { describe, expect, it } from "vitest";
import { judgedWithinMs, lookAfterMs } from "../../../src/deletion/limits.ts";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import { notYetSent } from "../../../src/deletion/record/progress.ts";
import { isRecordId } from "../../../src/deletion/record/record-id.ts";
import { advance } from "../../../src/deletion/steps/advance.ts";
import { beginRestoration } from "../../../src/deletion/steps/begin-restoration.ts";
import type { DeletionCommand } from "../../../src/deletion/steps/command.ts";
import { judgeReceived } from "../../../src/deletion/steps/judge-received.ts";
import { receive } from "../../../src/deletion/steps/receive.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { asked, edge, recordOf, worldOf } from "../a-deletion.ts";
import { livedThrough, mortal } from "../mortal.ts";
import {
	actorOf,
	bindingOf,
	commandOf,
	createWorld,
	fault,
	freezeOf,
	id,
	lenient,
	startMs,
	targetOf,
	type World,
} from "../world.ts";

/** Received, but not looked up or judged yet. */
function received(world: World, change: Partial<DeletionCommand> = {}): string {
	const receipt = receive(commandOf("203.0.113.0/26", change), world.ports);
	if (!receipt.ok) throw new Error(receipt.failure.code);
	return receipt.value.deletion.id;
}

const judged = (world: World, recordId: string) => judgeReceived(recordId, world.ports, createDirectory());

describe("a received deletion", () => {
	it("records the intent and sends nothing but reads", async () => {
		const world = worldOf();
		const command = commandOf("203.0.113.0/26", { reason: "INC-7" });
		const { deletion, replayed } = await asked(world, command);
		expect(isRecordId(deletion.id)).toBe(true);
		expect(deletion).toMatchObject({
			state: "deleting",
			target: "203.0.113.0/26",
			reason: "INC-7",
			actor: { name: "ci", door: "api" },
			created_at: "2026-11-03T12:00:00.000Z",
			settled_at: null,
			binding: { id: id("b1") },
			effect: { falls_back_to: { id: id("b0") } },
			cloudflare: null,
			failure: null,
		});
		expect(deletion.timeline.map((one) => one.event)).toEqual(["requested", "planned"]);
		expect(deletion.timeline[0]).toMatchObject({ request_id: command.requestId });
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
		expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
	});

	it("is refused on record, with the guard's code, if a guard refuses", async () => {
		const world = worldOf();
		const { deletion } = await asked(world, commandOf(id("b1"), { actor: actorOf({ ranges: ["198.51.100.0/24"] }) }));
		expect(deletion).toMatchObject({ state: "failed", failure: { code: "binding_not_found" } });
		const target = targetOf(id("b1"), id("a1"));
		const named = await asked(world, commandOf(id("b1"), { target, actor: actorOf({ ranges: ["198.51.100.0/24"] }) }));
		expect(named.deletion).toMatchObject({
			state: "refused",
			failure: { code: "out_of_range" },
			binding: { id: id("b1") },
		});
		expect(world.journal.all()).toEqual([deletion, named.deletion]);
	});

	it("is refused on record if a risk is not acknowledged", async () => {
		const world = createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24")]]);
		const { deletion } = await asked(world, commandOf("203.0.113.0/24", { acknowledge: [] }));
		expect(deletion).toMatchObject({
			state: "refused",
			failure: { code: "acknowledgement_required", detail: expect.stringContaining("acknowledge leaves_no_service") },
		});
	});

	it("fails on record if there is no such binding", async () => {
		const world = worldOf();
		const { deletion } = await asked(world, commandOf("203.0.113.64/26"));
		expect(deletion).toMatchObject({ state: "failed", failure: { code: "binding_not_found" }, cloudflare: null });
		expect(world.journal.all()).toEqual([deletion]);
	});

	it("is refused on record if the target names no single binding, and releases the caller's key", async () => {
		const world = worldOf();
		const { deletion } = await asked(world, commandOf("203.0.113.0/25", { idempotencyKey: "k" }));
		expect(deletion).toMatchObject({
			state: "refused",
			failure: { code: "invalid_target", bindings: ["203.0.113.0/26"] },
		});
		expect(world.journal.all()).toEqual([deletion]);
		expect(world.journal.claimed("ci", "key:k")).toBeNull();
	});

	it.each([
		[fault.unclear, "cloudflare_unavailable"],
		[fault.credential, "credential_rejected"],
		[fault.refused, "cloudflare_refused"],
	])("keeps Cloudflare's answer to the look-up ($kind)", async (said, code) => {
		const world = worldOf();
		world.misbehave = () => said;
		const { deletion } = await asked(world, commandOf("203.0.113.0/26"));
		expect(deletion).toMatchObject({ state: "failed", failure: { code }, cloudflare: { ...said.answer, attempts: 0 } });
		expect(deletion.failure).not.toHaveProperty("answer");
	});

	it("does not count on a sibling that is being deleted", async () => {
		const world = worldOf();
		world.ports.policy = lenient;
		await asked(world, commandOf("203.0.113.0/24"));
		const { deletion } = await asked(world, commandOf("203.0.113.0/26", { acknowledge: [] }));
		expect(deletion).toMatchObject({ state: "refused", failure: { code: "acknowledgement_required" } });
	});
});

describe("a request for a binding that is being deleted", () => {
	it("joins a deletion that waits for its time or for an approval", async () => {
		const world = createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24")]]);
		const first = await asked(world, commandOf("203.0.113.0/24"));
		expect(first.deletion.state).toBe("pending_approval");
		expect((await asked(world, commandOf("203.0.113.0/24"))).deletion).toEqual(first.deletion);
		const later = worldOf();
		const planned = await asked(later, commandOf("203.0.113.0/26", { notBeforeMs: startMs + 1 }));
		expect(planned.deletion.state).toBe("scheduled");
		expect((await asked(later, commandOf(id("b1")))).deletion).toEqual(planned.deletion);
	});

	it("does not join if the request's path names another prefix", async () => {
		const world = worldOf();
		const first = await asked(world, commandOf("203.0.113.0/26"));
		const own = await asked(world, { ...commandOf(id("b1")), target: targetOf(id("b1"), id("a1")) });
		expect(own.deletion).toEqual(first.deletion);
		const other = await asked(world, { ...commandOf(id("b1")), target: targetOf(id("b1"), id("a2")) });
		expect(other.deletion).toMatchObject({ state: "failed", failure: { code: "binding_not_found" } });
	});

	it("is answered with a deletion that finished during its look-up", async () => {
		const world = worldOf();
		const stale = structuredClone(world.account.get(edge) ?? []);
		let first: string | null = null;
		world.misbehave = async (call) => {
			if (!call.startsWith("bindings") || first !== null) return null;
			first = "";
			first = (await asked(world, commandOf("203.0.113.0/26"))).deletion.id;
			await sendDeletion(first, world.ports);
			world.account.set(edge, stale);
			return null;
		};
		const second = await asked(world, commandOf("203.0.113.0/26", { idempotencyKey: "k" }));
		expect(second.deletion).toMatchObject({ id: first, state: "deleted" });
		expect(second.replayed).toBe(false);
		expect(world.journal.claimed("ci", "key:k")).toMatchObject({ deletionId: first });
		expect(world.journal.all()).toHaveLength(1);
	});

	it("shares one deletion with every caller who looks it up at the same time", async () => {
		const world = worldOf();
		const names = ["203.0.113.0/26", id("b1"), "203.0.113.0/26", id("b1")];
		const all = await Promise.all(names.map((name) => asked(world, commandOf(name))));
		expect(new Set(all.map(({ deletion }) => deletion.id)).size).toBe(1);
		expect(world.journal.all()).toHaveLength(1);
	});

	it("begins a new deletion if the earlier one failed", async () => {
		const world = worldOf();
		const first = await asked(world, commandOf("203.0.113.0/26"));
		world.misbehave = (call) => (call.startsWith("delete") ? fault.refused : null);
		await sendDeletion(first.deletion.id, world.ports);
		const second = await asked(world, commandOf("203.0.113.0/26"));
		expect(second.deletion.id).not.toBe(first.deletion.id);
	});
});

describe("a received deletion of a binding that another actor is deleting", () => {
	it("becomes an alias of the open deletion, as do its id and key", async () => {
		const world = worldOf();
		const first = received(world);
		const second = received(world, { actor: actorOf({ name: "bob" }), idempotencyKey: "k" });
		expect(second).not.toBe(first);
		await judged(world, first);
		await judged(world, second);
		expect(world.journal.all()).toEqual([recordOf(world, first)]);
		expect(recordOf(world, second)).toEqual(recordOf(world, first));
		expect(world.journal.open(second)).toBeNull();
		expect(world.journal.claimed("bob", "key:k")).toMatchObject({ deletionId: first });
		await sendDeletion(first, world.ports);
		expect(recordOf(world, second)).toMatchObject({ id: first, state: "deleted", actor: { name: "ci" } });
	});

	it("becomes an alias even if the first one was carried out in the meantime", async () => {
		const world = worldOf();
		const first = received(world);
		const second = received(world, { actor: actorOf({ name: "bob" }) });
		await advance(first, world.ports, createDirectory());
		await judged(world, second);
		expect(recordOf(world, second)).toMatchObject({ id: first, state: "deleted" });
		expect(world.calls.filter((call) => call.startsWith("delete"))).toHaveLength(1);
	});

	it("keeps its own record if it began after the binding was deleted", async () => {
		const world = worldOf();
		const first = received(world);
		await advance(first, world.ports, createDirectory());
		world.clock.nowMs += 1;
		const second = received(world, { actor: actorOf({ name: "bob" }) });
		await judged(world, second);
		expect(recordOf(world, second)).toMatchObject({
			id: second,
			state: "failed",
			failure: { code: "binding_not_found" },
			actor: { name: "bob" },
		});
	});

	it("keeps its own record if the deleted binding was restored since", async () => {
		const world = worldOf();
		const first = received(world);
		await advance(first, world.ports, createDirectory());
		world.clock.nowMs += 1;
		const second = received(world, { target: targetOf(id("b1"), id("a1")), actor: actorOf({ name: "bob" }) });
		world.clock.nowMs += 1;
		const restorer = actorOf({ name: "carol", scopes: ["restore"] });
		expect(await beginRestoration(recordOf(world, first), restorer, world.ports)).toMatchObject({ ok: true });
		await advance(first, world.ports, createDirectory());
		expect(recordOf(world, first).state).toBe("restored");
		await judged(world, second);
		expect(recordOf(world, second)).toMatchObject({ id: second, failure: { code: "binding_not_found" } });
	});
});

describe("a received deletion after a stop", () => {
	it.each([1, 2, 3, 4, 5, 6])("is judged by the alarm wherever it stopped (after %i calls)", async (calls) => {
		const world = worldOf();
		const recordId = received(world);
		await livedThrough(() => judgeReceived(recordId, mortal(world.ports, calls), createDirectory()));
		world.clock.nowMs = world.journal.dueAtMs(recordId) ?? world.clock.nowMs;
		await advance(recordId, world.ports, createDirectory());
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it.each<[string, string, (world: World) => void]>([
		["has lost the scope", "scope_missing", (world) => world.actors.set("ci", actorOf({ scopes: ["read"] }))],
		["no longer exists", "scope_missing", (world) => (world.ports.authorityOf = () => null)],
		["now has other ranges", "out_of_range", (world) => world.actors.set("ci", actorOf({ ranges: ["::/0"] }))],
	])("is refused if its actor %s", async (_, code, change) => {
		const world = worldOf();
		const target = targetOf(id("b1"), id("a1"));
		const recordId = received(world, { target });
		change(world);
		world.ports.journal.cameInSinceStart = () => false;
		await advance(recordId, world.ports, createDirectory());
		expect(recordOf(world, recordId)).toMatchObject({ state: "refused", failure: { code } });
	});

	it("is neither judged nor refused while its actor's configuration is faulty, and ends with its key free", async () => {
		const world = worldOf();
		const recordId = received(world);
		world.ports.journal.cameInSinceStart = () => false;
		world.ports.authorityOf = () => null;
		world.ports.freezeOn = () => freezeOf();
		world.clock.nowMs += 1000;
		await advance(recordId, world.ports, createDirectory());
		expect(recordOf(world, recordId).state).toBe("received");
		world.clock.nowMs = world.journal.dueAtMs(recordId) ?? world.clock.nowMs;
		await advance(recordId, world.ports, createDirectory());
		expect(recordOf(world, recordId)).toMatchObject({ state: "failed", failure: { code: "cloudflare_unavailable" } });
		expect(world.calls).toEqual([]);
	});

	it("is judged by what its request could do if its actor's configuration is faulty only now", async () => {
		const world = worldOf();
		const recordId = received(world);
		world.ports.freezeOn = () => freezeOf();
		await judgeReceived(recordId, world.ports, createDirectory());
		expect(recordOf(world, recordId).state).toBe("deleting");
	});

	it("is refused if a freeze began after the request", async () => {
		const world = worldOf();
		const recordId = received(world);
		world.journal.frozen = freezeOf();
		await advance(recordId, world.ports, createDirectory());
		expect(recordOf(world, recordId)).toMatchObject({ state: "refused", failure: { code: "frozen" } });
		expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
	});

	it("is judged until the last millisecond of its minute", async () => {
		const world = worldOf();
		const recordId = received(world);
		world.clock.nowMs += judgedWithinMs - 1;
		await judged(world, recordId);
		expect(recordOf(world, recordId).state).toBe("deleting");
	});

	it.each([
		["before the look-up", (world: World) => (world.clock.nowMs += judgedWithinMs)],
		[
			"during the look-up",
			(world: World) =>
				(world.misbehave = () => {
					world.clock.nowMs += judgedWithinMs;
					return null;
				}),
		],
	])("fails if its minute runs out %s, with the key released and nothing sent", async (_, passes) => {
		const world = worldOf();
		const recordId = received(world, { idempotencyKey: "k" });
		passes(world);
		await advance(recordId, world.ports, createDirectory());
		expect(recordOf(world, recordId)).toMatchObject({
			state: "failed",
			failure: { code: "cloudflare_unavailable", retry_after_seconds: 5 },
			cloudflare: null,
		});
		expect(world.journal.claimed("ci", "key:k")).toBeNull();
		expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
	});

	it.each([
		["no target", undefined],
		["an invalid CIDR", { cidr: "203.0.113.0/026" }],
		["an invalid id", { bindingId: "..", prefixId: null }],
		["an invalid prefix id", { bindingId: id("b1"), prefixId: "../x" }],
	])("that names %s is refused without a look-up", async (_, lookFor) => {
		const world = worldOf();
		const recordId = received(world);
		const open = world.journal.open(recordId);
		if (open === null) throw new Error("it is not open");
		const { lookFor: _named, ...terms } = open.terms;
		world.journal.storeOpen({ ...open, terms: lookFor === undefined ? terms : { ...terms, lookFor } }, startMs);
		await judged(world, recordId);
		expect(recordOf(world, recordId)).toMatchObject({ state: "refused", failure: { code: "invalid_target" } });
		expect(world.calls).toEqual([]);
	});
});
