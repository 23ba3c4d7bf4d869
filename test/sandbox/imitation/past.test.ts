// Reads lag behind the present, each separately. Changes always act on the present.
import { beforeEach, expect, it } from "vitest";
import { bindingId, bindingPath, call, prefixPath } from "../../../sandbox/imitation/caller.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";

let nowMs: number;
let lagMs: number;
let imitation: Imitation;
beforeEach(() => {
	nowMs = 1_000_000;
	lagMs = 0;
	imitation = createImitation({ now: () => nowMs, lagMs: () => lagMs });
});

const isListed = async (): Promise<boolean> => {
	const { envelope } = await call(imitation, "GET", `${prefixPath}/bindings`);
	return (envelope.result as { id: string }[]).some(({ id }) => id === bindingId);
};
const statusOf = async (): Promise<number> => (await call(imitation, "GET", bindingPath)).status;

it("shows a deleted binding for as long as a read lags", async () => {
	await call(imitation, "DELETE", bindingPath);
	nowMs += 60_000;
	lagMs = 60_001;
	expect([await isListed(), await statusOf()]).toEqual([true, 200]);
	lagMs = 60_000;
	expect([await isListed(), await statusOf()]).toEqual([false, 404]);
});

it("contradicts itself from one read to the next", async () => {
	await call(imitation, "DELETE", bindingPath);
	nowMs += 10_000;
	const seen: boolean[] = [];
	for (const ms of [0, 20_000, 0]) {
		lagMs = ms;
		seen.push(await isListed());
	}
	expect(seen).toEqual([false, true, false]);
});

it("hides a new binding from a read that lags", async () => {
	await call(imitation, "DELETE", bindingPath);
	nowMs += 130_000;
	const json = { cidr: "203.0.113.128/25", service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52" };
	const { status } = await call(imitation, "POST", `${prefixPath}/bindings`, { json });
	nowMs += 5_000;
	const cidrs = async () => {
		const { envelope } = await call(imitation, "GET", `${prefixPath}/bindings`);
		return (envelope.result as { cidr: string }[]).map(({ cidr }) => cidr);
	};
	expect([status, (await cidrs()).includes(json.cidr)]).toEqual([201, true]);
	lagMs = 6_000;
	expect(await cidrs()).not.toContain(json.cidr);
});

it("deletes and creates in the present, however much reads lag", async () => {
	lagMs = 100_000;
	await call(imitation, "DELETE", bindingPath);
	nowMs += 1_000;
	expect(await isListed()).toBe(true);
	expect((await call(imitation, "DELETE", bindingPath)).codes).toEqual([1002]);
});
