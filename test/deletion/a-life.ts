// A deletion in a small world that waits for its time or for an approval.

import { createDirectory } from "../../src/deletion/lookup/directory.ts";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { advance } from "../../src/deletion/steps/advance.ts";
import type { DeletionCommand } from "../../src/deletion/steps/command.ts";
import { beginIfDue } from "../../src/deletion/steps/waiting.ts";
import { edge } from "./a-deletion.ts";
import { admit } from "./admit.ts";
import { actorOf, bindingOf, commandOf, createWorld, id, startMs, type World } from "./world.ts";

export const hour = 3_600_000;
export const approver = actorOf({ name: "bob", scopes: ["read", "approve"] });

async function asked(world: World, command: DeletionCommand): Promise<Deletion> {
	const admission = await admit(command, world.ports, createDirectory());
	if (!admission.ok) throw new Error(admission.failure.code);
	world.calls.length = 0;
	return admission.value.deletion;
}

/** One of three bindings, scheduled for an hour from now. */
export async function scheduled(change: Partial<DeletionCommand> = {}): Promise<{ world: World; recordId: string }> {
	const bindings = ["203.0.113.0/24", "203.0.113.0/26", "203.0.113.64/26"].map((cidr, n) =>
		bindingOf(id(`b${n}`), cidr),
	);
	const world = createWorld([edge, bindings]);
	const deletion = await asked(world, commandOf("203.0.113.0/26", { notBeforeMs: startMs + hour, ...change }));
	return { world, recordId: deletion.id };
}

/** The prefix's last binding, so someone else has to approve its deletion. */
export async function pending(change: Partial<DeletionCommand> = {}): Promise<{ world: World; recordId: string }> {
	const world = createWorld([edge, [bindingOf(id("b1"), "203.0.113.0/24")]]);
	const deletion = await asked(world, commandOf("203.0.113.0/24", change));
	return { world, recordId: deletion.id };
}

export const begun = (world: World, recordId: string): Promise<void> =>
	beginIfDue(recordId, world.ports, createDirectory());

export const advanced = (world: World, recordId: string): Promise<void> =>
	advance(recordId, world.ports, createDirectory());

export const events = (world: World, recordId: string): string[] =>
	(world.journal.get(recordId)?.timeline ?? []).map(({ event }) => event);
