// Records about which the audit log is asked: stored once, and there again after a restart.
import { expect, it } from "vitest";
import { createAuditWaits } from "../../../src/ledger/watch/audit-waits.ts";
import { lossWait, ownWait } from "../../../src/watch/audit-schedule.ts";
import { noonMs, sqlOf } from "../a-storage.ts";

it("keeps each record once, until it is removed", () => {
	const sql = sqlOf();
	const waits = createAuditWaits(sql);
	const [loss, own] = [lossWait("7aa", "b1", noonMs - 1000, noonMs), ownWait("7bb", "b2", noonMs)];
	waits.add(loss);
	waits.add(own);
	waits.add({ ...loss, startMs: 0 });
	expect(waits.all()).toEqual([loss, own]);
	expect(createAuditWaits(sql).all()).toEqual([loss, own]);
	waits.remove([loss]);
	expect(waits.all()).toEqual([own]);
	sql.exec("DELETE FROM audit_waits");
	expect(waits.all()).toEqual([own]);
	waits.forget();
	expect(waits.all()).toEqual([]);
});
