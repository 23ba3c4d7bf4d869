// DELETE /bindings/{target} and POST /deletions: delete one binding, named in full, by any of its names.
import { afterEach, describe, expect, it } from "vitest";
import { guardNames } from "../../../src/deletion/record/verdict.ts";
import { call, cloudflare, deletes } from "../../harness.ts";
import {
	accountId,
	cdn25,
	cdn26,
	documentedCaller,
	magicTransit24,
	prefixes,
	resetAll,
	services,
	v6Cdn48,
	v6Spectrum64,
} from "../account.ts";

afterEach(resetAll);

const dashed = "c01d0000-0000-0000-0000-000000000003";
const standing = async () =>
	(await cloudflare.state()).prefixes.flatMap(({ bindings }) => bindings.map(({ id }) => id));

it("deletes the binding and answers with the whole record", async () => {
	const answer = await call("/bindings/203.0.113.128/25?reason=INC-4211%20drain", { method: "DELETE" });
	expect(answer.status).toBe(200);
	expect(answer.headers.get("content-type")).toBe("application/json");
	const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	const ray = answer.json.cloudflare.ray;
	expect(answer.json).toEqual({
		id: expect.stringMatching(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/),
		state: "deleted",
		target: "203.0.113.128/25",
		reason: "INC-4211 drain",
		actor: { name: "sandbox", door: "api" },
		created_at: at,
		settled_at: at,
		binding: {
			account_id: accountId,
			prefix_id: prefixes.amsterdam,
			id: cdn25,
			cidr: "203.0.113.128/25",
			service_id: services.CDN,
			service_name: "CDN",
			provisioning: { state: "active" },
		},
		effect: {
			falls_back_to: { cidr: "203.0.113.0/24", service_name: "Magic Transit", id: magicTransit24 },
			unaffected: [],
			without_service: { cidrs: [], total: 0 },
			settles_within_hours: 6,
			beside: expect.any(Array),
			advertised: null,
		},
		guards: guardNames.map((guard) => ({ guard, verdict: "pass" })),
		cloudflare: {
			status: 200,
			success: true,
			errors: [],
			messages: [],
			ray: expect.stringMatching(/^[0-9a-f]{16}-AMS$/),
			attempts: 1,
			duration_ms: expect.any(Number),
		},
		failure: null,
		not_before: null,
		timeline: [
			{ at, event: "requested", request_id: expect.any(String) },
			{ at, event: "planned" },
			{ at, event: "sent", attempt: 1 },
			{ at, event: "answered", status: 200, ray },
			{ at, event: "deleted" },
		],
		approval: null,
		restoration: null,
		form: 2,
	});
	expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	expect(await standing()).not.toContain(cdn25);
	expect(await standing()).toHaveLength(7);
});

describe("accepts as a target in the path", () => {
	const provisioning = "?acknowledge=still_provisioning";
	it.each([
		["a plain CIDR", "203.0.113.128/25", "203.0.113.128/25", cdn25],
		["a percent-encoded CIDR", "203.0.113.128%2F25", "203.0.113.128/25", cdn25],
		["a CIDR with lower-case escapes", "203.0.113.128%2f25", "203.0.113.128/25", cdn25],
		["a v6 CIDR", `2001:db8:100:1::/64${provisioning}`, "2001:db8:100:1::/64", v6Spectrum64],
		["an upper-case v6 CIDR", `2001:DB8:100:1::/64${provisioning}`, "2001:db8:100:1::/64", v6Spectrum64],
		["a v6 CIDR in full", `2001:0db8:0100:0001:0:0:0:0/64${provisioning}`, "2001:db8:100:1::/64", v6Spectrum64],
		["an encoded v6 CIDR", `2001%3Adb8%3A100%3A1%3A%3A%2F64${provisioning}`, "2001:db8:100:1::/64", v6Spectrum64],
		["an id", cdn26, cdn26, cdn26],
		["a dashed id", dashed, dashed, cdn25],
		["an alias", "edge-cdn", "edge-cdn", cdn25],
		["an encoded alias", "edge%2Dcdn", "edge-cdn", cdn25],
	])("%s: %s", async (_, path, target, bindingId) => {
		const answer = await call(`/bindings/${path}`, { method: "DELETE" });
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({ state: "deleted", target, binding: { id: bindingId } });
		expect(await deletes()).toEqual([`DELETE bindings/${bindingId}`]);
		expect(await standing()).not.toContain(bindingId);
		expect(await standing()).toHaveLength(7);
	});
});

describe("POST /deletions", () => {
	it.each([
		["203.0.113.128/25", "203.0.113.128/25", cdn25],
		["2001:DB8:100:1::/64", "2001:db8:100:1::/64", v6Spectrum64],
		[cdn26, cdn26, cdn26],
		[dashed, dashed, cdn25],
		["edge-cdn", "edge-cdn", cdn25],
	])("is the same as DELETE: %s", async (target, named, bindingId) => {
		const json = { target, reason: "INC-1", acknowledge: ["still_provisioning", "leaves_no_service"], dry_run: false };
		const answer = await call("/deletions", { method: "POST", json });
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({
			state: "deleted",
			target: named,
			reason: "INC-1",
			actor: { name: "sandbox", door: "api" },
			binding: { id: bindingId },
		});
		expect(await deletes()).toEqual([`DELETE bindings/${bindingId}`]);
	});

	it("accepts a JSON content type with parameters, in any case", async () => {
		const headers = { "content-type": "Application/JSON; charset=utf-8" };
		const body = JSON.stringify({ target: "edge-cdn" });
		expect((await call("/deletions", { method: "POST", headers, body })).status).toBe(200);
	});
});

describe("on record", () => {
	it("the record read by its id is the same as the answer", async () => {
		const { json } = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		const record = (await call(`/deletions/${json.id}`)).json;
		const told = record.timeline.filter(({ event }: { event: string }) => event !== "published");
		expect({ ...record, timeline: told }).toEqual(json);
	});

	it("each deletion has its actor and reason", async () => {
		await call("/bindings/203.0.113.128/25?reason=first", { method: "DELETE" });
		await call("/bindings/203.0.113.0/26", { method: "DELETE", token: documentedCaller.token });
		const { json } = await call("/deletions");
		expect(json.deletions).toMatchObject([
			{ cidr: "203.0.113.0/26", actor: documentedCaller.name, door: "api", reason: null, state: "deleted" },
			{ cidr: "203.0.113.128/25", actor: "sandbox", door: "api", reason: "first", state: "deleted" },
		]);
	});
});

describe("risks", () => {
	const risks = ["leaves_no_service"];
	const path = "/bindings/2001:db8:100::/48";

	it("are required and recorded, and the deletion goes ahead once they are acknowledged", async () => {
		const asked = await call(path, { method: "DELETE" });
		expect(asked.status).toBe(403);
		expect(asked.json).toMatchObject({ code: "acknowledgement_required", acknowledge: risks });
		expect((await call(`/deletions/${asked.json.deletion_id}`)).json).toMatchObject({
			state: "refused",
			failure: { code: "acknowledgement_required" },
			binding: { id: v6Cdn48 },
		});
		expect(await deletes()).toEqual([]);

		const answer = await call(`${path}?acknowledge=${asked.json.acknowledge.join(",")}`, { method: "DELETE" });
		expect(answer.status).toBe(200);
		const verdict = answer.json.guards.find(({ guard }: { guard: string }) => guard === "leaves_no_service");
		expect(verdict).toMatchObject({ verdict: "acknowledge", acknowledged: true });
		expect(await deletes()).toEqual([`DELETE bindings/${v6Cdn48}`]);
	});

	it.each([
		["another risk", "?acknowledge=still_provisioning"],
		["a rule that refuses", "?acknowledge=changed"],
	])("acknowledging %s does not count for this one", async (_, query) => {
		const answer = await call(path + query, { method: "DELETE" });
		expect(answer.json).toMatchObject({ code: "acknowledgement_required", acknowledge: risks });
		expect(await deletes()).toEqual([]);
	});

	it.each([
		["one parameter", "acknowledge=still_provisioning,leaves_no_service"],
		["several parameters", "acknowledge=leaves_no_service&acknowledge=still_provisioning"],
	])("can be acknowledged by a list in %s", async (_, query) => {
		expect((await call(`${path}?${query}`, { method: "DELETE" })).status).toBe(200);
	});
});

it("callers who race for one binding share one deletion", async () => {
	const racers = Array.from({ length: 8 }, (_, index) =>
		call("/bindings/203.0.113.128/25", {
			method: "DELETE",
			token: index % 2 === 0 ? "unbind_sandbox" : documentedCaller.token,
		}),
	);
	const answers = await Promise.all(racers);
	expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	for (const { status } of answers) expect([200, 404]).toContain(status);
	const ids = answers.filter(({ status }) => status === 200).map(({ json }) => json.id);
	expect(new Set(ids).size).toBe(1);
	for (const { json } of answers.filter(({ status }) => status === 404)) expect(json.last_deletion.id).toBe(ids[0]);
});
