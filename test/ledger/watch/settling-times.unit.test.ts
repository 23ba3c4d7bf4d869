// The settling times that every page shows.
import { expect, it } from "vitest";
import { at } from "../../../src/deletion/record/deletion.ts";
import { noteSettled, settlingTimes } from "../../../src/ledger/watch/settling-times.ts";
import { recordIn, restorationIn } from "../../notify/records.ts";
import { noonMs, sqlOf } from "../a-storage.ts";

it("come from records that became active, and from nothing else", () => {
	const sql = sqlOf();
	const none = settlingTimes(sql, noonMs);
	noteSettled(sql, recordIn("deleted"));
	expect(settlingTimes(sql, noonMs)).toEqual(none);
	for (let index = 0; index < 5; index++) {
		const active = { active_at: at(noonMs + 3_600_000) };
		noteSettled(sql, recordIn("restored", { id: `7a${index}`, ...restorationIn("restored", active) }));
	}
	expect(settlingTimes(sql, noonMs + 3_600_000)).not.toEqual(none);
});
