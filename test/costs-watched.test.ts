// What a deletion costs right after a restart, when only the watch's inventory knows where a binding is.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdn25, prefixes } from "./doors/account.ts";
import { call, cloudflare } from "./harness.ts";
import { endClock, startClock } from "./lifecycle/clock.ts";
import { goneElsewhere, restarted, watch } from "./lifecycle/watching.ts";

beforeEach(startClock);
afterEach(endClock);

const targets: [string, string][] = [
	["a CIDR", "203.0.113.128/25"],
	["an id", cdn25],
	["an alias", "edge-cdn"],
];
const remove = (target: string) => call(`/bindings/${encodeURIComponent(target)}`, { method: "DELETE" });

async function callsOf(request: () => Promise<{ status: number }>) {
	await cloudflare.forgetLog();
	const { status } = await request();
	return [status, ...(await cloudflare.calls()).map((one) => one.replace(/\/.*/, ""))];
}

describe("a deletion right after a restart", () => {
	it.each(targets)("costs one read of its prefix and one DELETE: %s", async (_, target) => {
		await watch();
		await restarted();
		expect(await callsOf(() => remove(target))).toEqual([200, "GET bindings", "DELETE bindings"]);
	});

	it("costs a list of the prefixes more while the watch is off, as its inventory may be old", async () => {
		await watch();
		await restarted({ WATCH_MINUTES: 0 });
		expect(await callsOf(() => remove("203.0.113.128/25"))).toEqual([
			200,
			"GET prefixes",
			"GET bindings",
			"DELETE bindings",
		]);
	});

	it("finds a prefix that the inventory does not know yet", async () => {
		await watch();
		const state = await cloudflare.state();
		const [{ bindings = [], ...first } = expect.unreachable()] = state.prefixes;
		const moved = { ...first, id: "b10c0000000000000000000000000099", bindings, bgp_prefixes: undefined };
		await cloudflare.put({ ...state, prefixes: [moved, ...state.prefixes.slice(1)] });
		await restarted();
		expect(await callsOf(() => remove("203.0.113.128/25"))).toEqual([
			200,
			"GET bindings",
			"GET prefixes",
			"GET bindings",
			"DELETE bindings",
		]);
	});

	it("answers 404 for what disappeared since the last look", async () => {
		await watch();
		await goneElsewhere(cdn25);
		await restarted();
		expect((await remove(cdn25)).status).toBe(404);
		expect((await remove("203.0.113.128/25")).status).toBe(404);
		expect((await cloudflare.state()).prefixes.find(({ id }) => id === prefixes.amsterdam)?.bindings).toHaveLength(3);
	});
});

it("a plan right after a restart costs one read of its prefix", async () => {
	await watch();
	await restarted();
	expect(await callsOf(() => call("/bindings/203.0.113.128/25"))).toEqual([200, "GET bindings"]);
});
