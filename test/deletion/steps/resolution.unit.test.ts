// An unknown outcome is settled by what Cloudflare shows or, failing that, by hand.
import { describe, expect, it } from "vitest";
import type { Actor } from "../../../src/deletion/record/actor.ts";
import { isResolvable, type ResolutionRequest, resolve } from "../../../src/deletion/steps/resolution.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { sendRestoration } from "../../../src/deletion/steps/send-restoration.ts";
import { admitted, play, recordOf, takeAway } from "../a-deletion.ts";
import { begun, bind, play as playBack, restorer } from "../a-restoration.ts";
import { actorOf, fault, type World } from "../world.ts";

const tenMinutesMs = 600_000;
const note = "seen in the dashboard";
const carol = actorOf({ name: "carol", scopes: ["read", "approve"] });
const unreadable = Array<"unreadable">(20).fill("unreadable");

async function unknownDeletion(ageMs = tenMinutesMs) {
	const { world, recordId } = await admitted();
	play(world, { deletes: ["lost"], reads: unreadable });
	await sendDeletion(recordId, world.ports);
	expect(recordOf(world, recordId).state).toBe("unknown");
	world.clock.nowMs += ageMs;
	return { world, recordId };
}

async function unknownRestoration() {
	const { world, recordId } = await begun();
	playBack(world, { creates: ["lost"], reads: unreadable });
	await sendRestoration(recordId, world.ports);
	expect(recordOf(world, recordId).restoration?.state).toBe("unknown");
	world.clock.nowMs += tenMinutesMs;
	return { world, recordId };
}

const resolved = (
	world: World,
	recordId: string,
	outcome: ResolutionRequest["outcome"] = "gone",
	actor: Actor = carol,
) => resolve(world.journal.get(recordId), { outcome, note }, actor, world.ports);

const readableAgain = (world: World) => {
	world.misbehave = () => null;
};

describe("an unknown deletion, while Cloudflare cannot be read", () => {
	it.each([
		["gone", "deleted", null],
		["standing", "failed", "cloudflare_refused"],
	] as const)("resolved as %s settles as %s", async (outcome, state, code) => {
		const { world, recordId } = await unknownDeletion();
		const at = new Date(world.clock.nowMs).toISOString();
		const answer = await resolved(world, recordId, outcome);
		const record = recordOf(world, recordId);
		expect(answer).toEqual({ ok: true, value: record });
		expect(record).toMatchObject({ state, settled_at: at });
		expect(record.failure?.code ?? null).toBe(code);
		expect(record.resolution).toEqual({ outcome, by: { name: "carol", door: "api" }, at, note });
		expect(record.timeline.slice(-2)).toMatchObject([
			{ event: "resolved", outcome, by: "carol", note },
			{ event: state },
		]);
		expect(world.journal.open(recordId)).toBeNull();
	});

	it("can be resolved only once", async () => {
		const { world, recordId } = await unknownDeletion();
		await resolved(world, recordId, "gone");
		expect(await resolved(world, recordId, "standing")).toMatchObject({ ok: false, failure: { code: "conflict" } });
		expect(recordOf(world, recordId)).toMatchObject({ state: "deleted", resolution: { outcome: "gone" } });
	});

	it("takes the first of two resolutions", async () => {
		const { world, recordId } = await unknownDeletion();
		const answers = await Promise.all([resolved(world, recordId, "gone"), resolved(world, recordId, "standing")]);
		expect(answers.map(({ ok }) => ok)).toEqual([true, false]);
		expect(recordOf(world, recordId).state).toBe("deleted");
	});

	it("cannot be resolved within ten minutes of the last call", async () => {
		const { world, recordId } = await unknownDeletion(0);
		const sent = recordOf(world, recordId).timeline.findLast(({ event }) => event === "sent");
		world.clock.nowMs = Date.parse(sent?.at ?? "") + tenMinutesMs - 1;
		const failure = { code: "too_early", retry_after_seconds: 1 };
		expect(await resolved(world, recordId)).toMatchObject({ ok: false, failure });
		expect(recordOf(world, recordId).state).toBe("unknown");
		world.clock.nowMs += 1;
		expect((await resolved(world, recordId)).ok).toBe(true);
	});

	it.each<[string, Actor, string]>([
		["the requester", { ...carol, name: "ci" }, "self_approval"],
		["the requester in capitals", { ...carol, name: "CI" }, "self_approval"],
		["someone without the scope", actorOf({ name: "carol" }), "scope_missing"],
		["someone with other ranges", { ...carol, ranges: ["198.51.100.0/24"] }, "out_of_range"],
	])("cannot be resolved by %s", async (_, actor, code) => {
		const { world, recordId } = await unknownDeletion();
		const looks = world.calls.length;
		expect(isResolvable(recordOf(world, recordId), actor)).toBe(false);
		expect(await resolved(world, recordId, "gone", actor)).toMatchObject({ ok: false, failure: { code } });
		expect(recordOf(world, recordId).state).toBe("unknown");
		expect(world.calls).toHaveLength(looks);
	});
});

describe("an unknown deletion, once Cloudflare can be read", () => {
	it.each([
		["gone", "standing", "deleted"],
		["standing", "gone", "failed"],
	] as const)("settles as the look shows, %s, even if the request says %s", async (truth, says, state) => {
		const { world, recordId } = await unknownDeletion();
		readableAgain(world);
		if (truth === "gone") takeAway(world);
		const answer = await resolved(world, recordId, says);
		const record = recordOf(world, recordId);
		expect(answer).toMatchObject({ ok: false, failure: { code: "conflict", deletion: record } });
		expect(record.state).toBe(state);
		expect(record.resolution).toBeUndefined();
	});
});

describe("an unknown restoration", () => {
	it.each([
		["standing", "restored", "restored"],
		["gone", "deleted", "failed"],
	] as const)("resolved as %s leaves the record %s", async (outcome, state, restoration) => {
		const { world, recordId } = await unknownRestoration();
		expect((await resolved(world, recordId, outcome)).ok).toBe(true);
		const record = recordOf(world, recordId);
		expect(record).toMatchObject({ state, restoration: { state: restoration, binding_id: null } });
		expect(record.restoration?.settled_at).toBe(new Date(world.clock.nowMs).toISOString());
		expect(record.resolution).toMatchObject({ outcome, by: { name: "carol" }, note });
		expect(world.journal.restoring(recordId)).toBeNull();
	});

	it("can be resolved by anyone except its requester, even by the requester of the deletion", async () => {
		const { world, recordId } = await unknownRestoration();
		const own = { ...carol, name: restorer.name.toUpperCase() };
		expect(await resolved(world, recordId, "gone", own)).toMatchObject({ failure: { code: "self_approval" } });
		expect((await resolved(world, recordId, "gone", { ...carol, name: "ci" })).ok).toBe(true);
	});

	it("settles as the look shows, with the binding that is there", async () => {
		const { world, recordId } = await unknownRestoration();
		readableAgain(world);
		bind(world, "d7");
		expect(await resolved(world, recordId, "gone")).toMatchObject({ failure: { code: "conflict" } });
		const { restoration, resolution } = recordOf(world, recordId);
		expect(restoration).toMatchObject({ state: "restored", binding_id: `d7${"0".repeat(30)}` });
		expect(resolution).toBeUndefined();
	});

	it("fails if another service is bound there", async () => {
		const { world, recordId } = await unknownRestoration();
		readableAgain(world);
		bind(world, "d7", "77".padEnd(32, "0"));
		await resolved(world, recordId, "standing");
		expect(recordOf(world, recordId).restoration).toMatchObject({
			state: "failed",
			failure: { code: "binding_conflict" },
		});
	});
});

describe("a record that is not unknown", () => {
	it("cannot be resolved", async () => {
		const { world, recordId } = await admitted();
		expect(await resolved(world, recordId)).toMatchObject({ failure: { code: "conflict" } });
		await sendDeletion(recordId, world.ports);
		expect(await resolved(world, recordId)).toMatchObject({ failure: { code: "conflict" } });
		expect(isResolvable(recordOf(world, recordId), carol)).toBe(false);
		expect(await resolved(world, "none")).toMatchObject({ failure: { code: "deletion_not_found" } });
	});

	it("is left alone if it settled during the look", async () => {
		const { world, recordId } = await unknownDeletion();
		world.misbehave = async () => {
			const open = world.journal.open(recordId);
			if (open !== null) world.journal.storeSettled({ ...open.deletion, state: "deleted" });
			return fault.unclear;
		};
		expect(await resolved(world, recordId, "standing")).toMatchObject({ failure: { code: "conflict" } });
		expect(recordOf(world, recordId)).toMatchObject({ state: "deleted" });
		expect(recordOf(world, recordId).resolution).toBeUndefined();
	});
});
