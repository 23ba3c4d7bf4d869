// A binding that disappeared without unbind, through the house: listed, filtered, exported, and restored.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Deletion, summaryOf } from "../../src/deletion/record/deletion.ts";
import type { Ledger } from "../../src/index.ts";
import { bindingsPath, cdn25, prefixes, services, shop24 } from "../doors/account.ts";
import { call, deletes, HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, hourMs, inMs, minuteMs, pass, startClock, wakeAfter } from "./clock.ts";
import { byMallory, disappeared } from "./noticed.ts";
import {
	approver,
	asker,
	bound,
	cancel,
	cidr,
	creations,
	decide,
	events,
	others,
	record,
	remove,
	restore,
} from "./people.ts";
import { goneElsewhere, watch, watched } from "./watching.ts";

beforeEach(startClock);
afterEach(endClock);

const list = async (query: string) => (await call(`/deletions${query}`)).json.deletions;
/** The Ledger drops it after a week, when another record is newer. */
async function moveToKv(): Promise<void> {
	await wakeAfter(8 * dayMs);
	await remove("192.0.2.0/24");
	await wakeAfter(8 * dayMs);
	await wakeAfter(minuteMs);
}
const places: [string, () => Promise<void>][] = [
	["the Ledger", async () => {}],
	["KV", moveToKv],
];
const unpublished = (deletion: Deletion): Deletion => ({
	...deletion,
	timeline: deletion.timeline.filter(({ event }) => event !== "published"),
});

describe.each(places)("its record in %s", (place, moved) => {
	it("is as the watch wrote it", async () => {
		const kept = await disappeared(byMallory);
		await moved();
		const isInLedger = await runInDurableObject<Ledger, boolean>(
			ledger(),
			async (object) => (await object.record(kept.id)) !== null,
		);
		expect(isInLedger).toBe(place === "the Ledger");
		expect(unpublished(await record(kept.id))).toEqual(kept);
	});

	it.each([["?state=deleted_elsewhere"], ["?door=watch"], [`?binding=${cdn25}`], ["?actor=mallory%40example.com"]])(
		"is found by %s",
		async (query) => {
			const kept = await disappeared(byMallory);
			await remove("203.0.113.0/26");
			await moved();
			expect(await list(query)).toEqual([summaryOf(kept)]);
		},
	);

	it.each([["?state=deleted"], ["?door=api"]])("is left out by %s", async (query) => {
		const kept = await disappeared();
		await moved();
		expect((await list(query)).map(({ id }: { id: string }) => id)).not.toContain(kept.id);
	});

	it.each([
		["text/csv", `,deleted_elsewhere,${cidr},${cdn25},${prefixes.amsterdam},CDN,unknown,watch,`],
		["application/x-ndjson", '"state":"deleted_elsewhere"'],
	])("is in the export as %s", async (accept, part) => {
		const kept = await disappeared();
		await moved();
		const { text } = await call("/deletions?state=deleted_elsewhere", { headers: { accept } });
		expect(text).toContain(kept.id + (accept === "text/csv" ? part : ""));
		expect(text).toContain(part);
	});

	it("can be restored, like any other", async () => {
		const kept = await disappeared();
		await moved();
		const { status, json } = await restore(kept.id);
		expect([status, json.state, json.restoration.state]).toEqual([200, "restored", "restored"]);
		expect(await bound(prefixes.amsterdam)).toContainEqual(
			expect.objectContaining({ cidr, service_id: services.CDN, id: json.restoration.binding_id }),
		);
		const after = await record(kept.id);
		expect(after.elsewhere).toEqual(kept.elsewhere);
		expect(events(unpublished(after))).toEqual([
			"deleted_elsewhere",
			"restoration_requested",
			"sent",
			"answered",
			"restored",
		]);
	});

	it("answers a later request for the binding", async () => {
		const kept = await disappeared();
		await moved();
		pass(minuteMs);
		const { status, json } = await remove(cidr);
		expect([status, json.code]).toEqual([404, "binding_not_found"]);
		expect(json.last_deletion).toEqual(summaryOf(kept));
		expect(json.detail).toContain("It disappeared without unbind");
		expect(await deletes()).toEqual([]);
	});
});

it("is written to KV", async () => {
	const kept = await disappeared();
	await wakeAfter(minuteMs);
	const published = await HISTORY.get<Deletion>(`deletion:${kept.id}`, "json");
	expect(published && unpublished(published)).toEqual(kept);
});

describe("restoring a loss", () => {
	it.each([asker.token, approver.token])("needs the scope: %s", async (token) => {
		const { id } = await disappeared();
		expect((await restore(id, token)).json.code).toBe("scope_missing");
	});

	it("is done already if others have bound the same service there again", async () => {
		const { id } = await disappeared();
		const again = {
			id: "c01d0000000000000000000000000042",
			cidr,
			service_id: services.CDN,
			service_name: "CDN",
			provisioning: { state: "active" },
		};
		await others(prefixes.amsterdam, (all) => [...all, again]);
		const { status, json } = await restore(id);
		expect([status, json.state, json.restoration.state]).toEqual([200, "restored", "already_bound"]);
		expect(json.restoration.active_at).toBe("2030-01-01T12:00:00.000Z");
		expect(await creations()).toEqual([]);
	});
});

it("uses up none of the budget", async () => {
	await disappeared();
	const { budget } = (await call("/bindings/203.0.113.0/26")).json;
	expect(budget.left).toBe(budget.limit);
});

it("does not make a later DELETE through Cloudflare's own API succeed, even a repeated one", async () => {
	await disappeared({ ...byMallory, by: { name: "sandbox" } });
	const answer = await call(bindingsPath(prefixes.amsterdam, cdn25), {
		method: "DELETE",
		headers: { "x-stainless-retry-count": "1" },
	});
	expect([answer.status, answer.json.success]).toEqual([404, false]);
});

it("can be neither approved nor cancelled nor resolved", async () => {
	const { id } = await disappeared();
	const post = (what: string, json?: object) =>
		call(`/deletions/${id}/${what}`, { method: "POST", token: approver.token, ...(json ? { json } : {}) });
	expect((await post("approval", { decision: "approve" })).json).toMatchObject({ status: 409, code: "conflict" });
	expect((await post("resolution", { outcome: "gone", note: "x" })).json).toMatchObject({
		status: 409,
		code: "conflict",
	});
	const cancelled = await call(`/deletions/${id}/cancellation`, { method: "POST" });
	expect(cancelled.json).toMatchObject({ status: 409, code: "conflict" });
	expect(cancelled.json.detail).toContain("the binding disappeared without unbind at 2030-01-01T12:00:00.000Z");
});

describe("a request that waits when its binding disappears", () => {
	const states = async (binding: string) =>
		(await list(`?binding=${binding}`)).map(({ id, state }: { id: string; state: string }) => [id, state]);

	it("ends as already gone if it is scheduled, and there is one record", async () => {
		await watch();
		const { id } = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json;
		await goneElsewhere(cdn25);
		await watched(30);
		expect(await states(cdn25)).toEqual([[id, "scheduled"]]);
		await watched(45);
		expect(await states(cdn25)).toEqual([[id, "already_gone"]]);
		expect(await deletes()).toEqual([]);
	});

	it("ends as already gone if it waits for an approval, and there is one record", async () => {
		await watch();
		const { id } = (await remove("198.51.100.0/24", "?acknowledge=leaves_no_service&reason=INC-7")).json;
		await goneElsewhere(shop24);
		await watched(15);
		expect(await states(shop24)).toEqual([[id, "pending_approval"]]);
		expect((await decide(id, "approve")).json.state).toBe("already_gone");
		await watched(30);
		expect(await states(shop24)).toEqual([[id, "already_gone"]]);
		expect(await deletes()).toEqual([]);
	});

	it("leaves the loss to be recorded if it is cancelled", async () => {
		await watch();
		const { id } = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json;
		await goneElsewhere(cdn25);
		await watched(15);
		await cancel(id);
		await watched(15);
		expect((await list(`?binding=${cdn25}`)).map(({ state }: { state: string }) => state).toSorted()).toEqual([
			"cancelled",
			"deleted_elsewhere",
		]);
	});
});
