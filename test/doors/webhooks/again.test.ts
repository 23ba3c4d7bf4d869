// Messages that are sent again, as all senders do when in doubt: one event is one deletion and has one answer.
import { afterEach, describe, expect, it } from "vitest";
import { sandboxSecrets, sandboxSenders } from "../../../sandbox/senders.ts";
import { parseTarget } from "../../../src/deletion/address/target.ts";
import type { LedgerApi } from "../../../src/deletion/ledger-api.ts";
import { digestOf } from "../../../src/deletion/record/digest.ts";
import type { Json } from "../../../src/deletion/record/json.ts";
import { type Answer, call, deletes, ledger } from "../../harness.ts";
import { cdn25, resetAll, spectrum26 } from "../account.ts";
import { seeds } from "../auth/every-scheme.ts";
import { alertsOf } from "./alerts.ts";
import { type Delivery, deliver, headersOf, onlyRow, payloads, rows, type SenderName } from "./deliver.ts";

afterEach(resetAll);

const isReplay = ({ headers }: Answer) => headers.get("idempotency-replayed") === "true";
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Expects the first answer again, with nothing more done. */
async function expectFirstAnswer(first: Answer, again: Answer): Promise<void> {
	expect([again.status, again.json]).toEqual([first.status, first.json]);
	expect([isReplay(first), isReplay(again)]).toEqual([false, true]);
	expect(await onlyRow()).toMatchObject({ id: first.json.deletions[0].id });
}

describe("gives the first answer again to", () => {
	it("the same request", async () => {
		const body = JSON.stringify(payloads.inventory);
		const headers = headersOf("inventory", body);
		const send = () => call("/webhooks/inventory", { method: "POST", token: null, headers, body });
		const first = await send();
		expect(first.json.outcome).toBe("deleted");
		await expectFirstAnswer(first, await send());
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	const { alertmanager, runbook, inventory, pagerduty, grafana } = payloads;
	const retitled = { ...pagerduty, event: { ...pagerduty.event, data: { ...pagerduty.event.data, title: "Another" } } };
	it.each<[string, SenderName, object, Delivery, object, Delivery]>([
		[
			"a message with the same id and a new signature",
			"inventory",
			inventory,
			{ messageId: "msg_1" },
			inventory,
			{ messageId: "msg_1", timestampSeconds: nowSeconds() - 60 },
		],
		[
			"a message with the same id, signed by the other key",
			"inventory",
			inventory,
			{ messageId: "msg_1" },
			{ ...inventory, timestamp: "later" },
			{ messageId: "msg_1", secret: `whsk_${seeds.one}` },
		],
		[
			"a run with another note",
			"runbook",
			runbook,
			{},
			{ ...runbook, note: "The shop has moved" },
			{ timestampSeconds: nowSeconds() - 9 },
		],
		[
			"an alert with its current value",
			"grafana",
			grafana,
			{},
			{
				...grafana,
				alerts: grafana.alerts.map((alert) => ({
					...alert,
					annotations: { summary: "98.1 now" },
					values: { A: 98.1 },
				})),
			},
			{ timestampSeconds: nowSeconds() + 9 },
		],
		[
			"an alert in a group with others",
			"alertmanager",
			alertsOf({}),
			{},
			{ ...alertsOf({}, { status: "resolved" }), commonLabels: {} },
			{},
		],
		[
			"an alert that another Alertmanager also sends",
			"alertmanager",
			alertmanager,
			{},
			{ ...alertmanager, externalURL: "https://two.example.com" },
			{},
		],
		["an alert whose route has changed", "alertmanager", alertmanager, {}, { ...alertmanager, groupKey: "{}" }, {}],
		["Grafana's alert, whose policy has changed", "grafana", grafana, {}, { ...grafana, groupKey: "{}" }, {}],
		["PagerDuty's event, with its incident renamed", "pagerduty", pagerduty, {}, retitled, {}],
		[
			"a GitHub event, delivered again by hand",
			"github",
			payloads.github,
			{ headers: { "x-github-delivery": "1" } },
			payloads.github,
			{ headers: { "x-github-delivery": "2" } },
		],
	])("%s", async (_, name, one, delivery, other, redelivery) => {
		const first = await deliver(name, one, delivery);
		await expectFirstAnswer(first, await deliver(name, other, redelivery));
		expect((await deletes()).length).toBe(name === "runbook" ? 0 : 1);
	});

	it("an alert that still fires in another group after the binding was restored", async () => {
		const first = await deliver("alertmanager", alertmanager);
		const { id } = first.json.deletions[0];
		expect((await call(`/deletions/${id}/restoration`, { method: "POST" })).json.state).toBe("restored");
		const again = await deliver("alertmanager", { ...alertmanager, groupKey: "{}" });
		expect(again.json).toMatchObject({ outcome: "restored", deletions: [{ id }] });
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("an alert that an earlier release knew by its group", async () => {
		const [alert] = alertmanager.alerts;
		if (alert === undefined) throw new Error("the payload has no alert");
		const { fingerprint, startsAt, labels } = alert;
		const event = JSON.stringify([alertmanager.groupKey, null, fingerprint, startsAt, "firing"]);
		const target = parseTarget(labels.binding ?? "", new Map());
		if (!target.ok) throw new Error(labels.binding);
		// Its own type, with everything RPC adds to it, is too much for the compiler.
		const stub = ledger() as unknown as LedgerApi;
		const claimed = await stub.request(
			{
				requestId: "of-an-earlier-release",
				actor: { name: "alertmanager", door: "webhook", scopes: ["delete"], ranges: ["203.0.113.0/24"] },
				target: target.value,
				reason: "as it was worded then",
				acknowledge: [],
				ifMatch: null,
				notBeforeMs: null,
				idempotencyKey: `webhook:${digestOf(event)}`,
			},
			20_000,
		);
		const { id } = claimed.ok ? claimed.value.deletion : { id: "" };
		await call(`/deletions/${id}/restoration`, { method: "POST" });
		const again = await deliver("alertmanager", alertmanager);
		expect([isReplay(again), again.json.deletions[0].id]).toEqual([true, id]);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("a refused event", async () => {
		const payload = { ...payloads.github, client_payload: { binding: "198.51.100.0/24" } };
		const first = await deliver("github", payload);
		expect(first.json.deletions[0].failure.code).toBe("out_of_range");
		await expectFirstAnswer(first, await deliver("github", payload));
	});

	it.each<[string, SenderName, Delivery]>([
		["Alertmanager", "alertmanager", {}],
		["Standard Webhooks", "inventory", { messageId: "msg_1" }],
	])("ten deliveries at once and ten in a row from %s", async (_, name, delivery) => {
		const send = () => deliver(name, payloads[name], delivery);
		const answers = await Promise.all(Array.from({ length: 10 }, send));
		for (let more = 0; more < 10; more++) answers.push(await send());
		expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
		expect(answers[0]).toMatchObject({ status: 200, json: { outcome: "deleted" } });
		expect(answers.slice(0, 10).filter((answer) => !isReplay(answer))).toHaveLength(1);
		expect(answers.slice(10).every(isReplay)).toBe(true);
		expect(await deletes()).toHaveLength(1);
		expect(await rows()).toHaveLength(1);
	});
});

describe("another event", () => {
	const { github, inventory } = payloads;
	const alert = (change: { [member: string]: Json }) => alertsOf({ fingerprint: "f", ...change });
	it.each<[string, SenderName, object, object]>([
		["the same alert, firing again", "alertmanager", alert({}), alert({ startsAt: "2026-02-21T07:00:00Z" })],
		["another alert of the group", "alertmanager", alert({}), alert({ fingerprint: "g" })],
		["another body from GitHub", "github", github, { ...github, branch: "main2" }],
		["another message with the same body", "inventory", inventory, inventory],
	])("is %s", async (_, name, one, other) => {
		const first = await deliver(name, one);
		const second = await deliver(name, other);
		expect([first.json.outcome, second.status, second.json.outcome]).toEqual(["deleted", 200, "failed"]);
		expect(second.json.deletions[0].failure).toMatchObject({
			code: "binding_not_found",
			last_deletion: { actor: name },
		});
		expect(isReplay(second)).toBe(false);
		expect(await deletes()).toHaveLength(1);
	});

	it("is refused if it has the name of the first and another target", async () => {
		const first = await deliver("alertmanager", alert({}));
		const second = await deliver("alertmanager", alert({ labels: { binding: "203.0.113.64/26" } }));
		expect([second.status, second.json]).toEqual([
			200,
			{
				outcome: "refused",
				deletions: [
					{
						id: null,
						target: "203.0.113.64/26",
						failure: {
							code: "idempotency_key_reused",
							detail: expect.any(String),
							deletion_id: first.json.deletions[0].id,
						},
					},
				],
			},
		]);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("can have the same name if it comes from another sender", async () => {
		const second = { ...sandboxSenders.alertmanager, secret: "SECOND_SECRET" };
		const SECOND_SECRET = "second:another-sandbox-password";
		const settings = { WEBHOOKS: { ...sandboxSenders, second }, SECOND_SECRET };
		await deliver("alertmanager", alert({}), { settings });
		const other = await deliver("second", alert({}), { settings });
		expect([isReplay(other), other.json.outcome]).toEqual([false, "failed"]);
		expect((await rows()).map(({ actor }) => actor).toSorted()).toEqual(["alertmanager", "second"]);
	});

	it("next to a known one is carried out, and the answer is not a replay", async () => {
		await deliver("alertmanager", alertsOf({}));
		const both = await deliver("alertmanager", alertsOf({}, { labels: { binding: "203.0.113.64/26" } }));
		expect([both.status, both.json.outcome, isReplay(both)]).toEqual([200, "deleted", false]);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`, `DELETE bindings/${spectrum26}`]);
	});
});

describe("while a secret is rotated", () => {
	const [newest = "", last = ""] = (sandboxSecrets.GITHUB_SECRET ?? "").split("\n");
	const ping = { zen: "Design for failure." };

	it("accepts either secret until one is removed", async () => {
		for (const secret of [newest, last])
			expect((await deliver("github", ping, { secret })).json.outcome).toBe("ignored");
		const alone = { GITHUB_SECRET: newest };
		expect((await deliver("github", ping, { settings: alone, secret: newest })).status).toBe(200);
		expect((await deliver("github", ping, { settings: alone, secret: last })).status).toBe(401);
	});

	it("recognises an event when the other secret signs it", async () => {
		const first = await deliver("github", payloads.github, { secret: last });
		await expectFirstAnswer(first, await deliver("github", payloads.github, { secret: newest }));
	});
});
