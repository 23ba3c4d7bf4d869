// Payloads as their senders document them, and what they lead to: a deletion on record like any other, or none.
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { call, cloudflare, deletes } from "../../harness.ts";
import { cdn25, cdn26, resetAll, shop24, spectrum26, v6Spectrum64 } from "../account.ts";
import { seeds } from "../auth/every-scheme.ts";
import { expectProblem } from "../expect-problem.ts";
import { alertsOf } from "./alerts.ts";
import { deliver, headersOf, onlyRow, payloads, recordOf, rows, type SenderName } from "./deliver.ts";

/** Expects no deletion, no record and no call to Cloudflare. */
async function expectNothingDone(): Promise<void> {
	expect(await rows()).toEqual([]);
	expect(await cloudflare.calls()).toEqual([]);
}

describe("a message", () => {
	afterEach(resetAll);

	it.each<[string, SenderName, object, string, string, string]>([
		[
			"an Alertmanager payload whose second alert is resolved",
			"alertmanager",
			{},
			"203.0.113.128/25",
			cdn25,
			"The CDN range sheds 42 Gbit/s: send it back to Magic Transit",
		],
		["a Grafana payload", "grafana", {}, "203.0.113.0/26", cdn26, "Scrubbing has to see 203.0.113.0/26"],
		["a Grafana PUT", "grafana", { method: "PUT" }, "203.0.113.0/26", cdn26, "Scrubbing has to see 203.0.113.0/26"],
		[
			"a PagerDuty event with a risk that the configuration acknowledges",
			"pagerduty",
			{},
			"2001:db8:100:1::/64",
			v6Spectrum64,
			"Spectrum answers nobody in 2001:db8:100:1::/64",
		],
		["a GitHub event", "github", {}, "203.0.113.64/26", spectrum26, "release 2026.8: TCP goes to the new edge"],
		[
			"a Cloudflare notification",
			"cloudflare-notifications",
			{},
			"203.0.113.0/26",
			cdn26,
			"An attack on 203.0.113.0/26 began.",
		],
		["a Standard Webhooks message", "inventory", {}, "203.0.113.128/25", cdn25, "Retired by the inventory"],
		[
			"a Standard Webhooks message signed with a private key",
			"inventory",
			{ secret: `whsk_${seeds.one}` },
			"203.0.113.128/25",
			cdn25,
			"Retired by the inventory",
		],
	])("makes a deletion on record: %s", async (_, name, delivery, target, bindingId, reason) => {
		const answer = await deliver(name, payloads[name], delivery);
		const { id } = await onlyRow();
		expect([answer.status, answer.json]).toEqual([
			200,
			{
				outcome: "deleted",
				deletions: [
					{
						...{ id, state: "deleted", target, cidr: target, reason, failure: null },
						location: `/deletions/${id}`,
						page: `https://unbind.example.com/records/${id}`,
					},
				],
			},
		]);
		expect(answer.headers.get("idempotency-replayed")).toBeNull();
		expect(await recordOf(id)).toMatchObject({
			state: "deleted",
			target,
			reason,
			actor: { name, door: "webhook" },
			binding: { id: bindingId, cidr: target },
			failure: null,
		});
		expect(await rows()).toMatchObject([{ id, actor: name, door: "webhook" }]);
		expect(await deletes()).toEqual([`DELETE bindings/${bindingId}`]);
	});

	it("makes a deletion on record with Svix's header names too", async () => {
		const body = JSON.stringify(payloads.inventory);
		const headers = Object.fromEntries(
			Object.entries(headersOf("inventory", body)).map(([name, value]) => [name.replace(/^webhook-/, "svix-"), value]),
		);
		expect(Object.keys(headers)).toContain("svix-signature");
		const send = (body: string) => call("/webhooks/inventory", { method: "POST", token: null, headers, body });
		expect((await send(`${body} `)).status).toBe(401);
		expect(await send(body)).toMatchObject({ status: 200, json: { outcome: "deleted" } });
		expect((await send(body)).headers.get("idempotency-replayed")).toBe("true");
	});

	it.each([
		[{ description: "Described" }, "Described"],
		[{ summary: " ", description: "Described" }, "Described"],
		[{}, "EdgeUnderAttack"],
	])("with the annotations %j has the reason %j", async (annotations, reason) => {
		const answer = await deliver("alertmanager", alertsOf({ annotations }));
		expect(answer.json.deletions).toMatchObject([{ state: "deleted", reason }]);
	});

	it("can need approval", async () => {
		const answer = await deliver("runbook", payloads.runbook);
		const { id } = await onlyRow();
		expect(answer.status).toBe(202);
		expect(answer.json).toMatchObject({
			outcome: "pending_approval",
			deletions: [{ id, state: "pending_approval", target: "198.51.100.0/24", location: `/deletions/${id}` }],
		});
		expect(await recordOf(id)).toMatchObject({
			binding: { id: shop24 },
			reason: "The shop moves to another provider",
			actor: { name: "runbook", door: "webhook" },
		});
		expect(await deletes()).toEqual([]);
	});

	it("makes a plan and no record if the configuration says dry_run", async () => {
		const answer = await deliver("script", payloads.script);
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({
			outcome: "planned",
			deletions: [{ id: null, target: "203.0.113.64/26", cidr: "203.0.113.64/26", would: "delete", acknowledge: [] }],
		});
		for (const target of ["198.51.100.0/24", "192.0.2.0/24"]) {
			const refused = await deliver("script", { target });
			expect(refused.json).toMatchObject({ outcome: "refused", deletions: [{ failure: { code: "out_of_range" } }] });
		}
		const missing = await deliver("script", { target: "203.0.113.192/26" });
		expect(missing.json).toMatchObject({ outcome: "refused", deletions: [{ failure: { code: "binding_not_found" } }] });
		expect(await rows()).toEqual([]);
		expect(await deletes()).toEqual([]);
	});

	it("gets a reason that is fit for a record", async () => {
		const reasonOf = async (annotations: { [name: string]: string }, binding: string) => {
			const alert = { annotations, labels: { binding }, fingerprint: binding };
			const { json } = await deliver("alertmanager", alertsOf(alert));
			return (await recordOf(json.deletions[0].id)).reason;
		};
		const summary = `\u0000 421\tGbit/s\n${"🜃".repeat(400)}`;
		expect(await reasonOf({ summary }, cdn25)).toBe(`421 Gbit/s ${"🜃".repeat(244)}\u{fffd}`);
		expect(await reasonOf({}, cdn26)).toBeNull();
	});
});

describe("ignores without an error", () => {
	afterAll(expectNothingDone);
	const ignored = { outcome: "ignored", deletions: [] };
	const { event } = payloads.pagerduty;
	const resolved = alertsOf({ status: "resolved" }, { status: "suppressed" });

	it.each<[string, SenderName, object]>([
		["a resolved alert", "alertmanager", { ...resolved, status: "resolved" }],
		["one in a group that still fires", "alertmanager", { ...resolved, status: "firing" }],
		["no alerts at all", "grafana", { ...payloads.grafana, alerts: [] }],
		["another PagerDuty event", "pagerduty", { event: { ...event, event_type: "incident.resolved" } }],
		["PagerDuty's ping", "pagerduty", { event: { ...event, event_type: "pagey.ping", data: { message: "Hello" } } }],
		["GitHub's ping", "github", { zen: "Keep it logically awesome.", hook_id: 7, hook: { type: "Repository" } }],
		["another repository's event", "github", { ...payloads.github, repository: { full_name: "example/other" } }],
		["an action whose name differs only in case", "github", { ...payloads.github, action: "Unbind" }],
		[
			"Cloudflare's test of a destination",
			"cloudflare-notifications",
			{ text: "Hello World! This is a test message sent from https://cloudflare.com." },
		],
		[
			"the end of an attack",
			"cloudflare-notifications",
			{ ...payloads["cloudflare-notifications"], alert_event: "ALERT_STATE_EVENT_END" },
		],
		["a test without a list, as older Grafanas send it", "grafana", { title: "test", state: "alerting" }],
		["a step of another kind", "runbook", { ...payloads.runbook, step: { kind: "page", binding: "198.51.100.0/24" } }],
		["a value that is not a text", "inventory", { ...payloads.inventory, type: ["binding.retired"] }],
		["a payload that is not an object", "inventory", [payloads.inventory]],
	])("%s", async (_, name, payload) => {
		const answer = await deliver(name, payload);
		expect([answer.status, answer.json]).toEqual([200, ignored]);
	});
});

describe("deletes nothing for an incomplete or unknown payload:", () => {
	afterAll(expectNothingDone);

	it.each(["alertmanager", "grafana"] as const)("alerts that %s left out", async (name) => {
		const answer = await deliver(name, { ...payloads[name], truncatedAlerts: 3 });
		const detail =
			"The sender truncated the payload: 3 alerts are missing. Nothing was deleted, because the rest may be incomplete.";
		expect([answer.status, answer.json]).toEqual([200, { outcome: "refused", detail, deletions: [] }]);
	});

	const noTarget = { problem: "target does not point to a string" };
	const noList = { problem: "each does not point to a list" };
	const firing = alertsOf({}, { labels: {} }, { labels: { binding: 7 } }, { labels: { binding: "" } });
	it.each<[string, SenderName, object, object[]]>([
		[
			"one alert without the label, which stops all",
			"alertmanager",
			firing,
			[1, 2, 3].map((index) => ({ ...noTarget, index })),
		],
		["a list that is not one", "alertmanager", { ...payloads.alertmanager, alerts: "many" }, [noList]],
		[
			"a count that is not one",
			"grafana",
			{ ...payloads.grafana, truncatedAlerts: "3" },
			[{ problem: "the count of omitted alerts is not a number" }],
		],
		["a target that is not one", "github", { ...payloads.github, client_payload: {} }, [{ ...noTarget, index: 0 }]],
		["a target that is inherited", "script", {}, [{ ...noTarget, index: 0 }]],
		[
			"more than forty alerts",
			"alertmanager",
			alertsOf(...Array.from({ length: 41 }, () => ({}))),
			[{ problem: "it asks for 41 deletions; the limit is 40" }],
		],
	])("%s", async (_, name, payload, problems) => {
		expectProblem(await deliver(name, payload), {
			status: 400,
			code: "invalid_request",
			title: "The request is malformed",
			detail: "The payload is missing fields that this sender's mapping needs. Nothing was deleted.",
			payload: problems,
		});
	});

	it("forty alerts are not too many", async () => {
		const alerts = alertsOf(...Array.from({ length: 40 }, () => ({ labels: { binding: "everything" } })));
		const answer = await deliver("alertmanager", alerts);
		expect([answer.status, answer.json.outcome, answer.json.deletions.length]).toEqual([200, "refused", 40]);
	});

	it.each<[string, string | Uint8Array]>([
		["not JSON", "target=203.0.113.64/26"],
		["cut off", JSON.stringify(payloads.github).slice(0, -1)],
		["empty", ""],
		[
			"not UTF-8",
			new Uint8Array([...new TextEncoder().encode('{"target": "'), 0xc3, 0x28, ...new TextEncoder().encode('"}')]),
		],
		["UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])],
	])("a body that is %s", async (_, body) => {
		expectProblem(await deliver("github", body), {
			status: 400,
			code: "invalid_request",
			title: "The request is malformed",
			detail: "The body is not JSON in UTF-8. Set the sender to application/json.",
		});
	});

	it("a parameter in the address", async () => {
		const answer = await deliver("github", payloads.github, { query: "?dry_run=true" });
		expect(answer.json).toMatchObject({ status: 400, code: "invalid_request", allowed: [] });
	});
});
