// Takes a request as far as the Ledger does before it sends anything: received, looked up and judged.

import type { Directory } from "../../src/deletion/lookup/directory.ts";
import type { Ports } from "../../src/deletion/ports.ts";
import { ok, type Result } from "../../src/deletion/result.ts";
import type { DeletionCommand, Receipt, Rejection } from "../../src/deletion/steps/command.ts";
import { judgeReceived } from "../../src/deletion/steps/judge-received.ts";
import { receive } from "../../src/deletion/steps/receive.ts";

export async function admit(
	command: DeletionCommand,
	ports: Ports,
	directory: Directory,
): Promise<Result<Receipt, Rejection>> {
	const receipt = receive(command, ports);
	if (!receipt.ok) return receipt;
	const { deletion, replayed } = receipt.value;
	// The configuration gives the actor the authority that the request claims.
	const authorityOf: Ports["authorityOf"] = (party) =>
		party.name === command.actor.name ? command.actor : ports.authorityOf(party);
	await judgeReceived(deletion.id, { ...ports, authorityOf }, directory);
	return ok({ deletion: ports.journal.get(deletion.id) ?? deletion, replayed });
}
