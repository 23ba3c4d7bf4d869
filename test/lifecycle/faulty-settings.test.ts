// A Ledger whose own settings are faulty: what it needs for its work is the account, the credential and the tokens. Nothing
// is deleted by a limit that is faulty, and nothing that waits is lost.
import { abortAllDurableObjects } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdn25, shop24 } from "../doors/account.ts";
import { deliver, payloads } from "../doors/webhooks/deliver.ts";
import { call, cloudflare, deletes } from "../harness.ts";
import { endClock, hourMs, inMs, minuteMs, startClock, wakeAfter } from "./clock.ts";
import { configureLedger } from "./configured-ledger.ts";
import { cidr, decide, deleted, events, freeze, lift, operator, record, remove, restore } from "./people.ts";
import { lastGone, restoreMany } from "./restoring-many.ts";

beforeEach(startClock);
afterEach(endClock);

const faultyGuards = { GUARDS: { last_bindin: "refuse" } };
const noSenders = { GITHUB_SECRET: "", RUNBOOK_SECRET: "", CHAT: { slack: {} }, ACCESS: { team: "x" } };

/** As when a deployment brings other settings: the object starts again with them. */
async function redeployed(settings: Record<string, unknown>): Promise<void> {
	await abortAllDurableObjects();
	await configureLedger(settings);
}

describe("a Ledger without senders, chats and page", () => {
	it("deletes, approves, restores, freezes, and goes on by its alarm", async () => {
		await configureLedger(noSenders);
		const later = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json.id;
		const gone = await deleted("203.0.113.0/26");
		expect((await restore(gone)).json.state).toBe("restored");
		expect((await freeze()).status).toBe(200);
		expect((await lift()).status).toBe(200);
		const asked = (await remove("198.51.100.0/24", "?acknowledge=leaves_no_service")).json.id;
		expect((await decide(asked, "approve")).json.state).toBe("deleted");
		await wakeAfter(hourMs);
		expect((await record(later)).state).toBe("deleted");
		expect((await call("/health", { token: null })).json).toEqual({ ok: true });
		expect((await call("/status")).json).toMatchObject({ ok: true, overdue: { count: 0 } });
	});

	it("keeps what a closed sender has asked for until its settings are right again", async () => {
		const { json } = await deliver("runbook", payloads.runbook);
		const [{ id, state }] = json.deletions;
		expect(state).toBe("pending_approval");
		await redeployed(noSenders);
		expect((await decide(id, "approve", operator.token)).json.state).toBe("scheduled");
		await wakeAfter(6 * minuteMs);
		const held = await record(id);
		expect([held.state, events(held).at(-1), held.timeline.at(-1)]).toMatchObject([
			"scheduled",
			"held_by_freeze",
			{ freeze_reason: "unbind is misconfigured: WEBHOOKS." },
		]);
		expect(await deletes()).toEqual([]);
		await redeployed({});
		await wakeAfter(5 * minuteMs);
		expect((await record(id)).state).toBe("deleted");
		expect(await deletes()).toEqual([`DELETE bindings/${shop24}`]);
	});
});

describe("a Ledger whose limits are faulty", () => {
	it("keeps what is due until they are right again", async () => {
		const later = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json.id;
		await redeployed(faultyGuards);
		await wakeAfter(2 * hourMs);
		const held = await record(later);
		expect([held.state, held.timeline.at(-1)]).toMatchObject([
			"scheduled",
			{ event: "held_by_freeze", freeze_reason: "unbind is misconfigured: GUARDS." },
		]);
		expect(await deletes()).toEqual([]);
		await redeployed({});
		await wakeAfter(5 * minuteMs);
		expect((await record(later)).state).toBe("deleted");
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("deletes nothing, even for a door that has the earlier settings", async () => {
		await configureLedger(faultyGuards);
		const answer = await remove(cidr);
		expect([answer.status, answer.json]).toMatchObject([
			503,
			{ code: "misconfigured", detail: "unbind is misconfigured: GUARDS." },
		]);
		expect((await deliver("github", payloads.github)).status).toBe(503);
		expect((await call("/deletions")).json.deletions).toEqual([]);
		expect(await deletes()).toEqual([]);
	});

	it("sends no second DELETE after a restart, and finds out what became of the first", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const asked = call(`/bindings/${cidr}`, { method: "DELETE", headers: { prefer: "wait=0" } });
		await expect.poll(deletes).toHaveLength(1);
		const { id } = (await asked).json;
		await redeployed(faultyGuards);
		await cloudflare.drop();
		for (let seconds = 0; seconds < 180; seconds += 10) await wakeAfter(10_000);
		expect(await record(id)).toMatchObject({ state: "failed", failure: { code: "cloudflare_refused" } });
		expect(await deletes()).toHaveLength(1);
	});

	it("neither judges nor refuses a request that a stop has left unjudged", async () => {
		await cloudflare.order({ method: "GET", fault: { kind: "hang_before" } });
		const { id, state } = (await call(`/bindings/${cidr}`, { method: "DELETE", headers: { prefer: "wait=0" } })).json;
		expect(state).toBe("received");
		await redeployed(faultyGuards);
		await cloudflare.drop();
		await wakeAfter(40_000);
		expect((await record(id)).state).toBe("received");
		await wakeAfter(20_000);
		expect(await record(id)).toMatchObject({ state: "failed", failure: { code: "cloudflare_unavailable" } });
	});

	it("shows no plan that could be carried out", async () => {
		await configureLedger(faultyGuards);
		expect((await call(`/bindings/${cidr}`)).json).toMatchObject({
			would: "refuse",
			guards: expect.arrayContaining([expect.objectContaining({ guard: "frozen", verdict: "refuse" })]),
		});
	});

	it("restores, one or many, freezes for a while, and lifts the freeze", async () => {
		const [gone, another] = [await deleted(), await deleted("203.0.113.0/26")];
		await redeployed(faultyGuards);
		expect((await restore(gone)).json.state).toBe("restored");
		const { json } = await restoreMany([another]);
		await redeployed(faultyGuards);
		expect((await lastGone(json.id)).counts.restored).toBe(1);
		expect((await freeze({ reason: "INC-1", until: inMs(hourMs) })).json.reason).toBe("INC-1");
		expect((await lift()).status).toBe(200);
		expect((await call("/freeze")).json.frozen).toBe(false);
	});
});
