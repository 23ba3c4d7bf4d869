// Each fault as a real HTTP client sees it over a real socket, and the queue that holds the orders.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindingId, bindingPath, call, prefixPath, toRequest, withToken } from "../../../sandbox/imitation/caller.ts";
import { isConnectionDropped } from "../../../sandbox/imitation/connection.ts";
import type { OrderInput } from "../../../sandbox/imitation/faults.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";
import { type Served, serveImitation } from "../../../sandbox/imitation/serve.ts";

let imitation: Imitation;
let served: Served;

beforeEach(async () => {
	imitation = createImitation();
	served = await serveImitation(imitation);
});
afterEach(() => served.close());

const order = (fault: OrderInput["fault"]) => imitation.faults.order({ fault });

const deleteOverHttp = (signal?: AbortSignal) =>
	fetch(served.url + bindingPath, {
		method: "DELETE",
		headers: withToken,
		redirect: "manual",
		...(signal && { signal }),
	});

const stands = () =>
	imitation
		.snapshot()
		.prefixes.flatMap(({ bindings }) => bindings)
		.some(({ id }) => id === bindingId);

describe("an order answers with", () => {
	it("a delay, then the usual answer", async () => {
		order({ kind: "delay", milliseconds: 30 });
		const began = performance.now();
		const response = await deleteOverHttp();
		expect(performance.now() - began).toBeGreaterThanOrEqual(29);
		expect(await response.json()).toEqual({ errors: [], messages: [], success: true });
	});

	it.each([
		[{ kind: "throttle" }, 971, null],
		[{ kind: "throttle", retry_after: 7 }, 971, "7"],
		[{ kind: "throttle", code: 1002 }, 1002, null],
	] as const)("429 for %j", async (fault, code, retryAfter) => {
		order(fault);
		const response = await deleteOverHttp();
		expect(response.status).toBe(429);
		expect(response.headers.get("retry-after")).toBe(retryAfter);
		expect(await response.json()).toMatchObject({ success: false, errors: [{ code }] });
		expect(stands()).toBe(true);
	});

	const rejections: [OrderInput["fault"], number, number][] = [
		[{ kind: "reject" }, 500, 10001],
		[{ kind: "reject", status: 503 }, 503, 10001],
		[{ kind: "reject", status: 403 }, 403, 10000],
		[{ kind: "reject", status: 400 }, 400, 6003],
		[{ kind: "reject", status: 422, errors: [{ code: 1234, message: "no" }] }, 422, 1234],
	];
	it.each(rejections)("an envelope for %j", async (fault, status, code) => {
		order(fault);
		const response = await deleteOverHttp();
		expect(response.status).toBe(status);
		expect(response.headers.get("cf-ray")).not.toBeNull();
		expect(await response.json()).toMatchObject({
			result: null,
			success: false,
			errors: [{ code }],
		});
		expect(stands()).toBe(true);
	});

	it("an HTML page, with or without the effect", async () => {
		order({ kind: "html" });
		const response = await deleteOverHttp();
		expect(response.status).toBe(502);
		expect(response.headers.get("content-type")).toBe("text/html");
		expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
		expect(stands()).toBe(true);
		order({ kind: "html", status: 504, effect: true });
		expect((await deleteOverHttp()).status).toBe(504);
		expect(stands()).toBe(false);
	});

	it("an empty body", async () => {
		order({ kind: "empty" });
		const response = await deleteOverHttp();
		expect(response.status).toBe(200);
		expect(await response.text()).toBe("");
		expect(stands()).toBe(false);
	});

	it("a body that is not JSON", async () => {
		order({ kind: "garbage" });
		const response = await deleteOverHttp();
		await expect(response.json()).rejects.toThrow(SyntaxError);
		expect(stands()).toBe(false);
	});

	it("a redirect, without the effect", async () => {
		order({ kind: "redirect", location: "https://elsewhere.invalid/" });
		const response = await deleteOverHttp();
		expect(response.status).toBe(302);
		expect(response.headers.get("location")).toBe("https://elsewhere.invalid/");
		expect(stands()).toBe(true);
	});

	it("a huge body of valid JSON", async () => {
		order({ kind: "huge", bytes: 2_000_000 });
		const text = await (await deleteOverHttp()).text();
		expect(text.length).toBeGreaterThan(2_000_000);
		expect(JSON.parse(text)).toMatchObject({ success: true });
	});

	it("any custom answer", async () => {
		order({ kind: "respond", status: 200, body: { success: "perhaps" }, headers: { "x-a": "b" } });
		const response = await deleteOverHttp();
		expect(response.headers.get("x-a")).toBe("b");
		expect(await response.json()).toEqual({ success: "perhaps" });
	});
});

describe("connections break", () => {
	it("before the effect", async () => {
		order({ kind: "drop_before" });
		await expect(deleteOverHttp()).rejects.toThrow("fetch failed");
		expect(stands()).toBe(true);
		expect(imitation.log.entries()).toMatchObject([{ fault: "drop_before", effect: null, status: null }]);
	});

	it("after the effect", async () => {
		order({ kind: "drop_after" });
		await expect(deleteOverHttp()).rejects.toThrow("fetch failed");
		expect(stands()).toBe(false);
		expect(imitation.log.entries()).toMatchObject([
			{ fault: "drop_after", effect: { deleted: bindingId }, status: null },
		]);
	});

	it("in the middle of the answer", async () => {
		order({ kind: "drop_mid_body" });
		const response = await deleteOverHttp();
		expect(response.status).toBe(200);
		await expect(response.text()).rejects.toThrow("terminated");
		expect(stands()).toBe(false);
	});

	it("in `handle` with an error of their own", async () => {
		order({ kind: "drop_before" });
		const error: unknown = await imitation.handle(toRequest("GET", prefixPath)).catch((e) => e);
		expect(isConnectionDropped(error)).toBe(true);
		expect(isConnectionDropped(new Error("another"))).toBe(false);
	});
});

describe("requests hang", () => {
	it("before the effect, until they are released", async () => {
		order({ kind: "hang_before" });
		const pending = deleteOverHttp();
		await imitation.log.whenArrived(1);
		expect(stands()).toBe(true);
		imitation.release();
		expect((await pending).status).toBe(200);
		expect(stands()).toBe(false);
	});

	it("after the effect, until the caller gives up", async () => {
		order({ kind: "hang_after" });
		const caller = new AbortController();
		const pending = deleteOverHttp(caller.signal);
		await imitation.log.whenArrived(1);
		expect(stands()).toBe(false);
		caller.abort(new Error("gave up"));
		await expect(pending).rejects.toThrow("gave up");
		expect(imitation.log.entries()).toMatchObject([{ effect: { deleted: bindingId }, status: null }]);
	});

	it("in the middle of the answer", async () => {
		order({ kind: "hang_mid_body" });
		const response = await deleteOverHttp();
		expect(response.status).toBe(200);
		imitation.release();
		expect(await response.json()).toMatchObject({ success: true });
	});

	it("with an answer that later changes do not affect", async () => {
		imitation.faults.order({ method: "GET", fault: { kind: "hang_after" } });
		const pending = fetch(served.url + bindingPath, { headers: withToken });
		await imitation.log.whenArrived(1);
		await deleteOverHttp();
		imitation.release();
		expect(await (await pending).json()).toMatchObject({ result: { id: bindingId } });
	});

	it.each(["reset", "drop"] as const)("until a %s", async (how) => {
		order({ kind: "hang_before" });
		const pending = deleteOverHttp();
		const dropped = expect(pending).rejects.toThrow("fetch failed");
		await imitation.log.whenArrived(1);
		imitation[how]();
		await dropped;
		expect(stands()).toBe(true);
	});
});

describe("orders", () => {
	it("apply to the requests they name, in order, as often as they say", async () => {
		imitation.faults.order(
			{ method: "DELETE", path: "/bindings/", fault: { kind: "reject", status: 500 } },
			{ times: 2, fault: { kind: "reject", status: 503 } },
			{ method: "POST", fault: { kind: "reject", status: 501 } },
		);
		const statuses: number[] = [];
		for (const [method, path] of [
			["GET", bindingPath],
			["DELETE", bindingPath],
			["DELETE", bindingPath],
			["DELETE", bindingPath],
		] as const) {
			statuses.push((await call(imitation, method, path)).status);
		}
		expect(statuses).toEqual([503, 500, 503, 200]);
		expect(imitation.faults.pending()).toMatchObject([{ method: "POST", times: 1 }]);
	});

	it("are never shared by two simultaneous requests", async () => {
		imitation.faults.order({ fault: { kind: "reject", status: 503 } });
		const both = await Promise.all([deleteOverHttp(), deleteOverHttp()]);
		expect(both.map(({ status }) => status).toSorted()).toEqual([200, 503]);
	});
});
