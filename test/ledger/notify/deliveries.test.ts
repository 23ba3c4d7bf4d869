// What happens is written for each destination in the commit that makes it happen, and sent by the alarm.
import { runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { places } from "../../../sandbox/chat/settings.ts";
import type { Ledger } from "../../../src/index.ts";
import { ledger } from "../../harness.ts";
import { endClock, minuteMs, startClock, wakeAfter } from "../../lifecycle/clock.ts";
import { deleted, remove } from "../../lifecycle/people.ts";
import {
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
