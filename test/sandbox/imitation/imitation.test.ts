// The imitation compared with what is known of Cloudflare's Addressing API.
import { describe, expect, it } from "vitest";
import {
	addressing,
	bindingId,
	bindingPath,
	call,
	prefixId,
	prefixPath,
	withToken,
} from "../../../sandbox/imitation/caller.ts";
import {
	sandboxApiKey,
	sandboxApiToken,
	sandboxEmail,
	sandboxReadOnlyApiToken,
} from "../../../sandbox/imitation/credentials.ts";
import { createImitation } from "../../../sandbox/imitation/imitation.ts";
import type { State } from "../../../sandbox/imitation/state.ts";

const bindingsPath = `${prefixPath}/bindings`;
const cdn = "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52";
const magicTransit = "2db684ee7ca04e159946fd05b99e1bcd";
const unknown = "f".repeat(32);

const bindingsOf = (state: State) => state.prefixes.flatMap(({ bindings }) => bindings.map(({ id }) => id));

describe("reading", () => {
	it("lists the fixed account's prefixes, all approved, without their bindings", async () => {
		const { status, envelope } = await call(createImitation(), "GET", `${addressing}/prefixes`);
		expect(status).toBe(200);
		expect(envelope).toMatchObject({
			success: true,
			errors: [],
			messages: [],
			result: [
				{ id: prefixId, cidr: "203.0.113.0/24", approved: "V" },
				{ cidr: "198.51.100.0/24", approved: "V" },
				{ cidr: "2001:db8:100::/48", approved: "V" },
			],
		});
		expect(JSON.stringify(envelope)).not.toContain('"bindings"');
	});

	it("a prefix has its ownership validation token, which must never leak", async () => {
		const { envelope } = await call(createImitation(), "GET", prefixPath);
		expect(envelope.result).toMatchObject({
			ownership_validation_token: "sandbox-ownership-validation-token-1",
		});
	});

	it("a binding shows that it is provisioning, and a regional one has no service", async () => {
		const path = `${addressing}/prefixes/b10c0000000000000000000000000003/bindings`;
		const { envelope } = await call(createImitation(), "GET", path);
		expect(envelope.result).toEqual([
			expect.objectContaining({ cidr: "2001:db8:100::/48", service_name: "CDN" }),
			expect.objectContaining({ provisioning: { state: "provisioning" } }),
			{
				id: "c01d0000-0000-4000-8000-000000000007",
				cidr: "2001:db8:100:2::/64",
				provisioning: { state: "active" },
			},
		]);
	});

	it("lists services by id and name", async () => {
		const { envelope } = await call(createImitation(), "GET", `${addressing}/services`);
		expect(envelope.result).toContainEqual({ id: magicTransit, name: "Magic Transit" });
	});

	it("every answer has a ray and the rate limit, and no retry-after", async () => {
		for (const path of [prefixPath, `${bindingsPath}/${unknown}`]) {
			const { response } = await call(createImitation({ now: () => 0 }), "GET", path);
			expect(response.headers.get("cf-ray")).toMatch(/^[0-9a-f]{16}-AMS$/);
			expect(response.headers.get("ratelimit")).toBe('"default";r=1199;t=300');
			expect(response.headers.get("ratelimit-policy")).toBe('"default";q=1200;w=300');
			expect(response.headers.has("retry-after")).toBe(false);
		}
	});
});

describe("deleting", () => {
	it("answers without a result and removes the binding", async () => {
		const imitation = createImitation();
		const { status, envelope } = await call(imitation, "DELETE", bindingPath);
		expect(status).toBe(200);
		expect(envelope).toEqual({ errors: [], messages: [], success: true });
		expect(bindingsOf(imitation.snapshot())).not.toContain(bindingId);
		expect(await call(imitation, "GET", bindingPath)).toMatchObject({ status: 404, codes: [1002] });
		expect(await call(imitation, "DELETE", bindingPath)).toMatchObject({ codes: [1002] });
	});

	it('answers 1000 for an unknown prefix, and 1002 "forbidden" for an unknown binding', async () => {
		const imitation = createImitation();
		const elsewhere = `${addressing}/prefixes/${unknown}/bindings/${bindingId}`;
		expect(await call(imitation, "DELETE", elsewhere)).toMatchObject({
			status: 404,
			codes: [1000],
		});
		const { envelope } = await call(imitation, "DELETE", `${bindingsPath}/${unknown}`);
		expect(envelope.errors).toEqual([{ code: 1002, message: "forbidden" }]);
		expect(imitation.snapshot()).toEqual(createImitation().snapshot());
	});
});

describe("a path with a slip", () => {
	it.each([`${bindingsPath}/..`, `${bindingsPath}/%2e%2e`, `${bindingsPath}/${bindingId}/../..`])(
		"DELETE %s deletes the whole prefix",
		async (path) => {
			const imitation = createImitation();
			expect(await call(imitation, "DELETE", path)).toMatchObject({ status: 200 });
			expect(imitation.snapshot().prefixes.map(({ id }) => id)).not.toContain(prefixId);
			expect(imitation.log.entries()).toMatchObject([{ effect: { deleted_prefix: prefixId } }]);
		},
	);

	it.each([
		["DELETE", `${bindingsPath}/`],
		["DELETE", `${addressing}/prefixes//bindings/${bindingId}`],
		["GET", "/client/v4/accounts//addressing/prefixes"],
		["GET", "/client/v4/accounts/my-account/addressing/prefixes"],
		["PATCH", bindingPath],
		["GET", "/client/v4/zones"],
	])("%s %s has no route", async (method, path) => {
		const imitation = createImitation();
		expect(await call(imitation, method, path)).toMatchObject({ status: 400, codes: [7003, 7000] });
		expect(imitation.snapshot()).toEqual(createImitation().snapshot());
	});

	it("reads the list for an empty binding id", async () => {
		const { envelope } = await call(createImitation(), "GET", `${bindingsPath}/`);
		expect(envelope.result).toHaveLength(4);
	});
});

describe("creating", () => {
	it("answers 201 with a new id, still provisioning", async () => {
		const imitation = createImitation();
		const json = { cidr: "203.0.113.0/27", service_id: cdn };
		const { status, envelope } = await call(imitation, "POST", bindingsPath, { json });
		expect(status).toBe(201);
		expect(envelope.result).toEqual({
			id: expect.stringMatching(/^[0-9a-f]{32}$/),
			...json,
			service_name: "CDN",
			provisioning: { state: "provisioning" },
		});
	});

	it("restores a deleted binding under another id", async () => {
		const imitation = createImitation();
		await call(imitation, "DELETE", bindingPath);
		const json = { cidr: "203.0.113.128/25", service_id: cdn };
		expect(await call(imitation, "POST", bindingsPath, { json })).toMatchObject({ status: 201 });
		expect(bindingsOf(imitation.snapshot())).not.toContain(bindingId);
	});

	it.each([
		["a CIDR that is already bound", { cidr: "203.0.113.128/25", service_id: cdn }, 409, 1108],
		["a CIDR with host bits", { cidr: "203.0.113.1/27", service_id: cdn }, 400, 1001],
		["a CIDR that is not one", { cidr: "here", service_id: cdn }, 400, 1001],
		["an expanded IPv6 CIDR", { cidr: "2001:db8:0::/48", service_id: cdn }, 400, 1001],
		["a CIDR outside the prefix", { cidr: "203.0.112.0/24", service_id: cdn }, 400, 1001],
		["a CIDR around the prefix", { cidr: "203.0.112.0/23", service_id: cdn }, 400, 1001],
		["the other address family", { cidr: "2001:db8::/48", service_id: cdn }, 400, 1001],
		["an unknown service", { cidr: "203.0.113.0/27", service_id: unknown }, 400, 1003],
		["Magic Transit that is not the default", { cidr: "203.0.113.0/27", service_id: magicTransit }, 400, 1003],
		["no service", { cidr: "203.0.113.0/27" }, 400, 1003],
		["no body", undefined, 400, 1003],
	])("refuses %s", async (_, json, status, code) => {
		const imitation = createImitation();
		const refused = await call(imitation, "POST", bindingsPath, { json });
		expect(refused).toMatchObject({ status, codes: [code] });
		expect(imitation.snapshot()).toEqual(createImitation().snapshot());
	});

	it("requires a prefix's first binding to have the prefix's CIDR", async () => {
		const imitation = createImitation({
			state: { prefixes: [{ id: prefixId, cidr: "192.0.2.0/24" }] },
		});
		const more = { json: { cidr: "192.0.2.0/25", service_id: cdn } };
		expect(await call(imitation, "POST", bindingsPath, more)).toMatchObject({ codes: [1001] });
		const all = { json: { cidr: "192.0.2.0/24", service_id: magicTransit } };
		expect(await call(imitation, "POST", bindingsPath, all)).toMatchObject({ status: 201 });
		expect(await call(imitation, "POST", bindingsPath, more)).toMatchObject({ status: 201 });
	});

	it("needs an existing, approved prefix", async () => {
		const pending = { id: prefixId, cidr: "192.0.2.0/24", approved: "P" };
		const imitation = createImitation({ state: { prefixes: [pending] } });
		const json = { cidr: "192.0.2.0/24", service_id: cdn };
		expect(await call(imitation, "POST", bindingsPath, { json })).toMatchObject({ codes: [1003] });
		const elsewhere = `${addressing}/prefixes/${unknown}/bindings`;
		expect(await call(imitation, "POST", elsewhere, { json })).toMatchObject({ codes: [1003] });
	});
});

describe("credentials", () => {
	const key = { "x-auth-email": sandboxEmail, "x-auth-key": sandboxApiKey };
	it.each([
		["an API token", withToken, 200, []],
		["e-mail and key", key, 200, []],
		["both schemes", { ...withToken, ...key }, 400, [6003]],
		["none", {}, 400, [9106]],
		["a key without its e-mail", { "x-auth-key": sandboxApiKey }, 400, [9106]],
		["a malformed token", { authorization: "Bearer short" }, 400, [6003]],
		["another scheme", { authorization: `Basic ${sandboxApiToken}` }, 400, [6003]],
		["a malformed key", { ...key, "x-auth-key": "secret" }, 400, [6003]],
		["an unknown token", { authorization: `Bearer ${"x".repeat(40)}` }, 403, [9109]],
		["an unknown key", { ...key, "x-auth-email": "else@example.com" }, 403, [9103]],
	])("%s", async (_, headers, status, codes) => {
		const imitation = createImitation();
		expect(await call(imitation, "GET", prefixPath, { headers })).toMatchObject({ status, codes });
	});

	it("explain a malformed one in an error chain", async () => {
		const chain = async (headers: Record<string, string>) => {
			const { envelope } = await call(createImitation(), "GET", prefixPath, { headers });
			return envelope.errors[0]?.error_chain?.map(({ code }) => code);
		};
		expect(await chain({ authorization: "Bearer short" })).toEqual([6111]);
		expect(await chain({ "x-auth-email": sandboxEmail, "x-auth-key": "short" })).toEqual([6103]);
	});

	it("get 403 with 10000 for a missing permission and for another account", async () => {
		const imitation = createImitation();
		const headers = { authorization: `Bearer ${sandboxReadOnlyApiToken}` };
		expect(await call(imitation, "GET", bindingPath, { headers })).toMatchObject({ status: 200 });
		const refused = { status: 403, codes: [10000] };
		expect(await call(imitation, "DELETE", bindingPath, { headers })).toMatchObject(refused);
		const elsewhere = `/client/v4/accounts/${unknown}/addressing/prefixes`;
		expect(await call(imitation, "GET", elsewhere)).toMatchObject(refused);
		expect(bindingsOf(imitation.snapshot())).toContain(bindingId);
	});

	it("are verified as active, with 10000 among the messages, if they are tokens", async () => {
		const path = "/client/v4/user/tokens/verify";
		const { envelope } = await call(createImitation(), "GET", path);
		expect(envelope).toMatchObject({ result: { status: "active" }, messages: [{ code: 10000 }] });
		const refused = await call(createImitation(), "GET", path, { headers: key });
		expect(refused).toMatchObject({ status: 405, codes: [10405] });
	});
});

describe("the rate limit", () => {
	it("refuses every call for five minutes once it is exceeded", async () => {
		let now = 0;
		const imitation = createImitation({ now: () => now, enforceRateLimit: true });
		for (let calls = 0; calls < 1200; calls += 1) await call(imitation, "GET", prefixPath);
		now = 60_000;
		const refused = await call(imitation, "GET", prefixPath);
		expect(refused).toMatchObject({ status: 429, codes: [971] });
		expect(refused.response.headers.get("retry-after")).toBe("300");
		now = 359_999;
		expect(await call(imitation, "DELETE", bindingPath)).toMatchObject({ status: 429 });
		now = 360_000;
		expect(await call(imitation, "DELETE", bindingPath)).toMatchObject({ status: 200 });
	});
});

describe("the state", () => {
	it("continues from a snapshot", async () => {
		const first = createImitation();
		await call(first, "DELETE", bindingPath);
		const second = createImitation();
		second.replace(JSON.parse(JSON.stringify(first.snapshot())));
		expect(second.snapshot()).toEqual(first.snapshot());
	});

	it("reports each change and nothing else", async () => {
		const told: State[] = [];
		const imitation = createImitation({ onChange: (state) => told.push(state) });
		await call(imitation, "GET", bindingPath);
		await call(imitation, "DELETE", `${bindingsPath}/${unknown}`);
		expect(told).toHaveLength(0);
		await call(imitation, "DELETE", bindingPath);
		expect(told).toEqual([imitation.snapshot()]);
	});
});

describe("the log", () => {
	it("has each request with its effect and answer, and never a credential", async () => {
		const imitation = createImitation({ now: () => 0, newId: () => "1".repeat(32) });
		await call(imitation, "DELETE", bindingPath);
		const json = { cidr: "203.0.113.128/25", service_id: cdn };
		const key = { "x-auth-email": sandboxEmail, "x-auth-key": sandboxApiKey };
		await call(imitation, "POST", bindingsPath, { json, headers: key });
		await call(imitation, "GET", `${prefixPath}?a=b`, { headers: {} });
		const at = "1970-01-01T00:00:00.000Z";
		expect(imitation.log.entries()).toEqual([
			{
				at,
				method: "DELETE",
				path: bindingPath,
				auth: "token",
				fault: null,
				effect: { deleted: bindingId },
				status: 200,
			},
			{
				at,
				method: "POST",
				path: bindingsPath,
				auth: "key",
				fault: null,
				effect: { created: "1".repeat(32) },
				status: 201,
			},
			{
				at,
				method: "GET",
				path: `${prefixPath}?a=b`,
				auth: "none",
				fault: null,
				effect: null,
				status: 400,
			},
		]);
		const logged = JSON.stringify(imitation.log.entries());
		expect(logged).not.toContain(sandboxApiToken);
		expect(logged).not.toContain(sandboxApiKey);
	});
});
