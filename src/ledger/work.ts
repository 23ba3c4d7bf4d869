// The deletions being carried out in this object, and the callers who wait for one. Callers of the same deletion share the
// work. It decides nothing: the domain does the work, and what fails is left to the alarm.

import type { Directory } from "../deletion/lookup/directory.ts";
import type { Ports } from "../deletion/ports.ts";
import type { Deletion } from "../deletion/record/deletion.ts";
import { advance } from "../deletion/steps/advance.ts";
import { giveUpIfLate } from "../deletion/steps/judge-received.ts";
import { log, traceOf } from "../log.ts";
import { withinMs } from "../within-ms.ts";
import { postpone } from "./due.ts";
import { alarmPauseMs, shortestLookUpMs } from "./limits.ts";
import { setAsideIfUnreadable } from "./tables.ts";

interface UnderWay {
	judged: Promise<void>;
	work: Promise<void>;
}

/** @param upToDate whether scheduled work may go on (`recovery.ts`). */
export function createWork(sql: SqlStorage, ports: Ports, directory: Directory, upToDate: () => Promise<boolean>) {
	const underWay = new Map<string, UnderWay>();
	/** Callers waiting for a deletion to settle. */
	const callers = new Set<{ id: string; settled: PromiseWithResolvers<void> }>();

	function startOrJoin(id: string): UnderWay {
		const present = underWay.get(id);
		if (present !== undefined) {
			const open = ports.journal.open(id);
			if (open !== null) giveUpIfLate(open, ports);
			return present;
		}
		const judged = Promise.withResolvers<void>();
		const work = run(id, judged.resolve)
			.catch((error) => {
				log("error", "deletion_interrupted", { deletion_id: id, ...traceOf(error) });
				setAsideIfUnreadable(sql, id);
				postpone(sql, id, Date.now() + alarmPauseMs);
			})
			.finally(() => {
				judged.resolve();
				underWay.delete(id);
			});
		underWay.set(id, { judged: judged.promise, work });
		return { judged: judged.promise, work };
	}

	async function run(id: string, onJudged: () => void): Promise<void> {
		const query = "SELECT 1 FROM deletions WHERE id = ? AND open = 1 AND state = 'scheduled'";
		const isScheduled = sql.exec(query, id).toArray().length > 0;
		if (isScheduled && !(await upToDate())) return postpone(sql, id, Date.now() + alarmPauseMs);
		return advance(id, ports, directory, onJudged);
	}

	return {
		/** Never rejects: if the work fails, the alarm takes over and finds out what really happened. */
		advance: (id: string): Promise<void> => startOrJoin(id).work,
		/**
		 * The record once there is nothing left to wait for, or after `waitMs`. The alarm looks at an unknown outcome again; a
		 * caller with time left waits for that.
		 */
		async waitForOutcome(deletion: Deletion, waitMs: number): Promise<Deletion> {
			const present = () => ports.journal.get(deletion.id) ?? deletion;
			const caller = { id: deletion.id, settled: Promise.withResolvers<void>() };
			const { judged, work } = startOrJoin(deletion.id);
			const waitUntilDone = async (): Promise<void> => {
				await work;
				const { id, state } = present();
				// The look-up may show that another record answers.
				if (id !== deletion.id) await startOrJoin(id).work;
				caller.id = id;
				if (state === "unknown") await caller.settled.promise;
			};
			callers.add(caller);
			await Promise.all([withinMs(waitMs, waitUntilDone()), withinMs(Math.max(waitMs, shortestLookUpMs), judged)]);
			callers.delete(caller);
			return present();
		},
		/** Runs `act` while no other work on the deletion is under way. */
		async alone<Value>(id: string, act: () => Promise<Value>): Promise<Value> {
			for (let present = underWay.get(id); present !== undefined; present = underWay.get(id)) await present.work;
			const work = act();
			const done = work.then(
				() => undefined,
				() => undefined,
			);
			underWay.set(id, { judged: done, work: done });
			return work.finally(() => underWay.delete(id));
		},
		/** Answers the callers who wait for the deletion to settle. */
		settled(id: string): void {
			for (const caller of callers) if (caller.id === id) caller.settled.resolve();
		},
	};
}
