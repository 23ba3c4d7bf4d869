// An event as a delivery's row has it.
import { expect, it } from "vitest";
import { eventIn, standInFor } from "../../../src/ledger/notify/stored-event.ts";
import { testEvent } from "../../../src/notify/other-events.ts";
import { alice, noonMs } from "../../notify/records.ts";

it("is read as it was stored", () => {
	const event = testEvent("one", alice, "x1", noonMs);
	expect(eventIn(JSON.stringify(event))).toEqual(event);
});

it.each([
	["7zz", "/records/7zz"],
	[null, "/account/notifications"],
])("that can't be parsed is listed by its row's columns (record %s)", (deletion_id, path) => {
	expect(eventIn("{")).toBeNull();
	const row = { event_id: "e1", type: "deletion.deleted" as const, deletion_id, made_at: noonMs };
	expect(standInFor(row)).toMatchObject({ id: "e1", type: "deletion.deleted", path, data: {}, actor: null });
});
