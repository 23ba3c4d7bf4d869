import { afterEach, describe, expect, it, vi } from "vitest";
import { accountId } from "../../../sandbox/imitation/account.ts";
import type { OrderInput } from "../../../sandbox/imitation/faults.ts";
import { cloudflare, deletes } from "../../harness.ts";
import { addressingOf, cdnId, edgeId, fresh, id, shared } from "./an-addressing.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await cloudflare.reset();
});

const paths = async () => (await cloudflare.log()).map(({ method, path }) => `${method} ${path}`);
const prefixesPath = `/client/v4/accounts/${accountId}/addressing/prefixes`;
const order = (fault: OrderInput["fault"], more: Partial<OrderInput> = {}) => cloudflare.order({ fault, ...more });

describe("the paths", () => {
	it("are Cloudflare's and hold the ids unchanged", async () => {
		const { addressing } = addressingOf();
		await addressing.listPrefixes(shared);
		await addressing.listBindings(edgeId, shared);
		await addressing.deleteBinding(edgeId, cdnId);
		await addressing.deleteBinding(edgeId, id("c01d0000-0000-4000-8000-000000000007"));
		expect(await paths()).toEqual([
			`GET ${prefixesPath}`,
			`GET ${prefixesPath}/${edgeId}/bindings`,
			`DELETE ${prefixesPath}/${edgeId}/bindings/${cdnId}`,
			`DELETE ${prefixesPath}/${edgeId}/bindings/c01d0000-0000-4000-8000-000000000007`,
		]);
	});
});

describe("a list of BGP prefixes", () => {
	const list = (how = { sparing: false }) => addressingOf().addressing.listBgpPrefixes(edgeId, how);
	const answer = (...result: unknown[]) => ({ kind: "respond" as const, body: { success: true, errors: [], result } });
	const part = (more: object) => ({ id: "b6", cidr: "203.0.113.0/24", ...more });

	it("says of each part whether it is announced", async () => {
		expect(await list()).toEqual({ ok: true, value: [{ cidr: "203.0.113.0/24", advertised: true }] });
		expect((await paths()).at(-1)).toBe(`GET ${prefixesPath}/${edgeId}/bgp/prefixes`);
	});

	it.each<[string, object]>([
		["is missing", {}],
		["is null", { on_demand: null }],
		["does not say", { on_demand: { advertised: null } }],
		["is something else", { on_demand: { advertised: "yes" } }],
	])("says null if on_demand %s", async (_, more) => {
		await order(answer(part(more)));
		expect(await list()).toEqual({ ok: true, value: [{ cidr: "203.0.113.0/24", advertised: null }] });
	});

	it.each<[string, OrderInput["fault"]]>([
		["is no list", { kind: "respond", body: { success: true, errors: [], result: {} } }],
		["holds one without a CIDR", answer(part({ cidr: undefined }))],
		["is longer than any prefix needs", answer(...Array.from({ length: 251 }, () => part({})))],
		["is an error", { kind: "reject", status: 500 }],
	])("can't be used if it %s, and is not asked for again", async (_, fault) => {
		await order(fault);
		expect(await list()).toEqual({ ok: false, failure: "unreadable" });
		expect(await paths()).toHaveLength(1);
	});

	it("says nothing about the credential if it is forbidden", async () => {
		await cloudflare.behave({ bgp_prefixes: false });
		const { addressing, credential } = addressingOf();
		expect(await addressing.listBgpPrefixes(edgeId, { sparing: true })).toEqual({
			ok: false,
			failure: "no_permission",
		});
		expect(credential).toEqual([]);
	});
});

describe("a read", () => {
	it.each<[string, OrderInput["fault"]]>([
		["a broken connection", { kind: "drop_before" }],
		["no answer in time", { kind: "hang_before" }],
		["a server error", { kind: "reject", status: 500 }],
		["HTML", { kind: "html" }],
		["HTML with a 200", { kind: "html", status: 200 }],
		["half an answer", { kind: "garbage" }],
		["an empty answer", { kind: "empty" }],
		["a redirect", { kind: "redirect" }],
		["a result that is not a list", { kind: "respond", body: { success: true, result: { id: "x" } } }],
		["a missing list", { kind: "respond", body: { success: true } }],
		["a null list", { kind: "respond", body: { success: true, result: null } }],
		["an incomplete list", { kind: "respond", body: { success: true, result: [], result_info: { total_count: 4 } } }],
	])("is repeated after %s", async (_, fault) => {
		const { addressing, slept } = addressingOf({ timeoutMs: fault.kind === "hang_before" ? 1000 : 5000 });
		await order(fault);
		const listing = await addressing.listBindings(edgeId, shared);
		expect(listing.ok && listing.value.items).toHaveLength(4);
		expect(slept).toHaveLength(1);
	});

	it("is tried at most three times, with growing, jittered pauses", async () => {
		for (const [random, pauses] of [
			[0.5, [250, 500]],
			[1, [500, 1000]],
			[0, [0, 0]],
		] as const) {
			const { addressing, slept } = addressingOf({ random: () => random });
			await order({ kind: "reject", status: 503 }, { times: 3 });
			expect(await addressing.listPrefixes(shared)).toMatchObject({ ok: false, failure: { kind: "unclear" } });
			expect(slept).toEqual(pauses);
			expect(await cloudflare.pendingOrders()).toEqual([]);
		}
	});

	it.each<[OrderInput["fault"], string]>([
		[{ kind: "reject", status: 403 }, "credential_rejected"],
		[{ kind: "reject", status: 409, errors: [{ code: 1108, message: "conflict" }] }, "refused"],
		[{ kind: "reject", status: 404, errors: [{ code: 1000, message: "not_found" }] }, "not_found"],
		[{ kind: "throttle", code: 1002 }, "refused"],
		[{ kind: "throttle", retry_after: 6 }, "throttled"],
	])("is not repeated after a clear answer: %j", async (fault, kind) => {
		const { addressing, slept } = addressingOf();
		await order(fault);
		expect(await addressing.listBindings(edgeId, shared)).toMatchObject({ ok: false, failure: { kind } });
		expect(await cloudflare.log()).toHaveLength(1);
		expect(slept).toEqual([]);
	});

	it("waits out a short rate limit exactly", async () => {
		const { addressing, slept } = addressingOf();
		await order({ kind: "throttle", retry_after: 3 });
		expect(await addressing.listPrefixes(shared)).toMatchObject({ ok: true });
		expect(slept).toEqual([3000]);
	});

	it("reports when the answered attempt was sent", async () => {
		const { addressing, clock } = addressingOf();
		const startMs = clock.ms;
		await order({ kind: "reject", status: 500 });
		const listing = await addressing.listPrefixes(shared);
		expect(listing.ok && listing.value.askedAtMs).toBe(startMs + 250);
	});
});

describe("simultaneous reads", () => {
	it("are one call", async () => {
		const { addressing } = addressingOf();
		const listings = await Promise.all([1, 2, 3].map(() => addressing.listBindings(edgeId, shared)));
		expect(await cloudflare.log()).toHaveLength(1);
		expect(listings[1]).toEqual(listings[0]);
		await addressing.listBindings(edgeId, shared);
		expect(await cloudflare.log()).toHaveLength(2);
	});

	it("are one call each if they ask for different things", async () => {
		const { addressing } = addressingOf();
		await Promise.all([
			addressing.listPrefixes(shared),
			addressing.listBindings(edgeId, shared),
			addressing.listBindings(id("b10c0000000000000000000000000002"), shared),
		]);
		expect(await cloudflare.log()).toHaveLength(3);
	});

	it("are not shared with a caller who needs a fresh read, but a fresh read is shared with later callers", async () => {
		const { addressing } = addressingOf({ timeoutMs: 5000 });
		await order({ kind: "hang_after" }, { times: 2 });
		const first = addressing.listBindings(edgeId, shared);
		await cloudflare.log(1);
		const second = addressing.listBindings(edgeId, fresh);
		await cloudflare.log(2);
		const third = addressing.listBindings(edgeId, shared);
		await cloudflare.release();
		const listings = await Promise.all([first, second, third]);
		expect(listings.map((listing) => listing.ok)).toEqual([true, true, true]);
		expect(await cloudflare.log()).toHaveLength(2);
	});

	it("stay shared when an older one is answered first", async () => {
		const answers: ((response: Response) => void)[] = [];
		const fetched = vi.spyOn(globalThis, "fetch");
		fetched.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
		const { addressing } = addressingOf({ timeoutMs: 5000 });
		const older = addressing.listPrefixes(shared);
		const newer = addressing.listPrefixes(fresh);
		answers[0]?.(Response.json({ success: true, result: [] }));
		await older;
		const third = addressing.listPrefixes(shared);
		expect(fetched).toHaveBeenCalledTimes(2);
		answers[1]?.(Response.json({ success: true, result: [] }));
		expect(await third).toEqual(await newer);
	});

	it("share a failure, and the next one calls again", async () => {
		const { addressing } = addressingOf();
		await order({ kind: "reject", status: 403 });
		const both = await Promise.all([addressing.listPrefixes(shared), addressing.listPrefixes(shared)]);
		expect(both.map((one) => one.ok)).toEqual([false, false]);
		expect(await addressing.listPrefixes(shared)).toMatchObject({ ok: true });
	});
});

describe("a DELETE", () => {
	it("gives Cloudflare's answer", async () => {
		const { addressing } = addressingOf();
		expect(await addressing.deleteBinding(edgeId, cdnId)).toMatchObject({
			ok: true,
			value: { status: 200, success: true, errors: [], messages: [], ray: expect.stringMatching(/-AMS$/) },
		});
	});

	it.each<[OrderInput["fault"], string]>([
		[{ kind: "drop_before" }, "unclear"],
		[{ kind: "drop_after" }, "unclear"],
		[{ kind: "hang_after" }, "unclear"],
		[{ kind: "reject", status: 500 }, "unclear"],
		[{ kind: "html" }, "unclear"],
		[{ kind: "garbage" }, "unclear"],
		[{ kind: "redirect" }, "unclear"],
		[{ kind: "throttle", retry_after: 1 }, "throttled"],
		[{ kind: "reject", status: 409, errors: [] }, "refused"],
		[{ kind: "reject", status: 403 }, "credential_rejected"],
	])("is never repeated: %j", async (fault, kind) => {
		const { addressing, slept } = addressingOf({ timeoutMs: fault.kind === "hang_after" ? 300 : 5000 });
		await order(fault, { method: "DELETE" });
		expect(await addressing.deleteBinding(edgeId, cdnId)).toMatchObject({ ok: false, failure: { kind } });
		expect(await deletes()).toHaveLength(1);
		expect(slept).toEqual([]);
	});

	it("treats an empty success as unclear", async () => {
		const { addressing } = addressingOf();
		await order({ kind: "empty" }, { method: "DELETE" });
		expect(await addressing.deleteBinding(edgeId, cdnId)).toMatchObject({ ok: false, failure: { kind: "unclear" } });
	});

	it("answers not_found for an unknown binding", async () => {
		const { addressing } = addressingOf();
		expect(await addressing.deleteBinding(edgeId, id("c01d0000000000000000000000000099"))).toMatchObject({
			failure: { kind: "not_found", answer: { status: 404, errors: [{ code: 1002, message: "forbidden" }] } },
		});
	});
});

describe("the state of the credential", () => {
	it("is reported for a creation as for any write", async () => {
		const { addressing, credential } = addressingOf();
		await order({ kind: "reject", status: 403 }, { method: "POST" });
		await addressing.createBinding(edgeId, { cidr: "203.0.113.32/27", serviceId: id("5e".repeat(16)) });
		expect(credential).toEqual(["write rejected"]);
	});

	it("is reported after each clear answer and never guessed from an unclear one", async () => {
		const { addressing, credential } = addressingOf();
		await addressing.listPrefixes(shared);
		await order({ kind: "reject", status: 403 });
		await addressing.listPrefixes(shared);
		await order({ kind: "drop_before" });
		await addressing.deleteBinding(edgeId, cdnId);
		await addressing.deleteBinding(edgeId, cdnId);
		expect(credential).toEqual(["read accepted", "read rejected", "write accepted"]);
	});
});
