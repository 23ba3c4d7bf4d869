// A scheduled deletion and a request for the same binding now: a caller who joins learns when it runs, and may supersede it.
import { abortAllDurableObjects } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindingsPath, cdn25, prefixes, shop24 } from "../doors/account.ts";
import { press, say } from "../doors/chat/people.ts";
import { readable, signedIn } from "../doors/page/visitor.ts";
import { deliver, payloads } from "../doors/webhooks/deliver.ts";
import { call, cloudflare, deletes } from "../harness.ts";
import { endClock, hourMs, inMs, startClock, wakeAfter } from "./clock.ts";
import { callAs, tokensWith } from "./configured-ledger.ts";
import { doorNames, doors } from "./doors.ts";
import { asker, cancel, events, freeze, operator, others, record, remove } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const cidr = "203.0.113.128/25";
const shop = "198.51.100.0/24";

async function scheduled(target = cidr, query = ""): Promise<string> {
	const answer = await remove(target, `?not_before=${inMs(hourMs)}${query}`);
	expect([answer.status, answer.json.state]).toEqual([202, "scheduled"]);
	return answer.json.id;
}
const supersede = (target = cidr, query = "", token = operator.token) =>
	remove(target, `?supersede=true${query}`, token);

describe("a caller who joins a deletion", () => {
	it("learns when a scheduled one runs, and how to supersede it", async () => {
		const id = await scheduled();
		const answer = await remove(cidr, "", operator.token);
		expect(answer.headers.get("unbind-joined")).toBe("true");
		expect(answer.json).toMatchObject({
			id,
			state: "scheduled",
			joined: true,
			message: `Your request joined the deletion of ${cidr} that ${asker.name} requested. It is scheduled for ${inMs(hourMs)}. Nothing is deleted before then. To delete now instead, repeat the request with supersede=true.`,
		});
	});

	it("learns when one that waits for an approval expires", async () => {
		const first = await remove(shop, "?acknowledge=leaves_no_service");
		expect(first.json).not.toHaveProperty("joined");
		expect(first.headers.has("unbind-joined")).toBe(false);
		const answer = await remove(shop, "", operator.token);
		expect(answer.json).toMatchObject({ id: first.json.id, joined: true });
		expect(answer.json.message).toContain(`waits for approval until ${inMs(hourMs)}`);
		expect(await record(first.json.id)).toEqual(first.json);
	});

	it("learns it at Cloudflare's API from the message", async () => {
		await scheduled();
		const answer = await call(bindingsPath(prefixes.amsterdam, cdn25), { method: "DELETE" });
		expect(answer.json.errors[0].message).toContain(`Your request joined the deletion of ${cidr} that ${asker.name}`);
	});

	const words = () =>
		`Your request joined the deletion of ${cidr} that ${asker.name} requested. It is scheduled for ${inMs(hourMs)}. Nothing is deleted before then.`;

	it("learns it as a webhook's sender from the answer", async () => {
		const id = await scheduled();
		const answer = await deliver("inventory", payloads.inventory);
		expect(answer.json.deletions[0]).toMatchObject({ id, joined: true, message: words() });
	});

	it("learns it in chat from the card", async () => {
		const card = await say("slack", cidr);
		await scheduled();
		expect((await press("slack", card, "Delete")).text).toContain(words());
	});

	it("learns it on the page from the record", async () => {
		const visitor = await signedIn();
		const id = await scheduled();
		const path = `/account/${cidr}`;
		const { location } = await visitor.submit(path, path, { reason: "INC-1" });
		expect(location).toBe(`/records/${id}?joined=true`);
		expect(readable((await visitor.get(location ?? "")).text)).toContain(words());
		expect(readable((await visitor.get(`/records/${id}`)).text)).not.toContain("Your request joined");
	});

	it("is nobody who is refused, or who asks again under the same key", async () => {
		const id = await scheduled();
		const headers = { "idempotency-key": "one" };
		const ask = () => call(`/bindings/${cidr}`, { method: "DELETE", headers });
		expect((await ask()).json.joined).toBe(true);
		const again = await ask();
		expect([again.json.id, again.json.joined]).toEqual([id, undefined]);
		const refusals = [await remove("192.0.2.0/24"), await remove("192.0.2.0/24")];
		expect(refusals.map(({ headers }) => headers.has("unbind-joined"))).toEqual([false, false]);
	});
});

describe("supersede=true", () => {
	it.each(doorNames)("deletes now, and cancels the schedule, which names it: %s", async (door) => {
		const id = await scheduled();
		const edge = { cidr, id: cdn25, prefixId: prefixes.amsterdam };
		const answer = await doors[door]((path, options) => call(path, options), edge, { supersede: true });
		expect(answer.status).toBe(200);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
		const cancelled = await record(id);
		expect(cancelled).toMatchObject({
			state: "cancelled",
			failure: { code: "cancelled", detail: "sandbox deleted the binding at once instead." },
		});
		const next = await record(cancelled.superseded_by ?? "");
		expect(next).toMatchObject({ state: "deleted", actor: { name: "sandbox" }, not_before: null });
		expect(events(next)).toContain("superseded");
		await wakeAfter(2 * hourMs);
		expect(await deletes()).toHaveLength(1);
		expect((await record(id)).state).toBe("cancelled");
	});

	it("makes a plain deletion if there is no schedule", async () => {
		const answer = await supersede();
		expect([answer.status, answer.json.state]).toEqual([200, "deleted"]);
		expect(events(answer.json)).not.toContain("superseded");
	});

	it("goes on after a reset during the look-up", async () => {
		const id = await scheduled();
		await abortAllDurableObjects();
		await cloudflare.order({ method: "GET", fault: { kind: "hang_before" } });
		const asked = await call(`/bindings/${cidr}?supersede=true`, { method: "DELETE", headers: { prefer: "wait=0" } });
		expect(asked.json.state).toBe("received");
		await abortAllDurableObjects();
		await cloudflare.drop();
		await wakeAfter(15_000);
		await expect.poll(async () => (await record(asked.json.id)).state).toBe("deleted");
		expect(await record(id)).toMatchObject({ state: "cancelled", superseded_by: asked.json.id });
	});

	it("makes one deletion after a restart while the DELETE is under way", async () => {
		const id = await scheduled();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
		const asked = supersede().catch(() => undefined);
		await expect.poll(deletes).toHaveLength(1);
		await abortAllDurableObjects();
		await cloudflare.drop();
		await asked;
		const { state, superseded_by = "" } = await record(id);
		expect(state).toBe("cancelled");
		await wakeAfter(15_000);
		await expect.poll(async () => (await record(superseded_by)).state).toBe("deleted");
		await wakeAfter(2 * hourMs);
		expect(await deletes()).toHaveLength(1);
	});

	it("leaves the schedule alone if the caller may not delete there", async () => {
		const id = await scheduled();
		const reader = tokensWith("reader", ["read"], [cidr]);
		const elsewhere = tokensWith("elsewhere", ["read", "delete"], [shop]);
		for (const [name, tokens] of [["reader", reader] as const, ["elsewhere", elsewhere] as const])
			for (const target of [cidr, cdn25]) {
				const answer = await callAs(name, tokens, `/bindings/${target}?supersede=true`, { method: "DELETE" });
				expect([403, 404]).toContain(answer.status);
			}
		expect((await record(id)).state).toBe("scheduled");
		expect(await deletes()).toEqual([]);
	});

	it("leaves the schedule alone during a freeze", async () => {
		const id = await scheduled();
		await freeze();
		const answer = await supersede();
		expect([answer.status, answer.json.code]).toEqual([423, "frozen"]);
		expect((await record(id)).state).toBe("scheduled");
	});

	it("inherits no acknowledgement: a risk that only the schedule named refuses it", async () => {
		const id = await scheduled(cidr, "&acknowledge=leaves_no_service");
		await others(prefixes.amsterdam, (all) => all.filter((one) => one.cidr !== "203.0.113.0/24"));
		const answer = await supersede();
		expect([answer.status, answer.json.code]).toEqual([403, "acknowledgement_required"]);
		expect((await record(id)).state).toBe("scheduled");
	});

	it("joins the schedule where it would need an approval", async () => {
		await others(prefixes.shop, (all) => [
			...all,
			...all.map((one) => ({ ...one, id: "c01d0000000000000000000000000009", cidr: "198.51.100.0/25" })),
		]);
		const id = await scheduled(shop, "&acknowledge=leaves_no_service");
		await others(prefixes.shop, (all) => all.filter((one) => one.id === shop24));
		const answer = await supersede(shop, "&acknowledge=leaves_no_service");
		expect(answer.json).toMatchObject({ id, state: "scheduled", joined: true });
		expect(answer.json.message).toContain("needs an approval first");
		expect(await deletes()).toEqual([]);
	});

	it("does not supersede what waits for an approval", async () => {
		const { json } = await remove(shop, "?acknowledge=leaves_no_service");
		const answer = await supersede(shop, "&acknowledge=leaves_no_service");
		expect(answer.json).toMatchObject({ id: json.id, state: "pending_approval", joined: true });
	});

	it("is refused with not_before, and as anything but true or false", async () => {
		for (const query of [`?supersede=true&not_before=${inMs(hourMs)}`, "?supersede=yes", "?supersede="])
			expect((await remove(cidr, query)).json).toMatchObject({ status: 400, code: "invalid_request" });
		expect((await call("/deletions")).json.deletions).toEqual([]);
	});

	it("makes a different request under the same key", async () => {
		const headers = { "idempotency-key": "two" };
		await scheduled();
		await call(`/bindings/${cidr}`, { method: "DELETE", headers });
		const answer = await call(`/bindings/${cidr}?supersede=true`, { method: "DELETE", headers });
		expect(answer.json.code).toBe("idempotency_key_reused");
	});

	it("does not supersede a schedule that was cancelled meanwhile", async () => {
		const id = await scheduled();
		await cancel(id);
		expect((await supersede()).json.state).toBe("deleted");
		expect(await record(id)).not.toHaveProperty("superseded_by");
	});
});
