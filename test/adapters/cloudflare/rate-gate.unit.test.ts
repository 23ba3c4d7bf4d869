import { describe, expect, it } from "vitest";
import { createRateGate } from "../../../src/adapters/cloudflare/rate-gate.ts";

const gateAt = (clock: { ms: number }, ...ratelimits: string[]) => {
	const gate = createRateGate(() => clock.ms);
	for (const ratelimit of ratelimits) gate.observe(new Headers({ ratelimit }));
	return gate;
};

describe("the rate gate", () => {
	it("is open at first", () => {
		expect(gateAt({ ms: 0 }).holdMs()).toBe(0);
	});

	it.each([
		['"default";r=50;t=30', 0],
		['"default";r=1;t=30', 0],
		['"default";r=0;t=30', 30_000],
		['"default"; r=0; t=30', 30_000],
		['"default";t=30;r=0', 30_000],
		['"burst";r=0;t=5, "default";r=900;t=200', 5000],
		['"burst";r=10;t=5, "default";r=0;t=200', 200_000],
		['"burst";r=0;t=5, "default";r=0;t=200', 200_000],
		['"default";r=0', 0],
		['"default";r=;t=30', 0],
		['"default";r=-1;t=30', 0],
		['"default";r=00;t=30', 30_000],
		['"default";pr=0;t=30', 0],
		["garbage", 0],
		["", 0],
	])("after %s holds the next call for %i ms", (ratelimit, holdMs) => {
		expect(gateAt({ ms: 1000 }, ratelimit).holdMs()).toBe(holdMs);
	});

	it.each([
		['"default";r=201;t=30', 0],
		['"default";r=200;t=30', 30_000],
		['"default";r=1;t=999999', 600_000],
		['"default";r=0;t=30', 30_000],
		['"burst";r=900;t=5, "default";r=7;t=200', 200_000],
	])("after %s holds a sparing call for %i ms", (ratelimit, holdMs) => {
		expect(gateAt({ ms: 1000 }, ratelimit).holdMs(true)).toBe(holdMs);
	});

	it.each([
		["keeps 200 of 1,200 calls", '"default";q=1200;w=300', '"default";r=200;t=30', 30_000],
		["keeps no more of a larger limit", '"default";q=12000;w=300', '"default";r=201;t=30', 0],
		["keeps one sixth of a smaller limit", '"default";q=120;w=60', '"default";r=20;t=30', 30_000],
		["lets a sparing call through above it", '"default";q=120;w=60', '"default";r=21;t=30', 0],
		["reads the policy of the same name", '"burst";q=60;w=5, "default";q=1200;w=300', '"burst";r=11;t=5', 0],
		["keeps 200 calls without a policy", "", '"default";r=200;t=30', 30_000],
		["keeps 200 calls under an unreadable policy", '"default";q=many', '"default";r=200;t=30', 30_000],
	])("%s", (_, policy, ratelimit, holdMs) => {
		const gate = createRateGate(() => 1000);
		gate.observe(new Headers({ ratelimit, "ratelimit-policy": policy }));
		expect(gate.holdMs(true)).toBe(holdMs);
		expect(gate.holdMs()).toBe(0);
	});

	it("knows the calls left until their window ends", () => {
		const clock = { ms: 0 };
		const gate = gateAt(clock, '"burst";r=90;t=5, "default";r=40;t=30');
		expect(gate.callsLeft()).toBe(40);
		gate.observe(new Headers());
		expect(gate.callsLeft()).toBe(40);
		clock.ms = 30_000;
		expect(gate.callsLeft()).toBeNull();
	});

	it("ignores headers without the field", () => {
		const gate = createRateGate(() => 0);
		gate.observe(new Headers());
		expect(gate.holdMs()).toBe(0);
	});

	it("opens as time passes", () => {
		const clock = { ms: 0 };
		const gate = gateAt(clock, '"default";r=0;t=30');
		clock.ms = 10_000;
		expect(gate.holdMs()).toBe(20_000);
		clock.ms = 30_000;
		expect(gate.holdMs()).toBe(0);
		clock.ms = 60_000;
		expect(gate.holdMs()).toBe(0);
	});

	it.each(['"default";r=0;t=601', '"default";r=0;t=123456', '"default";r=0;t=999999999'])(
		"after %s is shut for at most ten minutes, so that read-backs get through",
		(ratelimit) => {
			expect(gateAt({ ms: 1000 }, ratelimit).holdMs()).toBe(600_000);
		},
	);

	it("is held for at most ten minutes", () => {
		const gate = gateAt({ ms: 1000 });
		gate.holdFor(86_400_000);
		expect(gate.holdMs()).toBe(600_000);
	});

	it("is never held for less by a later answer", () => {
		const gate = gateAt({ ms: 0 }, '"default";r=0;t=30', '"default";r=0;t=5', '"default";r=99;t=30');
		gate.holdFor(1000);
		expect(gate.holdMs()).toBe(30_000);
		gate.holdFor(60_000);
		expect(gate.holdMs()).toBe(60_000);
	});
});
