// What operators see of notifications, and what they can send by hand.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call } from "../../harness.ts";
import { endClock, pass, startClock } from "../../lifecycle/clock.ts";
import { callAs, tokensWith } from "../../lifecycle/configured-ledger.ts";
import { approver, deleted, freeze, lift } from "../../lifecycle/people.ts";
import { hook, listen, notify, type Receivers, sendAfter, states } from "../../notify/receivers.ts";
import { expectProblem } from "../expect-problem.ts";
import { signedIn } from "../page/visitor.ts";

let receivers: Receivers;
beforeEach(() => {
	startClock();
	receivers = listen();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await endClock();
});

const list = async (query = "") => (await call(`/notifications${query}`)).json;
const test = (destination: string, token?: string) =>
	call("/notifications", { method: "POST", json: { destination }, ...(token === undefined ? {} : { token }) });
const again = (id: string) => call(`/notifications/${id}/redelivery`, { method: "POST" });

describe("GET /notifications", () => {
	it("lists deliveries newest first, by destination and state, page by page", async () => {
		await notify({ one: hook("one"), two: hook("two", { events: ["freeze.*"] }) });
		await freeze();
		pass(1000);
		await lift();
		receivers.answers.set("two", () => new Response(null, { status: 400 }));
		await sendAfter(1000);
		await expect.poll(states).toContain("two freeze.off undelivered");
		const known = await list();
		expect(known.notifications.map(({ event }: { event: { type: string } }) => event.type)).toEqual([
			"freeze.off",
			"freeze.off",
			"freeze.on",
			"freeze.on",
		]);
		expect((await list("?destination=ONE&state=delivered")).notifications).toHaveLength(2);
		expect((await list("?destination=one&state=undelivered")).notifications).toEqual([]);
		const first = await call("/notifications?limit=3");
		expect(first.headers.get("link")).toBe(`</notifications?limit=3&cursor=${first.json.next}>; rel="next"`);
		const rest = await list(`?limit=3&cursor=${first.json.next}`);
		expect([...first.json.notifications, ...rest.notifications]).toEqual(known.notifications);
		expect(rest.next).toBeNull();
	});

	it("shows how each destination is doing, and so does /status", async () => {
		await notify({ one: hook("one"), two: hook("two"), three: hook("three", { url: "https://10.0.0.1/" }) });
		receivers.answers.set("two", () => new Response(null, { status: 500 }));
		await deleted("203.0.113.0/26");
		await sendAfter(1000);
		const { destinations } = await list();
		expect(destinations).toMatchObject([
			{ name: "one", to: "webhook", state: "open", waiting: 0, undelivered: 0, last_failure: null },
			{
				name: "two",
				to: "webhook",
				state: "open",
				waiting: 1,
				last_success_at: null,
				last_failure: expect.any(String),
			},
			{ name: "three", to: null, state: "closed", waiting: 0 },
		]);
		const status = (await call("/status")).json;
		expect(status).toMatchObject({ ok: true, notifications: { waiting: 1, undelivered: 0, destinations } });
		expect((await call("/health")).json).toMatchObject({ ok: true });
	});

	it("refuses what it does not know", async () => {
		for (const query of ["?state=lost", "?limit=0", "?limit=1000", "?cursor=x", "?destination=", "?type=test"])
			expect([query, (await call(`/notifications${query}`)).status]).toEqual([query, 400]);
	});
});

describe("a test", () => {
	it("is sent immediately, whatever the destination wants", async () => {
		await notify({ one: hook("one", { events: ["watch.*"] }) });
		const sent = await test("One");
		expect([sent.status, sent.json]).toMatchObject([
			200,
			{ destination: "one", state: "delivered", event: { type: "test", actor: "sandbox" } },
		]);
		expect(receivers.types("one")).toEqual(["test"]);
	});

	it("says so if it fails, and is tried again", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 500 }));
		const sent = await test("one");
		expect([sent.status, sent.json]).toMatchObject([
			202,
			{ state: "waiting", attempts: 1, failure: expect.any(String) },
		]);
		receivers.answers.delete("one");
		await sendAfter(10_000);
		await expect.poll(states).toEqual(["one test delivered"]);
	});

	it("is sent again, instead of a new one, while it has not arrived", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 500 }));
		const ids = [(await test("one")).json.id, (await test("one")).json.id];
		receivers.answers.delete("one");
		ids.push((await test("one")).json.id, (await test("one")).json.id);
		expect(new Set(ids.slice(0, 3)).size).toBe(1);
		expect(ids[3]).not.toBe(ids[0]);
		expect(await states()).toEqual(["one test delivered", "one test delivered"]);
	});

	it("needs the scope freeze, and a destination that takes it", async () => {
		await notify({ one: hook("one"), broken: hook("broken", { url: "http://x.example.net/" }) });
		expectProblem(await test("one", approver.token), {
			status: 403,
			code: "scope_missing",
			title: "The caller lacks a scope",
			detail: 'approver lacks the scope "freeze".',
			scope: "freeze",
		});
		expect((await test("nobody")).json).toMatchObject({ status: 404, code: "not_found" });
		expect((await test("broken")).json).toMatchObject({ status: 409, code: "destination_closed" });
		receivers.answers.set("one", () => new Response(null, { status: 410 }));
		expect((await test("one")).json).toMatchObject({ state: "undelivered" });
		expect((await test("one")).json).toMatchObject({ status: 409, code: "destination_closed" });
		expect(receivers.arrived).toHaveLength(1);
	});
});

describe("a redelivery", () => {
	it("has the same event id, and begins the attempts again", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 400 }));
		const { id } = (await test("one")).json;
		receivers.answers.set("one", () => new Response(null, { status: 500 }));
		expect((await again(id)).json).toMatchObject({ id, state: "waiting", attempts: 1 });
		receivers.answers.delete("one");
		expect((await again(id)).json).toMatchObject({ id, state: "delivered" });
		expect((await again(id)).json).toMatchObject({ id, state: "delivered" });
		expect(new Set(receivers.arrived.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
		expect(receivers.arrived).toHaveLength(4);
	});

	it("tells a caller without the scope read nothing of others' deletions", async () => {
		await notify({ one: hook("one") });
		const deletionId = await deleted("203.0.113.0/26", "?reason=INC-4211");
		await sendAfter(1000);
		const id = (await list()).notifications[0]?.id;
		const tokens = tokensWith("edge", ["freeze"], ["198.51.100.0/24"]);
		const answer = await callAs("edge", tokens, `/notifications/${id}/redelivery`, { method: "POST" });
		expect(answer).toMatchObject({
			status: 200,
			json: { id, state: "delivered", event: { cidr: null, reason: null } },
		});
		expect(answer.text).not.toMatch(/203\.0\.113|INC-4211|user@example/);
		expect(receivers.arrived.map(({ json }) => json.data.deletion_id)).toEqual([deletionId, deletionId]);
	});

	it("never goes to another address than it was written for", async () => {
		await notify({ one: hook("one") });
		const { id } = (await test("one")).json;
		await notify({ one: hook("another") });
		expect((await again(id)).json).toMatchObject({ status: 409, code: "destination_closed" });
		await notify({});
		expect((await again(id)).json).toMatchObject({ status: 409, code: "destination_closed" });
		expect(receivers.arrived).toHaveLength(1);
	});
});

describe("the page", () => {
	it("lists the destinations and what was sent last", async () => {
		await notify({ one: hook("one") });
		await test("one");
		const page = await (await signedIn()).get("/account/notifications");
		expect(page.status).toBe(200);
		expect(page.text).toContain("one (webhook)");
		expect(page.text).toContain("sandbox sent this test to the destination one");
	});
});
