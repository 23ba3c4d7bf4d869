// Cloudflare's own SDK against the imitation: it understands every answer.
import Cloudflare from "cloudflare";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountId } from "../../../sandbox/imitation/account.ts";
import { bindingId, prefixId } from "../../../sandbox/imitation/caller.ts";
import { sandboxApiKey, sandboxApiToken, sandboxEmail } from "../../../sandbox/imitation/credentials.ts";
import { createImitation } from "../../../sandbox/imitation/imitation.ts";
import { type Served, serveImitation } from "../../../sandbox/imitation/serve.ts";

const imitation = createImitation();
let served: Served;
beforeAll(async () => {
	served = await serveImitation(imitation);
});
afterAll(() => served.close());
beforeEach(() => imitation.reset());

type Credential = { apiToken: string } | { apiEmail: string; apiKey: string };

const schemes: [string, Credential][] = [
	["an API token", { apiToken: sandboxApiToken }],
	["e-mail and key", { apiEmail: sandboxEmail, apiKey: sandboxApiKey }],
];

const client = (credential: Credential, maxRetries = 0) =>
	new Cloudflare({
		// The SDK would also look for credentials in the environment.
		apiToken: null,
		apiEmail: null,
		apiKey: null,
		...credential,
		baseURL: `${served.url}/client/v4`,
		maxRetries,
	});

const account = { account_id: accountId };
const prefix = { account_id: accountId, prefix_id: prefixId };

describe.each(schemes)("with %s", (_, credential) => {
	it("reads prefixes and services", async () => {
		const { addressing } = client(credential);
		const { result: prefixes } = await addressing.prefixes.list(account);
		expect(prefixes.map(({ cidr }) => cidr)).toContain("203.0.113.0/24");
		expect(await addressing.prefixes.get(prefixId, account)).toMatchObject({ approved: "V" });
		const { result: services } = await addressing.services.list(account);
		expect(services.map(({ name }) => name)).toEqual(["CDN", "Spectrum", "Magic Transit"]);
	});

	it("lists, gets, deletes and creates bindings", async () => {
		const { serviceBindings } = client(credential).addressing.prefixes;
		const { result: bindings } = await serviceBindings.list(prefixId, account);
		expect(bindings).toHaveLength(4);
		const binding = await serviceBindings.get(bindingId, prefix);
		expect(binding).toMatchObject({ cidr: "203.0.113.128/25", service_name: "CDN" });

		const deleted = await serviceBindings.delete(bindingId, prefix);
		expect(deleted).toEqual({ errors: [], messages: [], success: true });

		const { cidr = "", service_id = "" } = binding;
		const created = await serviceBindings.create(prefixId, { ...account, cidr, service_id });
		expect(created).toMatchObject({ cidr, provisioning: { state: "provisioning" } });
		expect(created.id).not.toBe(bindingId);
	});
});

describe("with what the watch reads", () => {
	const audit = () => client({ apiToken: sandboxApiToken }).accounts.logs.audit;
	const bgpPrefixes = () => client({ apiToken: sandboxApiToken }).addressing.prefixes.bgpPrefixes;
	const period = { ...account, since: "2020-01-01", before: "2100-01-01" };
	const all = ["203.0.113.0/26", "203.0.113.64/26", "203.0.113.128/25"];

	it("reads the audit log, page by page", async () => {
		imitation.behave({ audit_delay_seconds: 0, audit_cursor: "cursors.after" });
		imitation.elsewhere({ delete: all, by: { how: "dash", email: "a@example.com" } });
		const actions: unknown[] = [];
		const found = audit().list({ ...period, limit: 2, direction: "asc" });
		for await (const { action, actor, resource } of found)
			actions.push([action?.type, actor?.email, resource?.product]);
		expect(actions).toEqual(all.map(() => ["delete", "a@example.com", "addressing"]));
	});

	it("sees the first page alone where the cursor is the docs' one", async () => {
		imitation.behave({ audit_delay_seconds: 0 });
		imitation.elsewhere({ delete: all });
		const seen: unknown[] = [];
		for await (const { id } of audit().list({ ...period, limit: 2 })) seen.push(id);
		expect(seen).toHaveLength(2);
	});

	it("leaves out entries by a filter", async () => {
		imitation.behave({ audit_delay_seconds: 0 });
		imitation.elsewhere({ delete: all, by: { how: "system" } });
		const count = async (not: string[]) => (await audit().list({ ...period, resource_product: { not } })).result.length;
		expect([await count(["dns", "zones"]), await count(["dns", "addressing"])]).toEqual([3, 0]);
	});

	it("reads BGP prefixes", async () => {
		const { result } = await bgpPrefixes().list(prefixId, account);
		expect(result).toMatchObject([{ cidr: "203.0.113.0/24", on_demand: { advertised: true } }]);
		const { id = "" } = result[0] ?? {};
		expect(await bgpPrefixes().get(id, prefix)).toEqual(result[0]);
	});

	it("is refused without the permission", async () => {
		imitation.behave({ audit_log: false, bgp_prefixes: false });
		await expect(audit().list(period)).rejects.toBeInstanceOf(Cloudflare.PermissionDeniedError);
		const listed = bgpPrefixes().list(prefixId, account);
		await expect(listed).rejects.toBeInstanceOf(Cloudflare.PermissionDeniedError);
	});
});

describe("the SDK's error classes", () => {
	const serviceBindings = (apiToken = sandboxApiToken) => client({ apiToken }).addressing.prefixes.serviceBindings;
	const service_id = "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52";

	it.each([
		["an unknown binding", () => serviceBindings().delete("f".repeat(32), prefix), Cloudflare.NotFoundError, [1002]],
		[
			"a duplicate",
			() => serviceBindings().create(prefixId, { ...account, cidr: "203.0.113.0/24", service_id }),
			Cloudflare.ConflictError,
			[1108],
		],
		[
			"a bad CIDR",
			() => serviceBindings().create(prefixId, { ...account, cidr: "203.0.113.1/24", service_id }),
			Cloudflare.BadRequestError,
			[1001],
		],
		[
			"an unknown token",
			() => serviceBindings("x".repeat(40)).get(bindingId, prefix),
			Cloudflare.PermissionDeniedError,
			[9109],
		],
		[
			"another account",
			() => serviceBindings().get(bindingId, { ...prefix, account_id: "f".repeat(32) }),
			Cloudflare.PermissionDeniedError,
			[10000],
		],
	])("%s", async (_, act, errorClass, codes) => {
		const error: unknown = await act().catch((caught: unknown) => caught);
		expect(error).toBeInstanceOf(errorClass);
		expect(error).toMatchObject({ errors: codes.map((code) => ({ code })) });
	});

	it("cover throttling, server errors and broken connections", async () => {
		imitation.faults.order(
			{ fault: { kind: "throttle", retry_after: 1 } },
			{ fault: { kind: "reject", status: 503 } },
			{ fault: { kind: "drop_before" } },
		);
		const get = () => serviceBindings().get(bindingId, prefix);
		await expect(get()).rejects.toBeInstanceOf(Cloudflare.RateLimitError);
		await expect(get()).rejects.toBeInstanceOf(Cloudflare.InternalServerError);
		await expect(get()).rejects.toBeInstanceOf(Cloudflare.APIConnectionError);
	});

	it("cover a retry after a lost answer, which finds no binding", async () => {
		imitation.faults.order({ method: "DELETE", fault: { kind: "drop_after" } });
		const retrying = client({ apiToken: sandboxApiToken }, 1).addressing.prefixes.serviceBindings;
		await expect(retrying.delete(bindingId, prefix)).rejects.toBeInstanceOf(Cloudflare.NotFoundError);
		expect(imitation.log.entries()).toMatchObject([
			{ method: "DELETE", effect: { deleted: bindingId }, status: null },
			{ method: "DELETE", effect: null, status: 404 },
		]);
	});
});
