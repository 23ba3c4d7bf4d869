import { describe, expect, it } from "vitest";
import { lagMs, lookAfterMs } from "../../../src/deletion/limits.ts";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import { type Deletion, isOpen, states } from "../../../src/deletion/record/deletion.ts";
import { isGone } from "../../../src/deletion/record/gone.ts";
import { stateInWords } from "../../../src/deletion/record/in-words.ts";
import { notYetSent } from "../../../src/deletion/record/progress.ts";
import { beginRestoration } from "../../../src/deletion/steps/begin-restoration.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { sendRestoration } from "../../../src/deletion/steps/send-restoration.ts";
import { edge, recordOf } from "../a-deletion.ts";
import { begun, bind, cidr, deleted, live, play, restorationOf, restorer } from "../a-restoration.ts";
import { admit } from "../admit.ts";
import { actorOf, commandOf, fault, id, lenient, prefixOf, type World } from "../world.ts";

const ask = (world: World, record: Deletion | null, actor = restorer) => beginRestoration(record, actor, world.ports);

/** Lists the prefix with these approval states instead, or not at all. */
const withPrefix = (world: World, ...approved: (string | null)[]) => {
	const bindings = world.account.get(edge) ?? [];
	world.account.delete(edge);
	for (const one of approved) world.account.set(prefixOf(edge.id, edge.cidr, one), bindings);
};

describe("beginning a restoration", () => {
	it("records the intent and sends nothing but reads", async () => {
		const { world, recordId } = await deleted();
		const record = recordOf(world, recordId);
		const { nowMs } = world.clock;
		const now = new Date(nowMs).toISOString();
		const answer = await ask(world, record);
		expect(answer).toEqual({
			ok: true,
			value: {
				...record,
				timeline: [...record.timeline, { at: now, event: "restoration_requested", by: "bob", door: "api" }],
				restoration: {
					state: "restoring",
					requested_at: now,
					requested_by: { name: "bob", door: "api" },
					settled_at: null,
					binding_id: null,
					provisioning: null,
					settles_within_hours: 6,
					cloudflare: null,
					failure: null,
					active_at: null,
				},
			},
		});
		expect(world.journal.restoring(recordId)).toEqual({
			deletion: answer.ok && answer.value,
			progress: notYetSent(nowMs),
		});
		expect(world.journal.dueAtMs(recordId)).toBe(nowMs + lookAfterMs);
		expect(world.calls).toEqual(["prefixes afresh", "bindings 203.0.113.0/24 afresh"]);
	});

	it.each<[string, string, (world: World, record: Deletion) => ReturnType<typeof ask>]>([
		["the record does not exist", "deletion_not_found", (world) => ask(world, null)],
		["the scope is missing", "scope_missing", (world, record) => ask(world, record, actorOf())],
		[
			"the binding is outside the actor's ranges",
			"out_of_range",
			(world, record) => ask(world, record, { ...restorer, ranges: ["203.0.113.0/27", "::/0"] }),
		],
		[
			"the record has no binding and the actor is limited to ranges",
			"out_of_range",
			(world, record) => ask(world, { ...record, binding: null }, { ...restorer, ranges: ["0.0.0.0/0"] }),
		],
		["the record has no binding", "conflict", (world, record) => ask(world, { ...record, binding: null })],
		[
			"the record names no service",
			"not_restorable",
			(world, record) => ask(world, { ...record, binding: record.binding && { ...record.binding, service_id: null } }),
		],
		[
			"the record names no CIDR",
			"not_restorable",
			(world, record) => ask(world, { ...record, binding: record.binding && { ...record.binding, cidr: "" } }),
		],
		[
			"the prefix's id is not safe in a path",
			"not_restorable",
			(world, record) => ask(world, { ...record, binding: record.binding && { ...record.binding, prefix_id: ".." } }),
		],
	])("is refused without calling Cloudflare if %s", async (_, code, refused) => {
		const { world, recordId } = await deleted();
		const record = recordOf(world, recordId);
		expect(await refused(world, record)).toMatchObject({ ok: false, failure: { code, detail: expect.any(String) } });
		expect(world.calls).toEqual([]);
		expect(recordOf(world, recordId)).toEqual(record);
	});

	it.each(states.filter((state) => !isGone(state)))("is refused for a deletion that is %s", async (state) => {
		const { world, recordId } = await deleted();
		const record = { ...recordOf(world, recordId), state };
		expect(await ask(world, record)).toEqual({
			ok: false,
			failure: {
				code: "conflict",
				detail: isOpen(record)
					? `This deletion can't be restored yet: ${stateInWords(record)}.`
					: "Nothing was deleted, so there is nothing to restore.",
				deletion: record,
			},
		});
		expect(world.calls).toEqual([]);
	});

	it("accepts a binding that was already gone", async () => {
		const { world, recordId } = await deleted();
		const record: Deletion = { ...recordOf(world, recordId), state: "already_gone" };
		world.journal.storeSettled(record);
		expect(await ask(world, record)).toMatchObject({ ok: true, value: { restoration: { state: "restoring" } } });
	});

	it.each([
		["P", "The prefix 203.0.113.0/24 is not approved by Cloudflare. No binding can be created in it."],
		[null, "The prefix 203.0.113.0/24 is not approved by Cloudflare. No binding can be created in it."],
	])("is refused if the prefix's approval is %s", async (approved, detail) => {
		const { world, recordId } = await deleted();
		withPrefix(world, approved);
		expect(await ask(world, recordOf(world, recordId))).toEqual({
			ok: false,
			failure: { code: "prefix_not_approved", detail },
		});
	});

	it("is refused if the prefix has left the account", async () => {
		const { world, recordId } = await deleted();
		withPrefix(world);
		expect(await ask(world, recordOf(world, recordId))).toMatchObject({
			failure: {
				code: "prefix_not_approved",
				detail: expect.stringContaining(`${edge.id} is no longer in the account`),
			},
		});
	});

	it("is refused if another service is bound there, and shows that binding", async () => {
		const { world, recordId } = await deleted();
		bind(world, "e2", id("77"));
		const record = recordOf(world, recordId);
		expect(await ask(world, record)).toMatchObject({
			failure: {
				code: "binding_conflict",
				detail: expect.stringContaining(`${cidr} is bound to`),
				binding: { id: id("e2") },
			},
		});
		expect(recordOf(world, recordId)).toEqual(record);
	});

	it("settles at once as already bound if the same service is bound there", async () => {
		const { world, recordId } = await deleted();
		bind(world, "e1");
		const answer = await ask(world, recordOf(world, recordId));
		expect(answer).toMatchObject({
			ok: true,
			value: { state: "restored", restoration: { state: "already_bound", binding_id: id("e1") } },
		});
		expect(recordOf(world, recordId)).toEqual(answer.ok && answer.value);
		expect(world.journal.restoring(recordId)).toBeNull();
	});

	it("is refused while the binding there is being deleted, and shows that deletion", async () => {
		const { world, recordId } = await deleted();
		bind(world, "e1");
		const admission = await admit(commandOf(cidr), { ...world.ports, policy: lenient }, createDirectory());
		const leaving = admission.ok ? admission.value.deletion : null;
		expect(leaving?.state).toBe("deleting");
		expect(await ask(world, recordOf(world, recordId))).toMatchObject({
			failure: { code: "conflict", detail: expect.stringContaining("is being deleted"), deletion: leaving },
		});
		await sendDeletion(leaving?.id ?? "", world.ports);
		expect(await ask(world, recordOf(world, recordId))).toMatchObject({ ok: true });
	});

	it.each([
		["prefixes", fault.credential, "credential_rejected"],
		["prefixes", fault.unclear, "cloudflare_unavailable"],
		["bindings", fault.throttled(1000), "cloudflare_unavailable"],
		["bindings", fault.notFound, "cloudflare_refused"],
	])("fails if the %s cannot be read, and leaves the record unchanged", async (what, said, code) => {
		const { world, recordId } = await deleted();
		const record = recordOf(world, recordId);
		world.misbehave = (call) => (call.startsWith(what) ? said : null);
		expect(await ask(world, record)).toMatchObject({ ok: false, failure: { code } });
		expect(recordOf(world, recordId)).toEqual(record);
	});
});

describe("a restoration that is requested again", () => {
	it("is joined while it is under way and answered from the record once it is done", async () => {
		const { world, recordId } = await begun();
		const underWay = recordOf(world, recordId);
		expect(await ask(world, underWay)).toEqual({ ok: true, value: underWay });
		await live(world, recordId);
		const done = recordOf(world, recordId);
		expect(await ask(world, done)).toEqual({ ok: true, value: done });
		expect(world.calls).toEqual([`create ${cidr}`]);
	});

	it("is a single restoration even when two people request it at the same time", async () => {
		const { world, recordId } = await deleted();
		const record = recordOf(world, recordId);
		const both = await Promise.all([ask(world, record), ask(world, record, { ...restorer, name: "carol" })]);
		expect(both[0]).toEqual(both[1]);
		await Promise.all([live(world, recordId), ask(world, record)]);
		expect(world.calls.filter((call) => call.startsWith("create"))).toHaveLength(1);
	});

	it("begins again after the first one failed", async () => {
		const { world, recordId } = await begun();
		play(world, { creates: ["refused"] });
		await live(world, recordId);
		expect(restorationOf(world, recordId).state).toBe("failed");
		expect(await ask(world, recordOf(world, recordId), { ...restorer, name: "carol" })).toMatchObject({
			ok: true,
			value: { state: "deleted", restoration: { state: "restoring", requested_by: { name: "carol" }, failure: null } },
		});
		await sendRestoration(recordId, world.ports);
		expect(recordOf(world, recordId).state).toBe("restored");
	});

	it("begins again if its binding is gone once reads no longer lag", async () => {
		const { world, recordId } = await begun();
		await live(world, recordId);
		for (const bindings of world.account.values())
			bindings.splice(0, bindings.length, ...bindings.filter((one) => one.cidr !== cidr));
		world.clock.nowMs += lagMs - 1;
		expect(await ask(world, recordOf(world, recordId))).toMatchObject({ ok: true, value: { state: "restored" } });
		world.clock.nowMs += 1;
		expect(await ask(world, recordOf(world, recordId))).toMatchObject({
			ok: true,
			value: { state: "deleted", restoration: { state: "restoring", binding_id: null } },
		});
		await live(world, recordId);
		expect(recordOf(world, recordId).state).toBe("restored");
		expect(world.calls.filter((call) => call.startsWith("create"))).toHaveLength(2);
	});

	it("works from a record that the journal no longer has", async () => {
		const { world, recordId } = await deleted();
		const record = { ...recordOf(world, recordId), id: "7zzp0k00000000000000000000" };
		expect(await ask(world, record)).toMatchObject({ ok: true, value: { restoration: { state: "restoring" } } });
		await sendRestoration(record.id, world.ports);
		expect(recordOf(world, record.id).state).toBe("restored");
		expect(recordOf(world, recordId).restoration).toBeNull();
	});
});
