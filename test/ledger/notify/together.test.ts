// A record and its deliveries are one commit: whatever line the object dies at, there are both or none.
import { abortAllDurableObjects, reset, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it } from "vitest";
import type { Ledger } from "../../../src/index.ts";
import { createJournal } from "../../../src/ledger/journal.ts";
import { ledger } from "../../harness.ts";
import { hook } from "../../notify/receivers.ts";
import { noonMs, recordId, recordIn } from "../../notify/records.ts";
import { notifierOn } from "./a-notifier.ts";

afterEach(() => reset());

const stored = () =>
	runInDurableObject<Ledger, [number, number]>(ledger(), (_, { storage: { sql } }) => {
		const count = (query: string) => sql.exec<{ count: number }>(query).one().count;
		return [
			count("SELECT count(*) AS count FROM deletions WHERE state = 'deleted'"),
			count("SELECT count(*) AS count FROM deliveries"),
		];
	});

/** Stores a deleted record, and dies where it is told to. */
async function dieing(where: "before" | "between" | "after" | "never"): Promise<void> {
	await runInDurableObject<Ledger, void>(ledger(), (_, state) => {
		const { sql } = state.storage;
		const die = (here: typeof where) => {
			if (where === here) state.abort("killed");
		};
		const { recordChanged } = notifierOn(sql, { one: hook("one"), two: hook("two") });
		const journal = createJournal(sql, {
			now: () => noonMs,
			onDue() {},
			onSettled() {},
			onChanged(...change) {
				die("between");
				recordChanged?.(...change);
				die("after");
			},
		});
		die("before");
		journal.storeSettled({ ...recordIn("deleted"), id: recordId });
	}).catch(() => undefined);
	await abortAllDurableObjects();
}

it.each(["before", "between", "after"] as const)("has neither if the object dies %s", async (where) => {
	await dieing(where);
	expect(await stored()).toEqual([0, 0]);
});

it("has both if it lives", async () => {
	await dieing("never");
	expect(await stored()).toEqual([1, 2]);
});
