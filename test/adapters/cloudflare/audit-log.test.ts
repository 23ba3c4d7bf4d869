import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountId } from "../../../sandbox/imitation/account.ts";
import { cloudflare } from "../../harness.ts";
import { addressingOf, cdnId, edgeId } from "./an-addressing.ts";

const noonMs = Date.UTC(2026, 10, 3, 12);
const hourMs = 3_600_000;
const path = `/accounts/${accountId}/addressing/prefixes/${edgeId}/bindings/${cdnId}`;

beforeEach(() => cloudflare.clock({ at: new Date(noonMs).toISOString() }));
afterEach(cloudflare.reset);

const read = ({ auditLog } = addressingOf()) => auditLog.deletionsSince(noonMs - hourMs, noonMs + hourMs);

const entry = (change: Record<string, unknown> = {}) => ({
	id: "entry-1",
	action: { description: "", result: "success", time: "2026-11-03T12:00:00Z", type: "delete" },
	actor: { id: "user-1", context: "dash", email: "alice@example.com", type: "user" },
	raw: { cf_ray_id: "8f1e2d3c4b5a6978", method: "DELETE", status_code: 200, uri: path },
	resource: { id: edgeId, product: "addressing", type: "service_binding", scope: "accounts" },
	...change,
});

const answers = (...pages: object[]) =>
	cloudflare.order(
		...pages.map((page) => ({
			path: "/logs/audit",
			fault: { kind: "respond" as const, body: { success: true, errors: [], messages: [], ...page } },
		})),
	);

/** What is read from one page with this entry. */
async function understood(one: unknown) {
	await answers({ result: [one] });
	const answer = await read();
	return answer.ok ? answer.value.entries : answer.failure;
}

describe("deletionsSince", () => {
	it("asks for deletions of the account's addresses within the time, oldest first", async () => {
		const answer = await read();
		expect(answer).toEqual({ ok: true, value: { entries: [], readToMs: noonMs + hourMs }, calls: 1 });
		const [{ method, path: asked } = { method: "", path: "" }] = await cloudflare.log();
		const url = new URL(asked, "https://api.cloudflare.com");
		expect(`${method} ${url.pathname}`).toBe(`GET /client/v4/accounts/${accountId}/logs/audit`);
		expect(Object.fromEntries(url.searchParams)).toEqual({
			since: "2026-11-03T11:00:00.000Z",
			before: "2026-11-03T13:00:00.000Z",
			resource_product: "addressing",
			action_type: "delete",
			direction: "asc",
			limit: "100",
		});
	});

	it.each(["cursor", "cursors.after", "both"] as const)("reads all pages by %s", async (shape) => {
		await cloudflare.behave({ audit_cursor: shape, audit_delay_seconds: 0 });
		const { deleted } = await cloudflare.elsewhere({
			delete: "all",
			by: { how: "api_token", token_name: "terraform" },
		});
		const answer = await read();
		expect(answer.calls).toBe(2);
		expect(answer.ok && answer.value.entries.map(({ bindingId }) => bindingId).toSorted()).toEqual(
			deleted.map(({ id }) => id).toSorted(),
		);
	});

	const cursorOf = (shape: string, after: string) => ({
		...(shape !== "cursors.after" && { cursor: after }),
		...(shape !== "cursor" && { cursors: { after } }),
	});

	it.each(["cursor", "cursors.after"])("sends %s as it came, and takes each entry once", async (shape) => {
		const cursor = "a/b+c=&limit=1";
		await answers(
			{ result: [entry()], result_info: cursorOf(shape, cursor) },
			{ result: [entry(), entry({ id: "entry-2" })], result_info: cursorOf(shape, "x") },
			{ result: [], result_info: cursorOf(shape, "y") },
		);
		const answer = await read();
		expect(answer.ok && answer.value.entries.map(({ id }) => id)).toEqual(["entry-1", "entry-2"]);
		const [, second, ...others] = (await cloudflare.log()).map((one) => new URL(one.path, "https://x").searchParams);
		expect(second?.get("cursor")).toBe(cursor);
		expect(second?.getAll("limit")).toEqual(["100"]);
		expect(others).toHaveLength(1);
	});

	it("stops after eight pages, and says how far it read", async () => {
		const page = (number: number) => ({
			result: [entry({ id: `e${number}`, action: { ...entry().action, time: `2026-11-03T12:0${number}:00Z` } })],
			result_info: { cursor: `after ${number}` },
		});
		await answers(...Array.from({ length: 9 }, (_, number) => page(number)));
		const answer = await read();
		expect(answer.calls).toBe(8);
		expect(answer).toMatchObject({ value: { readToMs: noonMs + 7 * 60_000 } });
		expect(answer.ok && answer.value.entries).toHaveLength(8);
	});

	it("stops at a cursor that leads nowhere", async () => {
		const page = { result: [entry()], result_info: { cursor: "same" } };
		await answers(page, page, page);
		expect((await read()).calls).toBe(2);
	});

	it("keeps what it has read if a later page fails", async () => {
		await answers({ result: [entry()], result_info: { cursor: "next" } });
		await cloudflare.order({ path: "cursor=next", times: 3, fault: { kind: "reject", status: 500 } });
		expect(await read()).toMatchObject({ ok: true, value: { entries: [{ id: "entry-1" }], readToMs: noonMs } });
	});

	it("says that the permission is missing, and nothing of the credential", async () => {
		await cloudflare.behave({ audit_log: false });
		const tools = addressingOf();
		expect(await read(tools)).toEqual({ ok: false, failure: "no_permission", calls: 1 });
		await cloudflare.behave({ audit_log: true });
		expect(await read(tools)).toMatchObject({ ok: true });
		expect(tools.credential).toEqual([]);
		await cloudflare.order({ fault: { kind: "reject", status: 403, errors: [] } });
		expect(await read(tools)).toMatchObject({ failure: "no_permission" });
	});

	it.each([
		["no list", { kind: "respond", body: { success: true, result: {} } }],
		["an error", { kind: "reject", status: 500 }],
		["a rejected credential", { kind: "reject", status: 401 }],
		["HTML", { kind: "html", status: 200 }],
	] as const)("reports %s as unreadable", async (_, fault) => {
		await cloudflare.order({ times: 3, fault });
		expect(await read()).toMatchObject({ ok: false, failure: "unreadable" });
	});

	it("leaves the last calls of the rate limit alone", async () => {
		const tools = addressingOf();
		const list = { success: true, errors: [], messages: [], result: [] };
		await cloudflare.order({ fault: { kind: "respond", body: list, headers: { ratelimit: '"default";r=150;t=60' } } });
		await read(tools);
		expect(await read(tools)).toMatchObject({ failure: "unreadable" });
		expect(await cloudflare.log()).toHaveLength(1);
	});
});

describe("an entry", () => {
	it("tells who, how and with which call", async () => {
		expect(await understood(entry())).toEqual([
			{
				id: "entry-1",
				atMs: noonMs,
				bindingId: cdnId,
				by: { name: "alice@example.com", id: "user-1", type: "user" },
				how: "dashboard",
				token_name: null,
				ray: "8f1e2d3c4b5a6978",
			},
		]);
	});

	it.each<[string, Record<string, unknown>, object]>([
		["the account's token", { context: "api_token", token_name: "terraform", type: "account" }, terraform("account")],
		[
			"a user's token",
			{ context: "api_token", token_name: "tf", email: "bob@example.com" },
			{ by: { name: "bob@example.com" }, how: "api_token", token_name: "tf" },
		],
		[
			"a global key",
			{ context: "api_key", email: "bob@example.com" },
			{ by: { name: "bob@example.com" }, how: "api_key" },
		],
		["Cloudflare itself", { type: "system" }, { by: null, how: "cloudflare" }],
		["Cloudflare's staff", { type: "cloudflare_admin", context: "dash" }, { by: null, how: "cloudflare" }],
		["another way", { context: "oauth", email: "bob@example.com" }, { by: { name: "bob@example.com" }, how: null }],
		["nobody", {}, { by: null, how: null, token_name: null }],
	])("tells %s", async (_, actor, expected) => {
		expect(await understood(entry({ actor }))).toMatchObject([expected]);
	});

	function terraform(type: string) {
		return { by: { name: "terraform", type }, how: "api_token", token_name: "terraform" };
	}

	it.each([path, `${path}/`, `/client/v4${path}`, `/api/v4${path}?x=1`])(
		"names its binding by the path %s",
		async (uri) => {
			expect(await understood(entry({ raw: { uri } }))).toMatchObject([{ bindingId: cdnId, ray: null }]);
		},
	);

	it.each<[string, unknown]>([
		["another account", entry({ raw: { uri: path.replace(accountId, "f".repeat(32)) } })],
		["no path", entry({ raw: { uri: `javascript:${path}` } })],
		["a text before the path", entry({ raw: { uri: `/x${path}` } })],
		["a path with ..", entry({ raw: { uri: path.replace(cdnId, "..") } })],
		["a binding id that is none", entry({ raw: { uri: path.replace(cdnId, "c01d") } })],
		["the prefix", entry({ raw: { uri: path.replace(/\/bindings.*/, "") } })],
		["a line break in the path", entry({ raw: { uri: `${path}\n` } })],
		["no address", entry({ raw: {} })],
		["an address that is no text", entry({ raw: { uri: [path] } })],
		["another product", entry({ resource: { product: "zones" } })],
		["another action", entry({ action: { ...entry().action, type: "create" } })],
		["a failure", entry({ action: { ...entry().action, result: "failure" } })],
		["no time", entry({ action: { type: "delete" } })],
		["no id", entry({ id: null })],
		["null", null],
		["a text", "entry"],
	])("is passed over if it has %s", async (_, one) => {
		expect(await understood(one)).toEqual([]);
	});

	it("keeps names short and on one line, and takes strange members for missing", async () => {
		const actor = {
			email: `a\u0000\r\n\u202e${"é".repeat(5000)}`,
			id: 5,
			type: { x: 1 },
			token_name: "\u0007 ",
			context: null,
		};
		expect(await understood(entry({ actor, raw: { uri: path, cf_ray_id: "<b>" } }))).toMatchObject([
			{ by: { name: `a${"é".repeat(199)}` }, how: null, token_name: null, ray: null },
		]);
		expect(await understood(entry({ actor: "alice" }))).toMatchObject([{ by: null, how: null }]);
	});
});
