// Many restorations under one request, as the Ledger sees them: received by a call, carried out by the alarm, shown at any time.
import { unknownOr } from "../../deletion/restorations/outcome.ts";
import {
	manyShownTo,
	type Restorations,
	type RestorationsCommand,
	type RestorationsRefusal,
} from "../../deletion/restorations/restorations.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { earliest } from "../due.ts";
import { createCarryOut } from "./carry-out.ts";
import { createItemOutcomes } from "./item-outcomes.ts";
import { nextPruneMs, pruneRestorations, shownRequest } from "./items.ts";
import type { RestoringNeeds } from "./needs.ts";
import { createRequests } from "./requests.ts";

export interface Restoring {
	receive(command: RestorationsCommand): Result<Restorations, RestorationsRefusal>;
	/** null if there are none with this id. */
	show(id: string): Restorations | null;
	/** A record was settled. Part of the same commit. */
	settled(recordId: string): void;
	/** When there is something to do; null if there is nothing. */
	nextMs(): number | null;
	/** Does what is due. Never rejects. */
	work(): Promise<void>;
}

/** @param onDue there is something to do at that time. Part of the same commit. */
export function createRestoring(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	needs: RestoringNeeds,
	onDue: (atMs: number) => void,
): Restoring {
	const { sql } = storage;
	const outcomes = createItemOutcomes(sql, needs.ports);
	const requests = createRequests(storage, needs, outcomes);
	const carryOut = createCarryOut(sql, needs, requests, outcomes);
	const wake = () => {
		carryOut.wake();
		onDue(needs.now());
	};
	const stateOf = (recordId: string) => {
		try {
			return unknownOr(needs.ports().journal.get(recordId));
		} catch {
			// One row that can't be parsed must not hide the others.
			return "unknown";
		}
	};
	const show = (id: string) => shownRequest(sql, id, stateOf);
	return {
		receive(command) {
			const answered = requests.receive(command);
			if (!answered.ok) return answered;
			wake();
			const shown = show(answered.value);
			// The claim may be older than the request, or be a deletion's.
			return shown === null ? fail(keyIsOld) : ok(manyShownTo(command.actor, shown));
		},
		show,
		settled(recordId) {
			if (outcomes.settled(recordId)) wake();
		},
		nextMs: () => earliest(carryOut.nextMs(), nextPruneMs(sql)),
		async work() {
			pruneRestorations(sql, needs.now());
			await carryOut.work();
		},
	};
}

const keyIsOld = {
	code: "invalid_request" as const,
	detail: "The answer to this idempotency key is no longer kept. Use a new key.",
};
