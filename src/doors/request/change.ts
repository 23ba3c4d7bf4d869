// Decisions about a deletion that was already requested, for every door that offers them. The core decides who may.

import type { Actor } from "../../deletion/record/actor.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, type Result } from "../../deletion/result.ts";
import { noSuchRecord } from "../../deletion/steps/decisions.ts";
import type { Option } from "../../deletion/steps/options.ts";
import type { ResolutionRequest } from "../../deletion/steps/resolution.ts";
import type { LedgerClient } from "../ledger-client.ts";
import type { LedgerFailure } from "../reply/failure.ts";

/** @param waitMs how long to wait for what an approval or a restoration starts. */
export async function changeDeletion(
	change: Option,
	id: string,
	{ actor, ledger, waitMs }: { actor: Actor; ledger: LedgerClient; waitMs: number },
): Promise<Result<Deletion, LedgerFailure>> {
	if (!isRecordId(id)) return fail(noSuchRecord);
	switch (change) {
		case "approve":
		case "reject":
			return ledger.decide(id, change, actor, waitMs);
		case "cancel":
			return ledger.cancel(id, actor);
		case "restore":
			return ledger.restore(id, actor, waitMs);
	}
}

export async function resolveDeletion(
	id: string,
	wish: ResolutionRequest,
	{ actor, ledger }: { actor: Actor; ledger: LedgerClient },
): Promise<Result<Deletion, LedgerFailure>> {
	return isRecordId(id) ? ledger.resolve(id, wish, actor) : fail(noSuchRecord);
}
