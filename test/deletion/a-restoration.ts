// A deletion that was carried out, and its restoration, which the alarm comes back to until it settles.

import type { Binding } from "../../src/deletion/address/binding.ts";
import type { Deletion, Restoration } from "../../src/deletion/record/deletion.ts";
import { beginRestoration } from "../../src/deletion/steps/begin-restoration.ts";
import { sendDeletion } from "../../src/deletion/steps/send-deletion.ts";
import { sendRestoration } from "../../src/deletion/steps/send-restoration.ts";
import { admitted, edge, faultOf, type Reply, recordOf, storyAfter } from "./a-deletion.ts";
import { actorOf, bindingOf, fault, id, type World } from "./world.ts";

export const cidr = "203.0.113.0/26";
export const restorer = actorOf({ name: "bob", scopes: ["read", "restore"] });

export async function deleted(): Promise<{ world: World; recordId: string }> {
	const { world, recordId } = await admitted();
	await sendDeletion(recordId, world.ports);
	world.clock.nowMs += 3_600_000;
	world.calls.length = 0;
	return { world, recordId };
}

export async function begun(): Promise<{ world: World; recordId: string }> {
	const { world, recordId } = await deleted();
	const restoring = await beginRestoration(recordOf(world, recordId), restorer, world.ports);
	if (!restoring.ok) throw new Error(restoring.failure.code);
	world.calls.length = 0;
	return { world, recordId };
}

export const boundNow = (world: World): Binding | undefined =>
	(world.account.get(edge) ?? []).find((one) => one.cidr === cidr);

/** A creation, ours or someone else's, takes effect unless something is already bound there. */
export function bind(world: World, bindingId: string, serviceId: string = id("5e")): void {
	if (boundNow(world) === undefined) world.account.get(edge)?.push(bindingOf(id(bindingId), cidr, { serviceId }));
}

/** What a look finds; `truth` is the real state. */
export type Sight = "truth" | "unreadable" | "no_prefix" | "bound_meanwhile" | "other_meanwhile";

export interface Script {
	creates: readonly Reply[];
	reads?: readonly Sight[];
}

/** After the script ends, every call gets `ok` and every look finds `truth`. */
export function play(world: World, { creates, reads = [] }: Script): void {
	const replies = [...creates];
	const sights = [...reads];
	world.misbehave = (call) => {
		if (call.startsWith("create")) {
			const reply = replies.shift() ?? "ok";
			if (reply === "done_and_lost") bind(world, "d1");
			return reply === "ok" ? null : faultOf(reply);
		}
		if (!call.startsWith("bindings ")) return null;
		const sight = sights.shift() ?? "truth";
		if (sight === "bound_meanwhile") bind(world, "e1");
		if (sight === "other_meanwhile") bind(world, "e2", id("77"));
		return sight === "unreadable" ? fault.unclear : sight === "no_prefix" ? fault.notFound : null;
	};
}

/** Carries out the restoration and returns whenever the alarm would. Gives the pauses as `unknown for 1000 ms`. */
export async function live(world: World, recordId: string): Promise<string[]> {
	const pauses: string[] = [];
	for (let round = 0; round < 20; round++) {
		await sendRestoration(recordId, world.ports);
		const open = world.journal.restoring(recordId);
		if (open === null) break;
		const dueAtMs = world.journal.dueAtMs(recordId) ?? 0;
		pauses.push(`${open.deletion.restoration?.state} for ${dueAtMs - world.clock.nowMs} ms`);
		world.clock.nowMs = dueAtMs;
	}
	return pauses;
}

export function restorationOf(world: World, recordId: string): Restoration {
	const { restoration } = recordOf(world, recordId);
	if (restoration === null) throw new Error("there is no restoration");
	return restoration;
}

/** What happened after the restoration was requested. */
export const story = (deletion: Deletion): string => storyAfter("restoration_requested", deletion);
