// Many restorations under one request, as the Ledger sees them: received by a call, carried out by the alarm, shown at any time.
import { unknownOr } from "../../deletion/restorations/outcome.ts";
import {
	manyShownTo,
	type Restorations,
	type RestorationsCommand,
	type RestorationsRefusal,
} from "../../deletion/restorations/restorations.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type Carrying, createCarrying } from "./carrying.ts";
import { nextPruneMs, pruneRestorations, shownRequest } from "./items.ts";
import type { RestoringNeeds } from "./needs.ts";
import { createRequests } from "./requests.ts";
import { createSettling } from "./settling.ts";

export interface Restoring extends Pick<Carrying, "work"> {
	receive(command: RestorationsCommand): Result<Restorations, RestorationsRefusal>;
	/** null if there are none with this id. */
	show(id: string): Restorations | null;
	/** A record was settled. Part of the same commit. */
	settled(recordId: string): void;
	nextMs(): number | null;
}

/** @param onDue there is something to do at that time. Part of the same commit. */
export function createRestoring(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	needs: RestoringNeeds,
	onDue: (atMs: number) => void,
): Restoring {
	const { sql } = storage;
	const settling = createSettling(sql, needs.ports);
	const requests = createRequests(storage, needs);
	const carrying = createCarrying(sql, needs, requests, settling);
	const wake = () => {
		carrying.wake();
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
			if (settling.settled(recordId)) wake();
		},
		nextMs() {
			const dueMs = [carrying.nextMs(), nextPruneMs(sql)].filter((atMs) => atMs !== null);
			return dueMs.length === 0 ? null : Math.min(...dueMs);
		},
		async work() {
			pruneRestorations(sql, needs.now());
			await carrying.work();
		},
	};
}

const keyIsOld = {
	code: "invalid_request" as const,
	detail: "The answer to this idempotency key is no longer kept. Use a new key.",
};
