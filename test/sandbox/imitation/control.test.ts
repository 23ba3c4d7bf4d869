// The control surface, and where a Worker's outbound requests may go.
import { expect, it } from "vitest";
import { bindingPath, call, control, prefixPath, toRequest } from "../../../sandbox/imitation/caller.ts";
import { createImitation } from "../../../sandbox/imitation/imitation.ts";
import { createOutbound } from "../../../sandbox/imitation/outbound.ts";

it("takes one order or a list of them, and forgets them on request", async () => {
	const imitation = createImitation();
	const order = { method: "DELETE", path: "/bindings/", times: 2, fault: { kind: "drop_after" } };
	expect(await control(imitation, "POST", "/faults", order)).toEqual({
		status: 200,
		body: [order],
	});
	const more = [{ fault: { kind: "empty" } }, { fault: { kind: "delay", milliseconds: 1 } }];
	expect(await control(imitation, "POST", "/faults", more)).toMatchObject({ status: 200 });
	expect(await control(imitation, "GET", "/faults")).toMatchObject({
		body: [order, { times: 1 }, { times: 1 }],
	});
	await control(imitation, "DELETE", "/faults");
	expect(imitation.faults.pending()).toEqual([]);
});

it.each([
	["nothing", undefined],
	["an unknown fault", { fault: { kind: "earthquake" } }],
	["an unknown field", { fault: { kind: "empty" }, colour: "red" }],
	["no fault", { method: "GET" }],
	["another method", { method: "PUT", fault: { kind: "empty" } }],
	["zero times", { times: 0, fault: { kind: "empty" } }],
	["a list with one bad order", [{ fault: { kind: "empty" } }, {}]],
])("refuses as an order: %s", async (_, json) => {
	const imitation = createImitation();
	const { status, body } = await control(imitation, "POST", "/faults", json);
	expect(status).toBe(400);
	expect(body).toEqual({ error: expect.any(String) });
	expect(imitation.faults.pending()).toEqual([]);
});

it("shows the log, waits for requests to arrive, and clears it", async () => {
	const imitation = createImitation();
	const waiting = control(imitation, "GET", "/log?at_least=2");
	await call(imitation, "GET", prefixPath);
	await call(imitation, "DELETE", bindingPath);
	const expected = { status: 200, body: [{ method: "GET" }, { method: "DELETE" }] };
	expect(await waiting).toMatchObject(expected);
	expect(await control(imitation, "GET", "/log")).toMatchObject(expected);
	await control(imitation, "DELETE", "/log");
	expect(await control(imitation, "GET", "/log")).toMatchObject({ body: [] });
	expect(await control(imitation, "GET", "/log?at_least=many")).toMatchObject({ status: 400 });
});

it("takes a whole state, fills in what is left out, and shows it", async () => {
	const imitation = createImitation();
	const prefix = { id: "a".repeat(32), cidr: "192.0.2.0/24", bindings: [{ id: "b".repeat(32) }] };
	expect(await control(imitation, "PUT", "/state", { prefixes: [prefix] })).toMatchObject({
		status: 204,
	});
	expect(await control(imitation, "GET", "/state")).toMatchObject({
		body: { prefixes: [{ ...prefix, approved: "V" }], services: [{}, {}, {}] },
	});
	const bad = await control(imitation, "PUT", "/state", { prefixes: [{ id: 1 }] });
	expect(bad).toMatchObject({ status: 400, body: { error: expect.stringContaining("prefixes") } });
});

it("resets everything", async () => {
	const imitation = createImitation();
	await call(imitation, "DELETE", bindingPath);
	imitation.faults.order({ fault: { kind: "empty" } });
	await control(imitation, "POST", "/reset");
	expect(imitation.snapshot()).toEqual(createImitation().snapshot());
	expect(imitation.faults.pending()).toEqual([]);
	expect(imitation.log.entries()).toEqual([]);
});

it("releases and drops requests that are held", async () => {
	const imitation = createImitation();
	imitation.faults.order({ times: 2, fault: { kind: "hang_before" } });
	const first = call(imitation, "GET", prefixPath);
	await imitation.log.whenArrived(1);
	await control(imitation, "POST", "/release");
	expect(await first).toMatchObject({ status: 200 });
	const second = call(imitation, "GET", prefixPath);
	const dropped = expect(second).rejects.toThrow("the connection was dropped");
	await imitation.log.whenArrived(2);
	await control(imitation, "POST", "/drop");
	await dropped;
});

it("answers 404 to unknown controls", async () => {
	expect(await control(createImitation(), "GET", "/nothing")).toMatchObject({ status: 404 });
});

it("lets requests reach the API and its controls, and no other host", async () => {
	const imitation = createImitation();
	const outbound = createOutbound(imitation);
	expect((await outbound(toRequest("GET", prefixPath))).status).toBe(200);
	await expect(outbound(new Request("https://hooks.example.com/secret"))).rejects.toThrow(
		"nothing outside loopback is ever contacted, and hooks.example.com was asked for",
	);
	expect(imitation.log.entries()).toMatchObject([
		{ status: 200 },
		{ path: "https://hooks.example.com", fault: "refused_host" },
	]);
});
