// Promise 10. Told: every event reaches each destination that subscribed to it, signed, at least once, or is shown as undelivered.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delivery } from "../../src/notify/delivery.ts";
import { eventTypes } from "../../src/notify/event.ts";
import { cdn25, prefixes, v6Cdn48, v6Spectrum64 } from "../doors/account.ts";
import { call, cloudflare } from "../harness.ts";
import { dayMs, endClock, hourMs, inMs, minuteMs, startClock } from "../lifecycle/clock.ts";
import {
	cancel,
	cidr,
	decide,
	deleted,
	freeze,
	lift,
	others,
	othersDelete,
	record,
	remove,
	restore,
} from "../lifecycle/people.ts";
import { goneElsewhere, watch, watched } from "../lifecycle/watching.ts";
import { deliveries, hook, listen, notify, type Receivers, sendAfter, settingsWith } from "../notify/receivers.ts";

let receivers: Receivers;
beforeEach(() => {
	startClock();
	receivers = listen();
	for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
});
afterEach(async () => {
	vi.restoreAllMocks();
	await endClock();
});

/** Whatever is left is sent, or given up. */
async function allSent(): Promise<void> {
	const open = async () => (await deliveries()).some(({ next_at }) => next_at !== null);
	for (let rounds = 0; rounds < 60 && (await open()); rounds++) await sendAfter(rounds < 20 ? minuteMs : 4 * hourMs);
	expect(await open()).toBe(false);
}

const shop = "198.51.100.0/24";
const askForShop = () => remove(shop, "?acknowledge=leaves_no_service&reason=INC-7");

/** Everything that can happen, by the doors, the clock and Cloudflare. */
async function everything(): Promise<void> {
	const one = await deleted("203.0.113.0/26");
	const { binding_id } = (await restore(one)).json.restoration;
	const state = await cloudflare.state();
	for (const prefix of state.prefixes)
		for (const binding of prefix.bindings) if (binding.id === binding_id) binding.provisioning = { state: "active" };
	await cloudflare.put(state);
	await watched(15);
	await freeze();
	await remove(cidr);
	await lift();
	await remove("192.0.2.0/24");

	await cloudflare.order({ method: "DELETE", times: 3, fault: { kind: "reject", status: 500 } });
	const doubtful = (await call(`/bindings/${cidr}`, { method: "DELETE", headers: { prefer: "wait=0" } })).json;
	await expect.poll(async () => (await record(doubtful.id ?? doubtful.deletion_id)).state).toBe("unknown");
	await watched(4);
	expect((await record(doubtful.id ?? doubtful.deletion_id)).state).toBe("failed");

	await cancel((await remove(cidr, `?not_before=${inMs(hourMs)}`)).json.id);
	await remove(cidr, `?not_before=${inMs(minuteMs)}`);
	await othersDelete(prefixes.amsterdam, cdn25);
	await watched(2);

	const requested = (await askForShop()).json.id;
	await decide(requested, "reject");
	await askForShop();
	await watched(61);
	await decide((await askForShop()).json.id, "approve");

	const again = await deleted("203.0.113.64/26", "?acknowledge=still_provisioning");
	await cloudflare.order({ method: "POST", fault: { kind: "reject", status: 400 } });
	await restore(again);

	await others(prefixes.v6, (all) => [
		...all,
		...all.slice(0, 1).map((first) => ({ ...first, id: "e".repeat(32), cidr: "2001:db8:100:ff::/64" })),
	]);
	await watched(15);
	await others(prefixes.v6, (all) =>
		all.map((binding) =>
			binding.id === "e".repeat(32)
				? { ...binding, service_id: "a3d7b91e6c2048f5b0e4d8c7f1a29635", service_name: "Spectrum" }
				: binding,
		),
	);
	await watched(15);
	await goneElsewhere(v6Cdn48, v6Spectrum64, "e".repeat(32));
	await watched(15);
	await lift();

	await cloudflare.order({ method: "GET", fault: { kind: "reject", status: 403 } });
	await call("/bindings");
	await call("/bindings");
	await call("/notifications", { method: "POST", json: { destination: "one" } });
}

describe("told", () => {
	it("reports every type of event, to each destination, though one fails half the time and the object restarts", async () => {
		const settings = { WATCH_MASS: 3, BUDGET_DELETIONS: 1000 };
		const destinations = { one: hook("one"), two: hook("two") };
		await watch(settingsWith(destinations, settings));
		let count = 0;
		receivers.answers.set("two", () => new Response(null, { status: ++count % 2 === 0 ? 200 : 503 }));
		await everything();
		await notify(destinations, { WATCH_MINUTES: 10, ...settings });
		await allSent();

		const rows = await deliveries();
		const typesAt = (name: string) => new Set(rows.filter((row) => row.destination === name).map(({ type }) => type));
		expect([...typesAt("one")].toSorted()).toEqual(eventTypes.toSorted());
		for (const name of ["one", "two"]) {
			const arrived = new Set(receivers.arrived.filter(({ host }) => host === name).map(({ json }) => json.id));
			for (const row of rows.filter(({ destination }) => destination === name)) {
				expect(["delivered", "undelivered"]).toContain(row.state);
				if (row.state === "delivered") expect(arrived).toContain(row.event_id);
			}
		}
		expect(rows.filter(({ state, destination }) => state === "undelivered" && destination === "one")).toEqual([]);
	});

	it("sends no event without its record, and none twice under another id", async () => {
		await watch(settingsWith({ one: hook("one") }, { WATCH_MASS: 3, BUDGET_DELETIONS: 1000 }));
		await everything();
		await allSent();
		const events = receivers.arrived.map(({ json }) => json);
		expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
		for (const { data, subject } of events) {
			if (data.deletion_id === null) continue;
			expect(subject).toBe(data.deletion_id);
			expect((await call(`/deletions/${data.deletion_id}`)).status).toBe(200);
		}
		const about = events.map(({ type, data }) => `${type} ${data.deletion_id} ${data.change}`);
		expect(new Set(about.filter((one) => !one.includes("null"))).size).toBe(
			about.filter((one) => !one.includes("null")).length,
		);
	});

	it("shows what a dead destination did not get, and sends it again when someone asks", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 500 }));
		const id = await deleted("203.0.113.0/26");
		for (let day = 0; day < 5; day++) for (let part = 0; part < 24; part++) await sendAfter(dayMs / 24);
		const undelivered = (await call("/notifications?state=undelivered")).json;
		const [delivery]: Delivery[] = undelivered.notifications;
		expect(delivery).toMatchObject({ state: "undelivered", attempts: 10, event: { deletion_id: id } });
		expect(undelivered.destinations).toMatchObject([{ name: "one", state: "open", waiting: 0, undelivered: 1 }]);
		receivers.answers.delete("one");
		const again = await call(`/notifications/${delivery?.id}/redelivery`, { method: "POST" });
		expect([again.status, again.json.state]).toEqual([200, "delivered"]);
		expect(receivers.arrived.at(-1)?.json.id).toBe(receivers.arrived[0]?.json.id);
	});
});
