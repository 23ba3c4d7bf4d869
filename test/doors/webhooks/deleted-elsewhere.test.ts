// A webhook that names a binding that disappeared without unbind.
import { afterEach, beforeEach, expect, it } from "vitest";
import { deletes } from "../../harness.ts";
import { endClock, minuteMs, pass, startClock } from "../../lifecycle/clock.ts";
import { byMallory, disappeared } from "../../lifecycle/noticed.ts";
import { record } from "../../lifecycle/people.ts";
import { deliver, payloads, recordOf } from "./deliver.ts";

beforeEach(startClock);
afterEach(endClock);

it("is answered that there is no such binding, on a record of its own, and deletes nothing", async () => {
	const lost = await disappeared(byMallory);
	pass(minuteMs);
	const { status, text, json } = await deliver("inventory", payloads.inventory);
	const [{ id }] = json.deletions;
	expect([status, json]).toMatchObject([
		200,
		{ outcome: "failed", deletions: [{ target: "203.0.113.128/25", failure: { code: "binding_not_found" } }] },
	]);
	expect(await recordOf(id)).toMatchObject({ state: "failed", actor: { name: "inventory", door: "webhook" } });
	expect(await record(lost.id)).toMatchObject({ state: "deleted_elsewhere", actor: lost.actor });
	// A sender may not read the history, so it does not learn who did it.
	expect(text).not.toContain(lost.id);
	expect(text).not.toContain("mallory");
	expect(await deletes()).toEqual([]);
});
