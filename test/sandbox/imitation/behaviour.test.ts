// What control orders change about the imitation: its behaviour, its clock, and how far reads lag.
import { beforeEach, describe, expect, it } from "vitest";
import { bindingId, bindingPath, call, control, prefixPath } from "../../../sandbox/imitation/caller.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";

let imitation: Imitation;
beforeEach(() => {
	imitation = createImitation({ now: () => 0 });
});

const usual = {
	audit_log: true,
	bgp_prefixes: true,
	audit_delay_seconds: 5,
	audit_cursor: "cursor",
	settling_seconds: null,
	lags: [],
};

describe("the behaviour", () => {
	it("changes what an order names, and becomes usual again with a reset", async () => {
		expect(await control(imitation, "GET", "/behaviour")).toEqual({ status: 200, body: usual });
		await control(imitation, "POST", "/behaviour", { audit_log: false });
		const changed = { ...usual, audit_log: false, settling_seconds: 9 };
		const order = { settling_seconds: 9 };
		expect(await control(imitation, "POST", "/behaviour", order)).toEqual({ status: 200, body: changed });
		await control(imitation, "POST", "/reset");
		expect(await control(imitation, "GET", "/behaviour")).toEqual({ status: 200, body: usual });
	});

	it("becomes what the imitation was made with", async () => {
		imitation = createImitation({ behaviour: { settling_seconds: 20 } });
		await control(imitation, "POST", "/behaviour", { settling_seconds: null });
		await control(imitation, "POST", "/reset");
		expect(imitation.behaviour().settling_seconds).toBe(20);
	});

	it.each([
		["an unknown member", { audit: false }, "audit"],
		["a delay below zero", { audit_delay_seconds: -1 }, ">=0"],
		["an unknown cursor", { audit_cursor: "next" }, '("cursor" | "cursors.after" | "both")'],
		["a lag that is too long", { lags: [{ seconds: 151 }] }, "<=150"],
	])("refuses %s", async (_, order, message) => {
		const { status, body } = await control(imitation, "POST", "/behaviour", order);
		expect([status, body]).toEqual([400, { error: expect.stringContaining(message) }]);
		expect(imitation.behaviour()).toEqual(usual);
	});
});

describe("the clock", () => {
	const dateOf = async () => (await call(imitation, "GET", prefixPath)).response.headers.get("date");

	it("is put to a time and advanced, and goes back with a reset", async () => {
		const at = "2030-01-02T12:00:00.000Z";
		expect(await control(imitation, "POST", "/clock", { at })).toEqual({ status: 200, body: { now: at } });
		await control(imitation, "POST", "/clock", { advance_seconds: 90 });
		expect(await control(imitation, "GET", "/clock")).toMatchObject({ body: { now: "2030-01-02T12:01:30.000Z" } });
		expect(await dateOf()).toBe("Wed, 02 Jan 2030 12:01:30 GMT");
		await control(imitation, "POST", "/reset");
		expect(await dateOf()).toBe("Thu, 01 Jan 1970 00:00:00 GMT");
	});

	it.each([
		["/reset", undefined],
		["/clock", { at: "1970-01-01T00:00:00Z" }],
	])("begins a new window of the rate limit: %s", async (path, order) => {
		await control(imitation, "POST", "/clock", { at: "2030-01-02T12:00:00Z" });
		await call(imitation, "GET", prefixPath);
		await control(imitation, "POST", path, order);
		const { response } = await call(imitation, "GET", prefixPath);
		expect(response.headers.get("ratelimit")).toBe('"default";r=1199;t=300');
	});

	it.each([
		[{}, '{"advance_seconds": <number>}'],
		[{ at: "2030-01-02T12:00:00Z", advance_seconds: 1 }, '{"advance_seconds": <number>}'],
		[{ at: "noon" }, "Expected a time"],
		[{ advance_seconds: -1 }, "Expected >=0"],
	])("refuses %j", async (order, message) => {
		const { status, body } = await control(imitation, "POST", "/clock", order);
		expect([status, body]).toEqual([400, { error: expect.stringContaining(message) }]);
	});
});

describe("lag", () => {
	const isListed = async () => {
		const { envelope } = await call(imitation, "GET", `${prefixPath}/bindings`);
		return (envelope.result as { id: string }[]).some(({ id }) => id === bindingId);
	};
	const isFound = async () => (await call(imitation, "GET", bindingPath)).status === 200;

	it("shows what others deleted for as long as it lasts", async () => {
		imitation.behave({ lags: [{ seconds: 60 }] });
		imitation.elsewhere({ delete: [bindingId] });
		imitation.moveClock({ advance_seconds: 59 });
		expect([await isListed(), await isFound()]).toEqual([true, true]);
		imitation.moveClock({ advance_seconds: 1 });
		expect([await isListed(), await isFound()]).toEqual([false, false]);
	});

	it("may differ from one path to the other", async () => {
		imitation.behave({ lags: [{ path: "/bindings/", seconds: 0 }, { seconds: 60 }] });
		imitation.elsewhere({ delete: [bindingId] });
		expect([await isListed(), await isFound()]).toEqual([true, false]);
	});

	it("can change, and the past stays", async () => {
		imitation.behave({ lags: [{ seconds: 30 }] });
		imitation.elsewhere({ delete: [bindingId] });
		imitation.moveClock({ advance_seconds: 40 });
		expect(await isListed()).toBe(false);
		imitation.behave({ lags: [{ seconds: 60 }] });
		expect(await isListed()).toBe(true);
	});

	it("ends with a reset, and no past is left", async () => {
		imitation.elsewhere({ delete: [bindingId] });
		imitation.behave({ lags: [{ seconds: 60 }] });
		imitation.reset();
		expect(await isListed()).toBe(true);
		imitation.behave({ lags: [{ seconds: 60 }] });
		expect(await isListed()).toBe(true);
	});
});
