// What happens is written for each destination in the commit that makes it happen, and sent by the alarm.
import { runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { places } from "../../../sandbox/chat/settings.ts";
import type { Ledger } from "../../../src/index.ts";
import { ledger } from "../../harness.ts";
import { endClock, hourMs, minuteMs, pass, startClock, wakeAfter } from "../../lifecycle/clock.ts";
import { deleted, freeze, lift, remove } from "../../lifecycle/people.ts";
import {
	type Arrived,
	deliveries,
	hook,
	listen,
	notify,
	type Receivers,
	sendAfter,
	signingKey,
	slack,
	states,
} from "../../notify/receivers.ts";

let receivers: Receivers;
beforeEach(() => {
	startClock();
	receivers = listen();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await endClock();
});

const removed = () => deleted("203.0.113.0/26");

describe("a deletion", () => {
	it("is sent to each destination that wants it, signed, with a link", async () => {
		await notify({
			one: hook("one"),
			two: hook("two", { events: ["deletion.*"] }),
			three: hook("three", { events: ["watch.*"] }),
		});
		const id = await removed();
		expect(await states()).toEqual(["one deletion.deleted waiting", "two deletion.deleted waiting"]);
		expect(receivers.arrived).toEqual([]);
		await sendAfter(1000);
		await expect.poll(states).toEqual(["one deletion.deleted delivered", "two deletion.deleted delivered"]);
		const [first] = receivers.arrived;
		expect(first?.json).toMatchObject({
			specversion: "1.0",
			type: "dev.unbind.deletion.deleted",
			data: { deletion_id: id, link: `https://unbind.example.com/records/${id}`, cidr: "203.0.113.0/26" },
		});
		const headers = Object.fromEntries(first?.headers ?? []);
		vi.useRealTimers();
		vi.useFakeTimers({ toFake: ["Date"], now: first?.atMs ?? 0 });
		expect(new Webhook(signingKey).verify(first?.text ?? "", headers)).toMatchObject({ specversion: "1.0" });
		expect(receivers.types("three")).toEqual([]);
	});

	it("costs nothing without a destination", async () => {
		await notify({});
		await removed();
		expect(await deliveries()).toEqual([]);
		await wakeAfter(minuteMs);
		expect(receivers.arrived).toEqual([]);
	});

	it("is sent with the same id on every attempt", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 500 }));
		await removed();
		await sendAfter(1000);
		await sendAfter(6000);
		const ids = receivers.arrived.map(({ headers }) => headers.get("webhook-id"));
		expect(ids.length).toBe(2);
		expect(new Set(ids).size).toBe(1);
		expect(new Set(receivers.arrived.map(({ headers }) => headers.get("webhook-timestamp"))).size).toBe(2);
	});

	it("is sent though the object was reset between the commit and the alarm", async () => {
		await notify({ one: hook("one") });
		await removed();
		await notify({ one: hook("one") });
		await sendAfter(1000);
		await expect.poll(() => receivers.types("one")).toEqual(["deletion.deleted"]);
	});

	it("goes on though nothing can be written about it", async () => {
		const log = vi.spyOn(console, "error").mockImplementation(() => {});
		await notify({ one: hook("one") });
		await runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => {
			sql.exec("ALTER TABLE deliveries RENAME TO deliveries_away");
		});
		await removed();
		expect(log.mock.calls.flat().join()).toContain("announcement_failed");
		await runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => {
			sql.exec("ALTER TABLE deliveries_away RENAME TO deliveries");
		});
	});
});

describe("a delivery that fails", () => {
	it("is tried again by the schedule, then kept as undelivered", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 503 }));
		await removed();
		const beganMs = Date.now();
		for (let hours = 0; hours < 24 * 5; hours++) await sendAfter(hourMs);
		const [row] = await deliveries();
		expect(row).toMatchObject({ state: "undelivered", attempts: 10, next_at: null });
		expect(receivers.arrived).toHaveLength(10);
		const spanHours = ((receivers.arrived.at(-1)?.atMs ?? 0) - beganMs) / hourMs;
		expect(spanHours).toBeGreaterThan(75);
		expect(spanHours).toBeLessThan(95);
	});

	it("waits as long as the destination asks", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 429, headers: { "retry-after": "900" } }));
		await removed();
		await sendAfter(1000);
		receivers.answers.delete("one");
		await sendAfter(10 * minuteMs);
		expect(receivers.arrived).toHaveLength(1);
		await sendAfter(6 * minuteMs);
		await expect.poll(states).toEqual(["one deletion.deleted delivered"]);
	});

	it.each<[string, (arrived: Arrived) => Response]>([
		["a redirect, which it does not follow", () => Response.redirect("https://elsewhere.example.net/", 302)],
		["a clear no", () => new Response(null, { status: 400 })],
	])("is not repeated after %s", async (_, answer) => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", answer);
		await removed();
		await sendAfter(1000);
		await sendAfter(hourMs);
		expect(receivers.arrived.map(({ host }) => host)).toEqual(["one"]);
		await expect.poll(states).toEqual(["one deletion.deleted undelivered"]);
	});

	it("is repeated after a connection that was cut, and not if the answer was cut after its status", async () => {
		await notify({ one: hook("one"), two: hook("two") });
		receivers.answers.set("one", () => {
			throw new Error("Network connection lost.");
		});
		const cut = () => new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) });
		receivers.answers.set("two", () => new Response(cut(), { status: 200 }));
		await removed();
		await sendAfter(1000);
		await expect.poll(states).toEqual(["one deletion.deleted waiting", "two deletion.deleted delivered"]);
		receivers.answers.delete("one");
		await sendAfter(10_000);
		await expect.poll(states).toContain("one deletion.deleted delivered");
	});
});

describe("a destination", () => {
	it("that answers 410 gets nothing more until its configuration changes, and everything is listed as undelivered", async () => {
		await notify({ one: hook("one") });
		await removed();
		pass(1000);
		await freeze();
		receivers.answers.set("one", () => new Response(null, { status: 410 }));
		await sendAfter(1000);
		await expect.poll(states).toEqual(["one deletion.deleted undelivered", "one freeze.on undelivered"]);
		receivers.answers.delete("one");
		pass(1000);
		await lift();
		await sendAfter(hourMs);
		await notify({ one: hook("one") });
		await freeze();
		expect(receivers.arrived).toHaveLength(1);
		expect((await states()).slice(2)).toEqual(["one freeze.off undelivered", "one freeze.on undelivered"]);
		await notify({ one: hook("one", { events: ["freeze.*"] }) });
		await lift();
		await sendAfter(1000);
		await expect.poll(() => receivers.types("one").slice(1)).toEqual(["freeze.off"]);
	});

	it("that was removed gets nothing, and neither does a new one of its name", async () => {
		await notify({ one: hook("one"), two: hook("two") });
		await removed();
		await notify({ two: hook("two") });
		expect(await states()).toEqual(["one deletion.deleted undelivered", "two deletion.deleted waiting"]);
		await notify({ one: hook("another"), two: hook("another") });
		expect(await states()).toEqual(["one deletion.deleted undelivered", "two deletion.deleted undelivered"]);
		await sendAfter(hourMs);
		expect(receivers.arrived).toEqual([]);
	});

	it("whose settings are faulty for a while gets what waited once they are right again", async () => {
		await notify({ one: hook("one") });
		await removed();
		await notify({ one: hook("one", { events: ["nonsense"] }) });
		await sendAfter(hourMs);
		expect(await states()).toEqual(["one deletion.deleted waiting"]);
		await notify({ one: hook("one") });
		await sendAfter(1000);
		await expect.poll(states).toEqual(["one deletion.deleted delivered"]);
	});

	// The time-out of a delivery is 15 seconds: a deletion that waited for one would come too late here.
	it("that is down delays no other destination and no deletion", { timeout: 10_000 }, async () => {
		const dead = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, hook(name)]));
		await notify({ ...dead, live: hook("live") });
		const hang = Promise.withResolvers<void>();
		for (const name of Object.keys(dead))
			receivers.answers.set(name, async () => {
				await hang.promise;
				return new Response(null, { status: 504 });
			});
		await removed();
		await wakeAfter(1000);
		await deleted("203.0.113.128/25");
		hang.resolve();
		await expect.poll(() => receivers.types("live")).toEqual(["deletion.deleted", "deletion.deleted"]);
		// All of them have failed once, so they share a connection from now on.
		await expect.poll(() => receivers.arrived.length).toBe(6);
		await freeze();
		await wakeAfter(minuteMs);
		await expect.poll(() => receivers.types("live")).toHaveLength(3);
		expect(receivers.mostAtOnce()).toBeLessThanOrEqual(3);
	});
});

describe("an approval", () => {
	const asked = () => remove("198.51.100.0/24", "?acknowledge=leaves_no_service&reason=INC-7");

	it("that is asked for and expires is reported", async () => {
		await notify({ one: hook("one") });
		expect((await asked()).json.state).toBe("pending_approval");
		await sendAfter(1000);
		await sendAfter(61 * minuteMs);
		await expect.poll(() => receivers.types("one")).toEqual(["approval.requested", "approval.expired"]);
	});

	it("has buttons in a chat that can take the click", async () => {
		const { channel } = places.slack;
		await notify({ slack: slack({ channel, events: ["approval.*"] }) });
		const { id } = (await asked()).json;
		await sendAfter(1000);
		await expect.poll(() => receivers.arrived.length).toBe(1);
		const [offer] = await runInDurableObject<Ledger, { offer: string }[]>(ledger(), (_, { storage: { sql } }) =>
			sql.exec<{ id: string; offer: string }>("SELECT id, offer FROM offers").toArray(),
		);
		expect(JSON.parse(offer?.offer ?? "")).toMatchObject({
			about: "deletion",
			deletionId: id,
			platform: "slack",
			channel,
			user: null,
			choices: ["approve", "reject"],
		});
		expect(receivers.arrived[0]?.text).toContain("Approve");
	});

	it("has links alone elsewhere", async () => {
		await notify({ slack: slack({ channel: "C0ELSEWHERE" }) });
		await asked();
		await sendAfter(1000);
		await expect.poll(() => receivers.arrived.length).toBe(1);
		expect(receivers.arrived[0]?.text).not.toContain("Approve");
	});
});
