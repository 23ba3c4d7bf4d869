// An event that the careful rules have no row for: a defect of ours, which the log shows and the alarm goes on from.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { rules } from "../../src/deletion/steps/careful-rules.ts";
import { call, deletes } from "../harness.ts";
import { endClock, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { asker, cidr, record } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

it("is logged with its phase and the event, and nothing else, and the deletion is carried out", async () => {
	const logged = vi.spyOn(console, "error").mockImplementation(() => {});
	vi.spyOn(rules, "find").mockReturnValueOnce(undefined);
	const headers = { prefer: "wait=0" };
	const { json } = await call(`/bindings/${cidr}`, { method: "DELETE", token: asker.token, headers });
	const id = json.deletion_id;
	await expect
		.poll(() => logged.mock.calls.map(([line]) => JSON.parse(line)))
		.toEqual([{ level: "error", event: "careful_rule_missing", deletion_id: id, phase: "ready", what: "go" }]);
	expect(await deletes()).toEqual([]);
	await wakeAfter(5000);
	await expect.poll(async () => (await record(id)).state).toBe("deleted");
	expect(logged).toHaveBeenCalledTimes(1);
});
