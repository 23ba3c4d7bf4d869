// A new binding becomes active some time after it was created, by the imitation's own clock.
import { beforeEach, expect, it } from "vitest";
import { addressing, call, prefixPath } from "../../../sandbox/imitation/caller.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";

const cdn = "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52";
const cidr = "203.0.113.0/27";
const day = 86_400_000;

let nowMs: number;
let imitation: Imitation;
beforeEach(() => {
	nowMs = 1_000_000;
	imitation = createImitation({ now: () => nowMs, behaviour: { settling_seconds: 20 } });
});

const create = () => call(imitation, "POST", `${prefixPath}/bindings`, { json: { cidr, service_id: cdn } });
const stateOf = async (wanted = cidr, prefix = prefixPath) => {
	const { envelope } = await call(imitation, "GET", `${prefix}/bindings`);
	const bindings = envelope.result as { cidr: string; provisioning: { state: string } }[];
	return bindings.find((one) => one.cidr === wanted)?.provisioning.state;
};

it("turns a new binding active when it has settled", async () => {
	await create();
	nowMs += 19_999;
	expect(await stateOf()).toBe("provisioning");
	nowMs += 1;
	expect(await stateOf()).toBe("active");
});

it("turns what others create and change active too", async () => {
	const changed = "203.0.113.128/25";
	imitation.elsewhere({ create: [{ cidr, service_id: cdn }], change: [{ cidr: changed, service_id: cdn }] });
	expect([await stateOf(), await stateOf(changed)]).toEqual(["provisioning", "provisioning"]);
	nowMs += 20_000;
	expect([await stateOf(), await stateOf(changed)]).toEqual(["active", "active"]);
});

it("leaves a binding that was provisioning from the start", async () => {
	nowMs += day;
	const prefix = `${addressing}/prefixes/b10c0000000000000000000000000003`;
	expect(await stateOf("2001:db8:100:1::/64", prefix)).toBe("provisioning");
});

it("never ends by default", async () => {
	imitation = createImitation({ now: () => nowMs });
	await create();
	nowMs += day;
	expect(await stateOf()).toBe("provisioning");
});

it("goes on from a saved state", async () => {
	await create();
	const saved = JSON.parse(JSON.stringify(imitation.snapshot()));
	imitation = createImitation({ now: () => nowMs, state: saved });
	expect(await stateOf()).toBe("provisioning");
	nowMs += 20_000;
	expect(await stateOf()).toBe("active");
	expect(imitation.snapshot().settling).toEqual({});
});

it("shows a read that lags the moment when it settled, not when that was noticed", async () => {
	let lagMs = 0;
	const behaviour = { settling_seconds: 20 };
	imitation = createImitation({ now: () => nowMs, lagMs: () => lagMs, behaviour });
	await create();
	nowMs += 30_000;
	lagMs = 10_000;
	expect(await stateOf()).toBe("active");
	lagMs = 10_001;
	expect(await stateOf()).toBe("provisioning");
});
