import { afterEach, describe, expect, it } from "vitest";
import { cloudflare } from "../../harness.ts";
import { addressingOf, cdnId, edgeId, shared } from "./an-addressing.ts";

afterEach(() => cloudflare.reset());

const usedUp = (seconds: number) =>
	cloudflare.order({
		fault: {
			kind: "respond",
			body: { success: true, result: [] },
			headers: { Ratelimit: `"default";r=0;t=${seconds}` },
		},
	});

describe("a rate limit that is used up", () => {
	it("delays the next read for a short while", async () => {
		const { addressing, slept } = addressingOf();
		await usedUp(4);
		await addressing.listPrefixes(shared);
		expect(await addressing.listBindings(edgeId, shared)).toMatchObject({ ok: true });
		expect(slept).toEqual([4000]);
	});

	it("holds back every change, however short the wait, so that it is judged again afterwards", async () => {
		const { addressing, slept, clock } = addressingOf();
		await usedUp(4);
		await addressing.listPrefixes(shared);
		clock.ms += 3999;
		const held = { ok: false, failure: { kind: "throttled", answer: null, retryAfterMs: 1 } };
		expect(await addressing.deleteBinding(edgeId, cdnId)).toEqual(held);
		expect(await addressing.createBinding(edgeId, { cidr: "203.0.113.0/28", serviceId: cdnId })).toEqual(held);
		expect(await cloudflare.log()).toHaveLength(1);
		expect(slept).toEqual([]);
		clock.ms += 1;
		expect(await addressing.deleteBinding(edgeId, cdnId)).toMatchObject({ ok: true });
	});

	it("sends nothing if the wait is long, and reports how long it is", async () => {
		const { addressing, slept, clock } = addressingOf();
		await usedUp(200);
		await addressing.listPrefixes(shared);
		const held = { ok: false, failure: { kind: "throttled", answer: null, retryAfterMs: 200_000 } };
		expect(await addressing.deleteBinding(edgeId, cdnId)).toEqual(held);
		expect(await addressing.listPrefixes(shared)).toEqual(held);
		expect(await cloudflare.log()).toHaveLength(1);
		expect(slept).toEqual([]);
		clock.ms += 200_000;
		expect(await addressing.listPrefixes(shared)).toMatchObject({ ok: true });
	});

	it("holds back only sparing reads while a few calls are left", async () => {
		const { addressing } = addressingOf();
		await cloudflare.order({
			fault: { kind: "respond", body: { success: true, result: [] }, headers: { Ratelimit: '"default";r=9;t=200' } },
		});
		await addressing.listPrefixes(shared);
		const spared = addressing.listBindings(edgeId, { ...shared, sparing: true });
		const whole = addressing.listBindings(edgeId, shared);
		const joining = addressing.listBindings(edgeId, { ...shared, sparing: true });
		expect(await spared).toEqual({ ok: false, failure: { kind: "throttled", answer: null, retryAfterMs: 200_000 } });
		expect(await whole).toMatchObject({ ok: true });
		expect(await joining).toMatchObject({ ok: true });
		expect(await cloudflare.log()).toHaveLength(2);
	});

	it("holds back all calls after a 429", async () => {
		const { addressing } = addressingOf();
		await cloudflare.order({ fault: { kind: "throttle", retry_after: 300 } });
		expect(await addressing.deleteBinding(edgeId, cdnId)).toMatchObject({
			failure: { kind: "throttled", retryAfterMs: 300_000 },
		});
		expect(await addressing.listPrefixes(shared)).toMatchObject({ failure: { answer: null, retryAfterMs: 300_000 } });
		expect(await cloudflare.log()).toHaveLength(1);
	});
});
