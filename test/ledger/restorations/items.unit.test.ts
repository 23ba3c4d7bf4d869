// The tables of many restorations: what is counted, when a request is settled, and how long it is kept.
import { expect, it } from "vitest";
import { type Actor, partyOf } from "../../../src/deletion/record/actor.ts";
import { keptMs } from "../../../src/ledger/limits.ts";
import {
	countSince,
	isAnyOpen,
	keepItem,
	keepRequest,
	nextPruneMs,
	openItems,
	pruneRestorations,
	sameUnderWay,
	settleRequest,
	shownRequest,
} from "../../../src/ledger/restorations/items.ts";
import { noonMs, sqlOf } from "../a-storage.ts";
import { restorer } from "./many.ts";

const by = (actor: Actor) => ({ requestedBy: partyOf(actor), reason: "INC-1", madeAtMs: noonMs });
const waiting = {
	deletion_id: "7zz",
	cidr: "203.0.113.0/24",
	prefix_id: "ab",
	service_name: "CDN",
	state: "waiting" as const,
	binding_id: null,
	code: null,
	detail: null,
};

it("keeps a request with its items until a week after the last of them is settled", () => {
	const sql = sqlOf();
	keepRequest(sql, { id: "r1", ...by(restorer) }, "payload");
	const stored = { restorationsId: "r1", recordId: "7zz", prefixRank: 1, place: 0, tries: 2, item: waiting };
	const item = { ...stored, cidr: waiting.cidr, prefixId: waiting.prefix_id };
	keepItem(sql, item);

	expect(openItems(sql, "waiting")).toEqual([item]);
	expect([countSince(sql, restorer.name, noonMs - 1), countSince(sql, restorer.name, noonMs)]).toEqual([1, 0]);
	expect([sameUnderWay(sql, restorer.name, "payload"), sameUnderWay(sql, "eve", "payload")]).toEqual(["r1", null]);
	expect(settleRequest(sql, "r1", noonMs)).toBe(false);
	expect(shownRequest(sql, "r1", () => "restoring")).toMatchObject({
		requested_by: { name: restorer.name },
		reason: "INC-1",
		state: "restoring",
		counts: { waiting: 1 },
	});

	keepItem(sql, { ...item, item: { ...waiting, state: "restored" } });
	expect([isAnyOpen(sql, "waiting"), settleRequest(sql, "r1", noonMs), settleRequest(sql, "r1", noonMs)]).toEqual([
		false,
		true,
		false,
	]);
	expect(nextPruneMs(sql)).toBe(noonMs + keptMs);
	pruneRestorations(sql, noonMs + keptMs - 1);
	expect(shownRequest(sql, "r1", () => "restoring")).toMatchObject({ state: "done", counts: { restored: 1 } });
	pruneRestorations(sql, noonMs + keptMs);
	expect([shownRequest(sql, "r1", () => "restoring"), nextPruneMs(sql)]).toEqual([null, null]);
});
