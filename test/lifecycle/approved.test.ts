// An approved deletion is looked up and guarded again before anything is sent, since the account may have changed.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prefixes, shop24 } from "../doors/account.ts";
import { cloudflare, deletes } from "../harness.ts";
import { endClock, hourMs, inMs, startClock, wakeAfter } from "./clock.ts";
import { configureLedger } from "./configured-ledger.ts";
import { decide, events, freeze, lift, others, othersDelete, record, remove } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const shop = "198.51.100.0/24";
const sibling = "c01d0000000000000000000000000009";
const named = "?acknowledge=leaves_no_service&reason=INC-7";

/** Requests to delete the web shop's only binding, which takes two people. */
async function pending(): Promise<string> {
	const answer = await remove(shop, named);
	expect(answer.status).toBe(202);
	return answer.json.id;
}

/** Adds a more specific binding next to the web shop's only one. */
const addSibling = () =>
	others(prefixes.shop, (all) => [...all, ...all.map((one) => ({ ...one, id: sibling, cidr: "198.51.100.0/25" }))]);

describe("an approved deletion", () => {
	it("is already gone if the binding disappeared in the meantime", async () => {
		const id = await pending();
		await othersDelete(prefixes.shop, shop24);
		const answer = await decide(id, "approve");
		expect([answer.status, answer.json.state]).toEqual([200, "already_gone"]);
		expect(await deletes()).toEqual([]);
	});

	it("is refused if another risk came up in the meantime", async () => {
		await configureLedger({ GUARDS: { still_provisioning: "approve" } });
		await others(prefixes.shop, (all) => all.map((one) => ({ ...one, provisioning: { state: "provisioning" } })));
		await addSibling();
		const asked = await remove(shop, named);
		expect(asked.json.approval.guards).toEqual(["still_provisioning"]);
		await othersDelete(prefixes.shop, sibling);
		const answer = await decide(asked.json.id, "approve");
		expect([answer.status, answer.json.code]).toEqual([403, "last_binding"]);
		expect(await record(asked.json.id)).toMatchObject({ state: "refused", approval: { state: "approved" } });
		expect(await deletes()).toEqual([]);
	});

	it("asks for approval at its time if it needs one only then", async () => {
		await addSibling();
		const { json } = await remove(shop, `${named}&not_before=${inMs(hourMs)}`);
		expect(json.state).toBe("scheduled");
		await othersDelete(prefixes.shop, sibling);
		await wakeAfter(hourMs);
		expect(await record(json.id)).toMatchObject({
			state: "pending_approval",
			approval: { state: "pending", guards: ["last_binding"], expires_at: inMs(hourMs) },
		});
		expect(await deletes()).toEqual([]);
		expect((await decide(json.id, "approve")).json.state).toBe("deleted");
	});

	it("is refused if a risk was not acknowledged", async () => {
		const id = await pending();
		await others(prefixes.shop, (all) => all.map((one) => ({ ...one, provisioning: { state: "provisioning" } })));
		const answer = await decide(id, "approve");
		expect([answer.status, answer.json.code]).toEqual([403, "acknowledgement_required"]);
		expect(await record(id)).toMatchObject({ state: "refused", approval: { state: "approved" } });
		expect(await deletes()).toEqual([]);
	});

	it("waits for the end of a freeze", async () => {
		const id = await pending();
		await freeze();
		const answer = await decide(id, "approve");
		expect([answer.status, answer.json.state]).toEqual([202, "scheduled"]);
		expect(events(answer.json).at(-1)).toBe("held_by_freeze");
		expect(await deletes()).toEqual([]);
		await lift();
		await expect.poll(async () => (await record(id)).state).toBe("deleted");
	});

	it("waits while Cloudflare is unreachable, and continues by itself", async () => {
		const id = await pending();
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		const answer = await decide(id, "approve");
		expect([answer.status, answer.json.state]).toEqual([202, "scheduled"]);
		await wakeAfter(10_000);
		expect((await record(id)).state).toBe("deleted");
	});

	it("keeps its scheduled time", async () => {
		const answer = await remove(shop, `${named}&not_before=${inMs(2 * hourMs)}`);
		const approved = await decide(answer.json.id, "approve");
		expect([approved.status, approved.json.state]).toEqual([202, "scheduled"]);
		expect(approved.headers.get("retry-after")).toBe("7200");
		expect(await deletes()).toEqual([]);
		await wakeAfter(2 * hourMs);
		expect((await record(answer.json.id)).state).toBe("deleted");
	});
});
