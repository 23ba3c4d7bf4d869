// Cloudflare's audit log (version 2): what is in it, when, and how it is read.
import { beforeEach, describe, expect, it } from "vitest";
import { accountId } from "../../../sandbox/imitation/account.ts";
import { addressing, bindingId, bindingPath, call, prefixId, prefixPath } from "../../../sandbox/imitation/caller.ts";
import { sandboxApiKey, sandboxEmail } from "../../../sandbox/imitation/credentials.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";

const logs = `/client/v4/accounts/${accountId}/logs/audit`;
const always = "since=2020-01-01&before=2100-01-01";
const cidrs = ["203.0.113.0/26", "203.0.113.64/26", "203.0.113.128/25"];
const spectrum = "a3d7b91e6c2048f5b0e4d8c7f1a29635";

let nowMs: number;
let imitation: Imitation;
beforeEach(() => {
	nowMs = Date.UTC(2030, 0, 2, 12, 0, 0, 700);
	imitation = createImitation({ now: () => nowMs, behaviour: { audit_delay_seconds: 0 } });
});

interface Entry {
	id: string;
	action: { time: string; type: string };
	actor: object;
	raw: { uri: string };
}
interface Page {
	result: Entry[];
	result_info: { count: string; cursor?: string; cursors?: { after: string } };
}

const read = async (query = ""): Promise<Page> => {
	const response = await imitation.handle(
		new Request(`https://api.cloudflare.com${logs}?${always}${query}`, {
			headers: { authorization: "Bearer sandbox-cloudflare-api-token-00000000001" },
		}),
	);
	expect(response.status).toBe(200);
	return JSON.parse(await response.text());
};
const types = async (query?: string) => (await read(query)).result.map(({ action }) => action.type);
const uris = async (query?: string) => (await read(query)).result.map(({ raw }) => raw.uri.split("/").at(-1));

describe("an entry", () => {
	it("has the request of an API caller, with its ray and its token", async () => {
		const headers = { authorization: "Bearer sandbox-cloudflare-api-token-00000000001", "user-agent": "unbind" };
		const { response } = await call(imitation, "DELETE", bindingPath, { headers });
		const { result, result_info } = await read();
		expect(result_info).toEqual({ count: "1", cursor: expect.any(String) });
		expect(result).toEqual([
			{
				id: expect.stringMatching(/^[0-9a-f]{32}$/),
				account: { id: accountId, name: "Example Account" },
				action: {
					description: "Delete service binding",
					result: "success",
					time: "2030-01-02T12:00:00Z",
					type: "delete",
				},
				actor: {
					id: accountId,
					context: "api_token",
					ip_address: "198.51.100.10",
					token_id: expect.stringMatching(/^[0-9a-f]{32}$/),
					token_name: "unbind",
					type: "account",
				},
				raw: {
					cf_ray_id: response.headers.get("cf-ray")?.replace("-AMS", ""),
					method: "DELETE",
					status_code: 200,
					uri: `/accounts/${accountId}/addressing/prefixes/${prefixId}/bindings/${bindingId}`,
					user_agent: "unbind",
				},
				resource: { id: prefixId, product: "addressing", type: "service_binding", scope: "accounts" },
			},
		]);
		expect(result[0]?.raw).toMatchObject({ cf_ray_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
	});

	it("names the user of an API key", async () => {
		const headers = { "x-auth-email": sandboxEmail, "x-auth-key": sandboxApiKey };
		const json = { cidr: "203.0.113.0/27", service_id: spectrum };
		await call(imitation, "POST", `${prefixPath}/bindings`, { headers, json });
		const actor = { context: "api_key", email: sandboxEmail, type: "user" };
		const raw = { method: "POST", status_code: 201 };
		expect((await read()).result).toMatchObject([{ action: { type: "create" }, actor, raw }]);
	});

	it.each([
		[
			{ how: "dash", email: "a@example.com" },
			{ type: "user", context: "dash", email: "a@example.com" },
		],
		[
			{ how: "api_token", token_name: "tf" },
			{ type: "account", context: "api_token", token_name: "tf" },
		],
		[
			{ how: "api_token", email: "a@example.com" },
			{ type: "user", token_name: "terraform", email: "a@example.com" },
		],
	] as const)("says who did it elsewhere: %j", async (by, actor) => {
		imitation.elsewhere({ delete: [bindingId], by });
		const raw = { cf_ray_id: expect.any(String), uri: expect.stringContaining(bindingId) };
		expect((await read()).result).toMatchObject([{ actor, raw }]);
	});

	it("has no address and no ray if Cloudflare itself did it", async () => {
		imitation.elsewhere({ delete: [bindingId], by: { how: "system" } });
		const [entry] = (await read()).result;
		expect(entry?.actor).toEqual({ type: "system" });
		expect(Object.keys(entry?.raw ?? {})).toEqual(["method", "status_code", "uri"]);
	});

	it("is written for a change as a deletion and a creation", async () => {
		imitation.elsewhere({ change: [{ cidr: "203.0.113.128/25", service_id: spectrum }] });
		expect(await types("&direction=asc")).toEqual(["delete", "create"]);
		imitation.elsewhere({ change: [{ cidr: "203.0.113.128/25", service_id: spectrum, keep_id: true }] });
		expect(await types("&direction=asc")).toEqual(["delete", "create", "update"]);
	});

	it("is written although the answer was lost", async () => {
		imitation.faults.order({ method: "DELETE", fault: { kind: "drop_after" } });
		await expect(call(imitation, "DELETE", bindingPath)).rejects.toThrow("the connection was dropped");
		expect(await types()).toEqual(["delete"]);
	});
});

it("has no GET, nothing refused and nothing that did not arrive", async () => {
	await call(imitation, "GET", bindingPath);
	await call(imitation, "DELETE", `${bindingPath.slice(0, -1)}0`);
	await call(imitation, "POST", `${prefixPath}/bindings`, { json: {} });
	await call(imitation, "DELETE", bindingPath, { headers: {} });
	imitation.faults.order({ method: "DELETE", fault: { kind: "reject", status: 500 } });
	await call(imitation, "DELETE", bindingPath);
	expect(await types()).toEqual([]);
});

describe("the delay", () => {
	it("holds an entry back, five seconds by default", async () => {
		imitation = createImitation({ now: () => nowMs });
		imitation.elsewhere({ delete: [bindingId] });
		nowMs += 4999;
		expect(await types()).toEqual([]);
		nowMs += 1;
		expect(await types()).toEqual(["delete"]);
	});

	it("may let a later entry overtake an earlier one", async () => {
		imitation.behave({ audit_delay_seconds: 300 });
		imitation.elsewhere({ delete: ["203.0.113.0/26"] });
		imitation.behave({ audit_delay_seconds: 0 });
		nowMs += 1000;
		imitation.elsewhere({ delete: [bindingId] });
		expect(await uris()).toEqual([bindingId]);
		nowMs += 300_000;
		expect(await uris()).toEqual([bindingId, "c01d0000000000000000000000000001"]);
	});
});

describe("the query", () => {
	beforeEach(() => {
		for (const cidr of cidrs) {
			imitation.elsewhere({ delete: [cidr] });
			nowMs += 60_000;
		}
	});
	const [first, second, third] = [1, 2, 3].map((number) => `c01d000000000000000000000000000${number}`);

	it("gives the newest first, and the oldest first on request", async () => {
		expect(await uris()).toEqual([third, second, first]);
		expect(await uris("&direction=asc")).toEqual([first, second, third]);
	});

	it.each([
		["since=2030-01-02T12:01:00Z&before=2030-01-02T12:02:00Z", [second]],
		["since=2030-01-02T14:01:00%2B02:00&before=2030-01-03", [third, second]],
		["since=2030-01-02T12:00:00.5Z&before=2030-01-02T12:02:00Z", [second]],
		["since=2030-01-02&before=2030-01-03", [third, second, first]],
		["since=2030-01-03&before=2030-01-04", []],
	])("takes from since to before: %s", async (times, expected) => {
		const { envelope } = await call(imitation, "GET", `${logs}?${times}`);
		expect((envelope.result as Entry[]).map(({ raw }) => raw.uri.split("/").at(-1))).toEqual(expected);
	});

	it.each([
		["", /since/],
		["since=2030-01-02", /before/],
		["since=yesterday&before=2030-01-03", /since/],
		["since=2030-01-02T12:00:00&before=2030-01-03", /since/],
		["since=2030-13-01&before=2031-01-01", /since/],
		[`${always}&limit=0`, /limit/],
		[`${always}&limit=1001`, /limit/],
		[`${always}&direction=up`, /direction/],
		[`${always}&cursor=%25`, /cursor/],
		[`${always}&cursor=bm9uZQ`, /cursor/],
		[`${always}&resource_produkt=addressing`, /resource_produkt/],
	])("is refused, without a code: %s", async (query, message) => {
		const { status, envelope } = await call(imitation, "GET", `${logs}?${query}`);
		expect(status).toBe(400);
		expect(envelope.errors).toEqual([{ message: expect.stringMatching(message) }]);
	});

	it("goes by time, whatever was written first", async () => {
		imitation.moveClock({ at: "2030-01-02T11:00:00Z" });
		imitation.elsewhere({ delete: ["198.51.100.0/24"] });
		imitation.moveClock({ advance_seconds: 7200 });
		expect(await uris("&direction=asc")).toEqual(["c01d0000000000000000000000000004", first, second, third]);
	});

	it("filters by several values, and leaves out others", async () => {
		imitation.elsewhere({ delete: ["198.51.100.0/24"], by: { how: "system" } });
		expect(await types("&resource_product=addressing")).toHaveLength(4);
		expect(await types("&resource_product=dns")).toEqual([]);
		expect(await types("&actor_type=system&actor_type=user")).toHaveLength(4);
		expect(await types("&actor_type=system")).toHaveLength(1);
		expect(await types("&actor_type.not=system&action_type=delete")).toHaveLength(3);
		expect(await types("&raw_status_code.not=200")).toEqual([]);
	});

	it.each([
		["cursor", (page: Page) => page.result_info.cursor, "cursors"],
		["cursors.after", (page: Page) => page.result_info.cursors?.after, "cursor"],
	] as const)("goes on at %s, until a page is empty", async (audit_cursor, cursorOf, other) => {
		imitation.behave({ audit_cursor });
		const sizes: number[] = [];
		const seen: string[] = [];
		let cursor: string | undefined = "";
		while (cursor !== undefined) {
			const page = await read(`&limit=2${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
			// One that is written meanwhile does not move the pages.
			if (sizes.length === 0) imitation.elsewhere({ delete: ["198.51.100.0/24"] });
			expect(page.result_info).not.toHaveProperty(other);
			sizes.push(page.result.length);
			seen.push(...page.result.map(({ id }) => id));
			cursor = cursorOf(page);
		}
		expect(sizes).toEqual([2, 1, 0]);
		expect(new Set(seen).size).toBe(3);
	});

	it("gives both cursors on request", async () => {
		imitation.behave({ audit_cursor: "both" });
		const { result_info } = await read();
		expect(result_info).toEqual({ count: "3", cursor: expect.any(String), cursors: { after: result_info.cursor } });
	});
});

it("is closed to other accounts and without the permission", async () => {
	const refused = { status: 403, codes: [10000] };
	const elsewhere = `/client/v4/accounts/${"f".repeat(32)}/logs/audit?${always}`;
	expect(await call(imitation, "GET", elsewhere)).toMatchObject(refused);
	imitation.behave({ audit_log: false });
	const { status, codes, envelope } = await call(imitation, "GET", `${logs}?${always}`);
	expect({ status, codes }).toEqual(refused);
	expect(envelope.errors).toEqual([{ code: 10000, message: "Authentication error" }]);
	expect(await call(imitation, "GET", `${addressing}/prefixes`)).toMatchObject({ status: 200 });
	imitation.behave({ audit_log: true });
	expect(await call(imitation, "GET", `${logs}?${always}`)).toMatchObject({ status: 200 });
});

it("is empty after a reset", async () => {
	imitation.elsewhere({ delete: [bindingId] });
	imitation.reset();
	expect(await types()).toEqual([]);
});
