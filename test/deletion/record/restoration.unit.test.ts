// When a restored binding was first seen active.
import { expect, it } from "vitest";
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import { seenActive } from "../../../src/deletion/record/restoration.ts";
import { beginRestoration } from "../../../src/deletion/steps/begin-restoration.ts";
import { sendRestoration } from "../../../src/deletion/steps/send-restoration.ts";
import { recordOf } from "../a-deletion.ts";
import { begun, bind, deleted, restorationOf, restorer } from "../a-restoration.ts";
import { id } from "../world.ts";

async function restored() {
	const { world, recordId } = await begun();
	await sendRestoration(recordId, world.ports);
	return { record: recordOf(world, recordId), nowMs: world.clock.nowMs + 3_600_000 };
}

it("notes when the restored binding was first seen active", async () => {
	const { record, nowMs } = await restored();
	expect(record.restoration?.active_at).toBeNull();
	const at = new Date(nowMs).toISOString();
	expect(seenActive(record, nowMs)).toEqual({
		...record,
		restoration: { ...record.restoration, active_at: at },
		timeline: [...record.timeline, { at, event: "active", binding_id: record.restoration?.binding_id }],
	});
});

it("keeps the first time", async () => {
	const { record, nowMs } = await restored();
	const active = seenActive(record, nowMs);
	expect(seenActive(active, nowMs + 1)).toBe(active);
});

it("takes a record of an earlier release, which has no such member", async () => {
	const { record, nowMs } = await restored();
	const { active_at: _, ...older } = record.restoration ?? {};
	const active = seenActive({ ...record, restoration: older } as Deletion, nowMs);
	expect(active.restoration?.active_at).toBe(new Date(nowMs).toISOString());
});

it.each<[string, () => Promise<Deletion>]>([
	["nothing was restored", async () => await deleted().then(({ world, recordId }) => recordOf(world, recordId))],
	["the restoration is under way", async () => await begun().then(({ world, recordId }) => recordOf(world, recordId))],
])("changes nothing if %s", async (_, record) => {
	const before = await record();
	expect(seenActive(before, 0)).toBe(before);
});

it("is known at once if the binding that was found there is active", async () => {
	const { world, recordId } = await deleted();
	bind(world, id("e1"));
	await beginRestoration(recordOf(world, recordId), restorer, world.ports);
	expect(restorationOf(world, recordId)).toMatchObject({
		state: "already_bound",
		active_at: new Date(world.clock.nowMs).toISOString(),
	});
});
