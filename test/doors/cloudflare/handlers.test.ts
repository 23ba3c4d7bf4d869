// The Cloudflare-compatible door: Cloudflare's paths, credentials and envelopes; unbind's tokens, guards and records.
import { afterEach, describe, expect, it } from "vitest";
import { call, cloudflare, deletes } from "../../harness.ts";
import {
	bindingsPath,
	cdn25,
	documentedCaller,
	magicTransit24,
	prefixes,
	prefixesPath,
	resetAll,
	services,
	v6Regional64,
	v6Spectrum64,
} from "../account.ts";

afterEach(resetAll);

const path = bindingsPath(prefixes.amsterdam, cdn25);
const active = { provisioning: { state: "active" } };

/** What Cloudflare itself answers. */
async function listedByCloudflare(prefixId: string): Promise<unknown[]> {
	const { prefixes: all } = await cloudflare.state();
	return all.find(({ id }) => id === prefixId)?.bindings ?? [];
}

describe("authentication", () => {
	const schemes: [string, Record<string, string>, string][] = [
		["a bearer token", { authorization: "Bearer unbind_sandbox" }, "sandbox"],
		[
			"an actor's name and token as e-mail and key",
			{ "x-auth-email": "sandbox", "x-auth-key": "unbind_sandbox" },
			"sandbox",
		],
		[
			"the documented e-mail and key",
			{ "x-auth-email": documentedCaller.name, "x-auth-key": documentedCaller.token },
			documentedCaller.name,
		],
	];

	it.each(schemes)("%s gives access to list, get and delete", async (_, headers, actor) => {
		const as = { token: null, headers };
		expect((await call(bindingsPath(prefixes.amsterdam), as)).status).toBe(200);
		expect((await call(path, as)).status).toBe(200);
		expect((await call(path, { method: "DELETE", ...as })).status).toBe(200);
		const [row] = (await call("/deletions")).json.deletions;
		expect(row).toMatchObject({ actor, door: "cloudflare", state: "deleted", binding_id: cdn25 });
	});

	it.each<[string, Record<string, string>]>([
		["nothing", {}],
		["a wrong token", { authorization: "Bearer guess" }],
		["a wrong key", { "x-auth-email": "sandbox", "x-auth-key": "guess" }],
		["another actor's key", { "x-auth-email": "sandbox", "x-auth-key": documentedCaller.token }],
		["a key without an e-mail", { "x-auth-key": "unbind_sandbox" }],
		["an e-mail without a key", { "x-auth-email": "sandbox" }],
		[
			"a wrong token beside a right key",
			{ authorization: "Bearer guess", "x-auth-email": "sandbox", "x-auth-key": "unbind_sandbox" },
		],
	])("%s gives no access", async (_, headers) => {
		for (const [method, target] of [
			["GET", bindingsPath(prefixes.amsterdam)],
			["GET", path],
			["DELETE", path],
		] as const) {
			const answer = await call(target, { method, token: null, headers });
			expect(answer.status).toBe(401);
			expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm="unbind"/);
			expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90401 }], messages: [], result: null });
		}
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("e-mail and key identify the caller even on an unknown path or method", async () => {
		const headers = { "x-auth-email": "sandbox", "x-auth-key": "unbind_sandbox" };
		expect((await call(path, { method: "PATCH", token: null, headers })).status).toBe(405);
		expect((await call("/client/v4/user", { token: null, headers })).status).toBe(404);
	});
});

describe("list and get", () => {
	it.each([[prefixes.amsterdam], [prefixes.shop], [prefixes.v6]])(
		"answer as Cloudflare does for prefix %s",
		async (prefixId) => {
			const bindings = await listedByCloudflare(prefixId);
			const answer = await call(bindingsPath(prefixId));
			expect(answer.status).toBe(200);
			expect(answer.headers.get("content-type")).toBe("application/json");
			expect(answer.json).toEqual({ errors: [], messages: [], success: true, result: bindings });
			for (const binding of answer.json.result) {
				const one = await call(bindingsPath(prefixId, binding.id));
				expect([one.status, one.json]).toEqual([200, { errors: [], messages: [], success: true, result: binding }]);
			}
		},
	);

	it("leave out what a binding does not have", async () => {
		const { result } = (await call(bindingsPath(prefixes.v6, v6Regional64))).json;
		expect(result).toEqual({ id: v6Regional64, cidr: "2001:db8:100:2::/64", ...active });
		const { result: whole } = (await call(bindingsPath(prefixes.amsterdam, magicTransit24))).json;
		const service = { service_id: services["Magic Transit"], service_name: "Magic Transit" };
		expect(whole).toEqual({ id: magicTransit24, cidr: "203.0.113.0/24", ...service, ...active });
	});

	it("accept a dashed id for the same binding", async () => {
		const { result } = (await call(bindingsPath(prefixes.amsterdam, "c01d0000-0000-0000-0000-000000000003"))).json;
		expect(result.id).toBe(cdn25);
	});
});

describe("prefixes", () => {
	const known = ["id", "cidr", "account_id", "asn", "description", "approved", "advertised"] as const;

	it("are listed with what unbind knows of them, as Cloudflare spells it, and without what proves who owns one", async () => {
		const { prefixes: all } = await cloudflare.state();
		const listed = await call(prefixesPath);
		expect(listed.status).toBe(200);
		expect(listed.json).toEqual({
			errors: [],
			messages: [],
			success: true,
			result: all.map((prefix) => Object.fromEntries(known.map((name) => [name, prefix[name]]))),
		});
		expect(await cloudflare.calls()).toEqual(["GET prefixes"]);
	});

	it("are shown one by one, and an unknown one is 404", async () => {
		const one = await call(`${prefixesPath}/${prefixes.shop}`);
		expect(one.json.result).toMatchObject({ id: prefixes.shop, cidr: "198.51.100.0/24", description: "Web shop" });
		const none = await call(`${prefixesPath}/7fffffffffffffffffffffffffffffff`);
		expect([none.status, none.json.success]).toEqual([404, false]);
		expect((await call(`${prefixesPath}/x`)).status).toBe(422);
		expect((await call(`${prefixesPath}?all=yes`)).status).toBe(400);
	});

	it("are read-only, limited to this account, and need the scope read", async () => {
		expect((await call(`${prefixesPath}/${prefixes.shop}`, { method: "DELETE" })).status).toBe(405);
		expect((await call(prefixesPath, { method: "POST", json: {} })).status).toBe(405);
		expect((await call(prefixesPath.replace(/accounts\/\w+/, `accounts/${"0".repeat(32)}`))).status).toBe(404);
		expect((await call(prefixesPath, { token: null })).status).toBe(401);
		expect((await call(prefixesPath, { token: "wrong" })).status).toBe(401);
		expect(await deletes()).toEqual([]);
	});
});

describe("delete", () => {
	const remove = (target: string, more: Parameters<typeof call>[1] = {}) => call(target, { method: "DELETE", ...more });

	it("answers with Cloudflare's envelope, which has no result", async () => {
		const answer = await remove(path);
		expect(answer.status).toBe(200);
		expect(answer.json).toEqual({ errors: [], messages: [], success: true });
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("passes on Cloudflare's messages", async () => {
		const said = {
			errors: [{ code: 7, message: "a warning" }],
			messages: [{ code: 10000, message: "a note", more: [1] }],
		};
		await cloudflare.order({
			method: "DELETE",
			fault: { kind: "respond", body: { ...said, success: true }, effect: true },
		});
		expect((await remove(path)).json).toEqual({ ...said, success: true });
	});

	it.each<[string, Parameters<typeof cloudflare.order>[0]["fault"]]>([
		["the binding was already gone", { kind: "reject", status: 404, effect: true }],
		["the connection broke after the effect", { kind: "drop_after" }],
		["the connection broke before the effect", { kind: "drop_before" }],
		["the answer was an HTML page", { kind: "html", effect: true }],
	])("is a success: %s", async (_, fault) => {
		await cloudflare.order({ method: "DELETE", fault });
		const answer = await remove(path);
		expect([answer.status, answer.json]).toEqual([200, { errors: [], messages: [], success: true }]);
	});

	it.each([
		["one parameter", `?acknowledge=still_provisioning&reason=drain`],
		["several parameters", "?acknowledge=leaves_no_service&acknowledge=still_provisioning&reason=drain"],
	])("takes a reason and acknowledgements: %s", async (_, query) => {
		expect((await remove(bindingsPath(prefixes.v6, v6Spectrum64) + query)).status).toBe(200);
		const [row] = (await call("/deletions")).json.deletions;
		expect(row).toMatchObject({ reason: "drain", binding_id: v6Spectrum64, door: "cloudflare" });
	});

	it("accepts a key, and gives a repeated request the same answer", async () => {
		const headers = { "idempotency-key": "sdk-1" };
		const one = await remove(path, { headers });
		const two = await remove(path, { headers });
		expect([two.status, two.json]).toEqual([one.status, one.json]);
		expect(await deletes()).toHaveLength(1);
		expect((await call("/deletions")).json.deletions).toHaveLength(1);
	});

	it("is not a success while it runs, and a request repeated by an SDK joins it", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
		const early = await remove(path, { headers: { prefer: "wait=0" } });
		expect(early.status).toBe(504);
		expect(early.headers.get("retry-after")).toBe("2");
		expect(early.json).toMatchObject({ success: false, errors: [{ code: 90504 }] });
		const again = remove(path);
		await expect.poll(deletes).toHaveLength(1);
		await cloudflare.release();
		expect((await again).json).toEqual({ errors: [], messages: [], success: true });
		expect(await deletes()).toHaveLength(1);
	});
});
