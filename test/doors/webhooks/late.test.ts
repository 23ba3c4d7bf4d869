// Senders do not wait: a slow deletion continues without them, and one that could not run now is to be sent again.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OrderInput } from "../../../sandbox/imitation/faults.ts";
import { cloudflare, deletes } from "../../harness.ts";
import { endClock, pass, startClock, wakeAfter } from "../../lifecycle/clock.ts";
import { cdn25, withoutPauses } from "../account.ts";
import { breakLedger } from "../watch.ts";
import { alertsOf } from "./alerts.ts";
import { deliver, onlyRow, payloads, recordOf, rows, senderWith } from "./deliver.ts";

beforeEach(startClock);
afterEach(endClock);

const isReplay = ({ headers }: { headers: Headers }) => headers.get("idempotency-replayed") === "true";
const becomes = (id: string, state = "deleted") =>
	expect.poll(async () => (await recordOf(id)).state, { timeout: 10_000 }).toBe(state);

/** Stops the clock of a wait, the Ledger's or the door's, until the returned function ends it. */
function hold(who: "ledger" | "door"): () => void {
	const wait = globalThis.setTimeout;
	const [over, upTo] = who === "ledger" ? [3000, 4000] : [4000, 5000];
	let isUp = false;
	vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, ms = 0) => {
		const tick = (): unknown => (isUp ? work() : wait(tick, 5));
		return ms > over && ms <= upTo ? wait(tick, 0) : wait(work, ms);
	}) as typeof setTimeout);
	return () => {
		isUp = true;
	};
}

describe("a deletion that takes longer than its sender waits", () => {
	it("is reported as started, and continues", async () => {
		const timeIsUp = hold("ledger");
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const asked = deliver("pagerduty", payloads.pagerduty);
		await expect.poll(deletes).toHaveLength(1);
		timeIsUp();
		const answer = await asked;
		const { id } = await onlyRow();
		expect([answer.status, answer.json]).toMatchObject([
			202,
			{
				outcome: "deleting",
				deletions: [{ id, state: "deleting", target: "2001:db8:100:1::/64", location: `/deletions/${id}` }],
			},
		]);
		expect(await recordOf(id)).toMatchObject({ state: "deleting", actor: { name: "pagerduty" } });
		await cloudflare.release();
		await becomes(id);
		expect(await deletes()).toHaveLength(1);
	});

	it("is reported with the same id while it runs, and with its outcome at the end", async () => {
		hold("ledger")();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const first = await deliver("github", payloads.github);
		const second = await deliver("github", payloads.github);
		expect([second.status, second.json, isReplay(second)]).toEqual([202, first.json, true]);
		const { id } = await onlyRow();
		expect(first.json.deletions[0].id).toBe(id);
		await expect.poll(deletes).toHaveLength(1);
		await cloudflare.release();
		await becomes(id);
		const third = await deliver("github", payloads.github);
		expect([third.status, third.json.outcome, third.json.deletions[0].id]).toEqual([200, "deleted", id]);
		expect(await deletes()).toHaveLength(1);
	});

	it("already has its id if the look-up takes that long", async () => {
		const timeIsUp = hold("ledger");
		await cloudflare.order({ method: "GET", fault: { kind: "hang_before" } });
		const asked = deliver("inventory", payloads.inventory, { messageId: "msg_1" });
		await cloudflare.log(1);
		timeIsUp();
		const answer = await asked;
		expect([answer.status, answer.json]).toMatchObject([
			202,
			{ outcome: "received", deletions: [{ state: "received", target: "203.0.113.128/25" }] },
		]);
		const [{ id }] = answer.json.deletions;
		expect(await rows()).toMatchObject([{ id, state: "received" }]);
		await cloudflare.release();
		await becomes(id);
		expect(await recordOf(id)).toMatchObject({ binding: { id: cdn25 }, actor: { name: "inventory", door: "webhook" } });
		vi.restoreAllMocks();
		const again = await deliver("inventory", payloads.inventory, { messageId: "msg_1" });
		expect([again.json.outcome, again.json.deletions[0].id, isReplay(again)]).toEqual(["deleted", id, true]);
	});

	it("does not hold up another one of the same payload", async () => {
		const timeIsUp = hold("ledger");
		await cloudflare.order({ method: "DELETE", path: cdn25, fault: { kind: "hang_before" } });
		const asked = deliver("alertmanager", alertsOf({}, { labels: { binding: "203.0.113.64/26" } }));
		await expect.poll(async () => (await rows()).map(({ state }) => state).toSorted()).toEqual(["deleted", "deleting"]);
		timeIsUp();
		const answer = await asked;
		expect([answer.status, answer.json.outcome]).toEqual([202, "mixed"]);
		const [slow, quick] = answer.json.deletions;
		expect([slow.state, quick.state]).toEqual(["deleting", "deleted"]);
		await cloudflare.release();
		await becomes(slow.id);
	});

	it("gets a 202 even if its outcome is unknown, since sending it again would not help", async () => {
		const timeIsUp = hold("ledger");
		withoutPauses();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
		const asked = deliver("github", payloads.github);
		await expect.poll(deletes).toHaveLength(1);
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		await cloudflare.drop();
		const { id } = await onlyRow();
		await becomes(id, "unknown");
		await expect.poll(cloudflare.pendingOrders).toEqual([]);
		timeIsUp();
		const answer = await asked;
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([202, null]);
		expect(answer.json).toMatchObject({ outcome: "unknown", deletions: [{ id, state: "unknown", failure: null }] });
		await wakeAfter(60_000);
		const again = await deliver("github", payloads.github);
		expect([again.status, again.json.outcome, again.json.deletions[0].id]).toEqual([200, "deleted", id]);
		expect(await deletes()).toHaveLength(1);
	});
});

describe("answers 503 with Retry-After when sending it again helps:", () => {
	const html: OrderInput = { method: "GET", times: 3, fault: { kind: "html" } };

	it("Cloudflare gives no usable answer at first", async () => {
		withoutPauses();
		await cloudflare.order(html);
		const answer = await deliver("github", payloads.github);
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
		expect(answer.json).toMatchObject({
			outcome: "failed",
			deletions: [{ state: "failed", target: "203.0.113.64/26", failure: { code: "cloudflare_unavailable" } }],
		});
		const again = await deliver("github", payloads.github);
		expect([again.status, again.json.outcome, isReplay(again)]).toEqual([200, "deleted", false]);
		expect((await rows()).map(({ state }) => state).toSorted()).toEqual(["deleted", "failed"]);
		expect(await deletes()).toHaveLength(1);
	});

	it("Cloudflare's rate limit is used up for a while", async () => {
		await cloudflare.order({ method: "GET", fault: { kind: "throttle", retry_after: 30 } });
		for (const seconds of ["30", "20"]) {
			const answer = await deliver("pagerduty", payloads.pagerduty);
			expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, seconds]);
			pass(10_000);
		}
		expect(await cloudflare.calls()).toHaveLength(1);
		pass(10_000);
		expect((await deliver("pagerduty", payloads.pagerduty)).json.outcome).toBe("deleted");
	});

	it("one of two can't be looked up, and the other is not deleted twice", async () => {
		withoutPauses();
		const settings = senderWith("alertmanager", {
			ranges: ["203.0.113.0/24", "2001:db8:100::/48"],
			acknowledge: ["still_provisioning"],
		});
		const alerts = alertsOf({}, { labels: { binding: "2001:db8:100:1::/64" } });
		await cloudflare.order({ ...html, path: "b10c0000000000000000000000000003" });
		const answer = await deliver("alertmanager", alerts, { settings });
		expect([answer.status, answer.headers.get("retry-after"), answer.json.outcome]).toEqual([503, "5", "mixed"]);
		const again = await deliver("alertmanager", alerts, { settings });
		expect([again.status, again.json.outcome]).toEqual([200, "deleted"]);
		expect(again.json.deletions[0]).toEqual(answer.json.deletions[0]);
		expect(await deletes()).toHaveLength(2);
	});

	it("the ledger is unreachable at first", async () => {
		breakLedger();
		const answer = await deliver("github", payloads.github);
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
		expect(answer.json).toMatchObject({
			outcome: "failed",
			deletions: [{ id: null, target: "203.0.113.64/26", failure: { code: "outcome_unknown" } }],
		});
		vi.restoreAllMocks();
		expect((await deliver("github", payloads.github)).json.outcome).toBe("deleted");
	});

	it("a plan can't be made", async () => {
		withoutPauses();
		await cloudflare.order(html);
		const answer = await deliver("script", payloads.script);
		expect([answer.status, answer.headers.get("retry-after"), answer.json.outcome]).toEqual([503, "5", "failed"]);
		expect((await deliver("script", payloads.script)).json.outcome).toBe("planned");
	});
});

describe("answers 200 when sending it again would not help:", () => {
	it.each<[string, OrderInput, string]>([
		["Cloudflare refuses", { method: "DELETE", fault: { kind: "reject", status: 409 } }, "cloudflare_refused"],
		[
			"Cloudflare rejects the credential",
			{ method: "GET", fault: { kind: "reject", status: 403 } },
			"credential_rejected",
		],
	])("%s", async (_, order, code) => {
		await cloudflare.order(order);
		const answer = await deliver("github", payloads.github);
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([200, null]);
		expect(answer.json).toMatchObject({ outcome: "failed", deletions: [{ state: "failed", failure: { code } }] });
	});
});

describe("a sender with more than two deletions under way", () => {
	it("has the others wait, and gets 503 for those that could not begin in time", async () => {
		const wait = globalThis.setTimeout;
		let isSlow = true;
		vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, ms = 0) => {
			const tick = (): unknown => (isSlow ? wait(tick, 5) : work());
			return ms === 125 ? tick() : wait(work, ms);
		}) as typeof setTimeout);
		await cloudflare.order({ method: "GET", times: 10, fault: { kind: "hang_before" } });
		const cidrs = Array.from({ length: 8 }, (_, index) => `203.0.113.${index}/32`);
		const payload = alertsOf(...cidrs.map((cidr) => ({ labels: { binding: cidr } })));
		const first = deliver("alertmanager", payload);
		const begun = async () => (await rows()).filter(({ actor }) => actor === "alertmanager").length;
		await expect.poll(begun).toBe(2);
		// Another sender's begins meanwhile.
		const other = deliver("github", payloads.github);
		await expect.poll(async () => (await rows()).length).toBe(3);
		expect(await begun()).toBe(2);

		pass(5000);
		isSlow = false;
		await cloudflare.release();
		const answer = await first;
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
		const codes = answer.json.deletions.map((one: { failure: { code: string } | null }) => one.failure?.code);
		expect(codes.slice(2)).toEqual(Array(6).fill("too_many_deletions"));
		expect(codes.slice(0, 2)).not.toContain("too_many_deletions");
		await cloudflare.release();
		expect((await other).status).toBeLessThan(300);
	});
});
