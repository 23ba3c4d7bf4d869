import { expect, it } from "vitest";
import { ownVisible, shownTo, visibleTo } from "../../../src/deletion/lookup/visible.ts";
import { summaryOf } from "../../../src/deletion/record/deletion.ts";
import { recordIn } from "../../notify/records.ts";
import { actorOf } from "../world.ts";

const record = recordIn("refused");
const [inside, outside] = [["203.0.113.0/24"], ["198.51.100.0/24"]];

it("shows everything to a caller who may read", () => {
	const reader = actorOf({ ranges: outside });
	expect(shownTo(reader, record)).toBe(record);
	expect(visibleTo(reader).record(summaryOf(record))).toBe(true);
});

it("shows a caller who may not read only bindings in its ranges", () => {
	expect(shownTo(actorOf({ scopes: ["delete"], ranges: inside }), record)).toBe(record);
	expect(shownTo(actorOf({ scopes: ["delete"], ranges: outside }), record)).toMatchObject({
		id: record.id,
		binding: null,
		effect: null,
		guards: [{ guard: "out_of_range", verdict: "refuse" }],
	});
});

it("shows a caller who may not read only its own records, and none that the audit log named it in", () => {
	const { record: sees, cidr } = ownVisible("ALICE", null);
	const summary = summaryOf(record);
	expect([sees(summary), sees({ ...summary, actor: "bob" }), sees({ ...summary, door: "watch" })]).toEqual([
		true,
		false,
		false,
	]);
	expect(cidr("not a CIDR")).toBe(true);
	expect(ownVisible("alice", inside).cidr("not a CIDR")).toBe(false);
});
