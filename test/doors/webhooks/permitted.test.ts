// What a sender may do: what its configuration says, within the guards, and nothing more after an approval.
import { abortAllDurableObjects } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudflare, deletes } from "../../harness.ts";
import { endClock, inMs, pass, startClock } from "../../lifecycle/clock.ts";
import { configureLedger, tokensWith } from "../../lifecycle/configured-ledger.ts";
import { decide, freeze, lift } from "../../lifecycle/people.ts";
import { approver, cdn25, shop24, spectrum26 } from "../account.ts";
import { manyPrefixes, numberedCidr } from "../many-prefixes.ts";
import { alertsOf } from "./alerts.ts";
import { deliver, payloads, recordOf, rows, senderWith } from "./deliver.ts";

beforeEach(startClock);
afterEach(endClock);

describe("a message", () => {
	it("is refused on record if its sender has no ranges", async () => {
		const settings = senderWith("github", { ranges: undefined });
		const answer = await deliver("github", payloads.github, { settings });
		const failure = { code: "out_of_range", detail: expect.any(String) };
		expect([answer.status, answer.json]).toMatchObject([200, { outcome: "refused", deletions: [{ failure }] }]);
		expect(await recordOf(answer.json.deletions[0].id)).toMatchObject({ state: "refused", failure });
		expect(await deletes()).toEqual([]);
	});

	it("is refused on record if its sender lacks the scope", async () => {
		const settings = senderWith("github", { scopes: ["read", "approve"] });
		const answer = await deliver("github", payloads.github, { settings });
		const failure = { code: "scope_missing", detail: 'github lacks the scope "delete".' };
		expect([answer.status, answer.json]).toMatchObject([200, { outcome: "refused", deletions: [{ failure }] }]);
		expect(await rows()).toMatchObject([{ state: "refused", actor: "github", door: "webhook" }]);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("is refused on record for a risk that the configuration does not acknowledge, whatever the payload says", async () => {
		const settings = senderWith("pagerduty", { acknowledge: [] });
		const answer = await deliver(
			"pagerduty",
			{ ...payloads.pagerduty, acknowledge: ["still_provisioning"] },
			{ settings },
		);
		expect(answer.json).toMatchObject({
			outcome: "refused",
			deletions: [{ state: "refused", failure: { code: "acknowledgement_required" } }],
		});
		expect(await deletes()).toEqual([]);
	});

	it("is refused on record for just the inexact targets of its payload", async () => {
		const targets = ["203.0.113.7", "203.0.113.64/26", "everything", "203.0.113.0/25", "edge-cdn"];
		const answer = await deliver("alertmanager", alertsOf(...targets.map((binding) => ({ labels: { binding } }))));
		expect(answer.status).toBe(200);
		expect(answer.json.outcome).toBe("mixed");
		const told = answer.json.deletions.map(({ target, state, failure }: Record<string, { code: string }>) => [
			target,
			failure?.code ?? state,
		]);
		expect(told).toEqual([
			["203.0.113.7", "invalid_target"],
			["203.0.113.64/26", "deleted"],
			["everything", "invalid_target"],
			["203.0.113.0/25", "invalid_target"],
			["edge-cdn", "deleted"],
		]);
		expect(answer.json.deletions[0].failure.hint).toBe("203.0.113.7/32");
		expect((await deletes()).toSorted()).toEqual([`DELETE bindings/${spectrum26}`, `DELETE bindings/${cdn25}`]);
	});

	it("is refused on record for just those of twenty targets that are out of range or over the budget", async () => {
		await manyPrefixes(20);
		await configureLedger({ BUDGET_DELETIONS: 3 });
		const ranges = [3, 7, 11, 12, 19].map((index) => `100.64.${index}.0/24`);
		const alerts = alertsOf(
			...Array.from({ length: 20 }, (_, index) => ({ labels: { binding: numberedCidr(index) } })),
		);
		const answer = await deliver("alertmanager", alerts, { settings: senderWith("alertmanager", { ranges }) });
		expect([answer.status, answer.json.outcome]).toEqual([200, "mixed"]);
		const codes = answer.json.deletions.map(
			({ failure, state }: { failure: { code: string } | null; state: string }) => failure?.code ?? state,
		);
		const inRange = codes.filter((_: string, index: number) => [3, 7, 11, 12, 19].includes(index));
		expect(inRange.toSorted()).toEqual(["budget", "budget", "deleted", "deleted", "deleted"]);
		expect(codes.filter((code: string) => code === "out_of_range")).toHaveLength(15);
		const states = (await rows()).map(({ state, actor, door }) => `${state} ${actor} ${door}`).toSorted();
		expect(states).toEqual([
			...Array(3).fill("deleted alertmanager webhook"),
			...Array(17).fill("refused alertmanager webhook"),
		]);
		expect(await deletes()).toHaveLength(3);
	});
});

describe("a deletion that needs approval", () => {
	async function pending(): Promise<string> {
		const answer = await deliver("runbook", payloads.runbook);
		expect([answer.status, answer.json.outcome]).toEqual([202, "pending_approval"]);
		return answer.json.deletions[0].id;
	}

	/** Deploys another configuration. */
	async function deploy(settings: Record<string, unknown>): Promise<void> {
		await abortAllDurableObjects();
		await configureLedger(settings);
	}

	it("is carried out when someone else approves, and stays the sender's", async () => {
		const id = await pending();
		const answer = await decide(id, "approve");
		expect([answer.status, answer.json.state]).toEqual([200, "deleted"]);
		expect(await recordOf(id)).toMatchObject({
			actor: { name: "runbook", door: "webhook" },
			approval: { state: "approved", decided_by: { name: approver.name } },
		});
		expect(await deletes()).toEqual([`DELETE bindings/${shop24}`]);
		const again = await deliver("runbook", payloads.runbook);
		expect([again.status, again.json.deletions[0]]).toMatchObject([200, { id, state: "deleted" }]);
		expect(again.headers.get("idempotency-replayed")).toBe("true");
	});

	it("gets no second record if the message is sent again while it waits", async () => {
		const id = await pending();
		const again = await deliver("runbook", payloads.runbook);
		expect([again.status, again.json.outcome, again.json.deletions[0].id]).toEqual([202, "pending_approval", id]);
		expect(await rows()).toHaveLength(1);
	});

	it.each<[string, object, string]>([
		["lost its scope", { scopes: ["read"] }, "scope_missing"],
		["got other ranges", { ranges: ["203.0.113.0/24"] }, "out_of_range"],
	])("is refused despite the approval if its sender has %s in the meantime", async (_, change, code) => {
		const id = await pending();
		await deploy(senderWith("runbook", change));
		const answer = await decide(id, "approve");
		expect([answer.status, answer.json.code]).toEqual([403, code]);
		expect(await recordOf(id)).toMatchObject({ state: "refused", failure: { code }, approval: { state: "approved" } });
		expect(await deletes()).toEqual([]);
	});

	it("is refused if its sender is gone, even if a token has its name now", async () => {
		const id = await pending();
		const { runbook: _, ...others } = senderWith("github", {}).WEBHOOKS;
		await deploy({ WEBHOOKS: others, ...tokensWith("runbook", ["delete"], ["0.0.0.0/0"]) });
		expect((await decide(id, "approve")).json.code).toBe("scope_missing");
		expect(await recordOf(id)).toMatchObject({
			failure: { detail: "The configuration no longer lets runbook delete. Nothing was sent." },
		});
		expect(await deletes()).toEqual([]);
	});
});

describe("a freeze", () => {
	it("refuses without an error, and an event sent again after it is carried out", async () => {
		await freeze({ reason: "INC-1", until: inMs(60_000) });
		const answer = await deliver("github", payloads.github);
		expect(answer.status).toBe(200);
		expect(answer.headers.get("retry-after")).toBeNull();
		expect(answer.json).toMatchObject({
			outcome: "refused",
			deletions: [{ state: "refused", failure: { code: "frozen", retry_after_seconds: 60 } }],
		});
		expect(await deletes()).toEqual([]);
		await lift();
		pass(1000);
		expect((await deliver("github", payloads.github)).json.outcome).toBe("deleted");
		expect((await rows()).map(({ state }) => state)).toEqual(["deleted", "refused"]);
	});
});
