// An admitted deletion in a small world. It is carried out, and the alarm comes back to it until it settles.

import { createDirectory } from "../../src/deletion/lookup/directory.ts";
import type { CloudflareFault } from "../../src/deletion/ports.ts";
import type { Deletion, TimelineEvent } from "../../src/deletion/record/deletion.ts";
import type { DeletionCommand, Receipt } from "../../src/deletion/steps/command.ts";
import { sendDeletion } from "../../src/deletion/steps/send-deletion.ts";
import { admit } from "./admit.ts";
import { bindingOf, commandOf, createWorld, fault, id, prefixOf, type World } from "./world.ts";

export const edge = prefixOf(id("a1"), "203.0.113.0/24");

export const worldOf = (): World =>
	createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24"), bindingOf(id("b1"), "203.0.113.0/26")]]);

export async function asked(world: World, command: DeletionCommand): Promise<Receipt> {
	const admission = await admit(command, world.ports, createDirectory());
	if (!admission.ok) throw new Error(admission.failure.code);
	return admission.value;
}

export async function admitted(): Promise<{ world: World; recordId: string }> {
	const world = worldOf();
	const { deletion } = await asked(world, commandOf("203.0.113.0/26"));
	world.calls.length = 0;
	return { world, recordId: deletion.id };
}

/** Someone else, or a DELETE of ours, removes the binding. */
export function takeAway(world: World): void {
	const bindings = world.account.get(edge) ?? [];
	const left = bindings.filter((one) => one.id !== id("b1"));
	bindings.splice(0, bindings.length, ...left);
}

/** How Cloudflare answers a call that changes something: `lost` gets no answer, `done_and_lost` none but took effect. */
export type Reply =
	| "ok"
	| "lost"
	| "done_and_lost"
	| "refused"
	| "credential"
	| "not_found"
	| "conflict"
	| { throttled: number }
	| { held: number };

export function faultOf(reply: Exclude<Reply, "ok">): CloudflareFault {
	if (typeof reply === "object") return "held" in reply ? fault.held(reply.held) : fault.throttled(reply.throttled);
	return {
		lost: fault.unclear,
		done_and_lost: fault.unclear,
		refused: fault.refused,
		credential: fault.credential,
		not_found: fault.notFound,
		conflict: fault.conflict,
	}[reply];
}

/** What a look at the binding finds; `truth` is the real state. */
export type Sight = "truth" | "unreadable" | "credential" | "gone_meanwhile";

export interface Script {
	deletes: readonly Reply[];
	reads?: readonly Sight[];
}

/** After the script ends, every call gets `ok` and every look finds `truth`. */
export function play(world: World, { deletes, reads = [] }: Script): void {
	const replies = [...deletes];
	const sights = [...reads];
	world.misbehave = (call) => {
		if (call.startsWith("delete")) {
			const reply = replies.shift() ?? "ok";
			if (reply === "done_and_lost") takeAway(world);
			return reply === "ok" ? null : faultOf(reply);
		}
		if (!call.startsWith("binding ")) return null;
		const sight = sights.shift() ?? "truth";
		if (sight === "gone_meanwhile") takeAway(world);
		const faults = { unreadable: fault.unclear, credential: fault.credential };
		return sight === "truth" || sight === "gone_meanwhile" ? null : faults[sight];
	};
}

/** Carries it out and returns whenever the alarm would. Gives the pauses as `unknown for 1000 ms`. */
export async function live(world: World, recordId: string, rounds = 20): Promise<string[]> {
	const pauses: string[] = [];
	for (let round = 0; round < rounds; round++) {
		await sendDeletion(recordId, world.ports);
		const open = world.journal.open(recordId);
		if (open === null) break;
		const dueAtMs = world.journal.dueAtMs(recordId) ?? 0;
		pauses.push(`${open.deletion.state} for ${dueAtMs - world.clock.nowMs} ms`);
		world.clock.nowMs = dueAtMs;
	}
	return pauses;
}

export function recordOf(world: World, recordId: string): Deletion {
	const record = world.journal.get(recordId);
	if (record === null) throw new Error("there is no record");
	return record;
}

/** `sent 1, answered 200, deleted`: what happened after it was judged. */
export const story = (deletion: Deletion): string => storyAfter("planned", deletion);

/** What happened after the last event of that name. */
export const storyAfter = (event: string, { timeline }: Deletion): string =>
	timeline
		.slice(timeline.findLastIndex((one) => one.event === event) + 1)
		.map(told)
		.join(", ");

const told = ({ event, attempt, status, found }: TimelineEvent): string =>
	[event, attempt, status, found].filter((part) => part !== undefined).join(" ");
