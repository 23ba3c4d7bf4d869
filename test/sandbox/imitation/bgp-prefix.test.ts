// BGP prefixes: which prefixes are announced, and who may see it.
import { expect, it } from "vitest";
import { addressing, call, prefixId, prefixPath } from "../../../sandbox/imitation/caller.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";

interface BgpPrefix {
	id: string;
	on_demand: { advertised: boolean | null };
}

const path = `${prefixPath}/bgp/prefixes`;
const listed = async (imitation: Imitation, at = path) =>
	(await call(imitation, "GET", at)).envelope.result as BgpPrefix[];

it("lists a prefix's BGP prefixes with their announcement", async () => {
	const { status, envelope } = await call(createImitation(), "GET", path);
	expect(status).toBe(200);
	expect(envelope.result).toEqual([
		{
			id: "b6900000000000000000000000000001",
			cidr: "203.0.113.0/24",
			asn: 64496,
			asn_prepend_count: 0,
			auto_advertise_withdraw: false,
			bgp_signal_opts: { enabled: false, modified_at: null },
			created_at: "2026-01-15T09:30:00.12345Z",
			modified_at: "2026-01-15T09:30:00.12345Z",
			on_demand: {
				advertised: true,
				advertised_modified_at: "2026-01-15T09:30:00.12345Z",
				on_demand_enabled: true,
				on_demand_locked: false,
			},
		},
	]);
});

it("announces two prefixes of the fixed account, and the third not", async () => {
	const imitation = createImitation();
	const advertised: unknown[] = [];
	for (const { id } of imitation.snapshot().prefixes)
		for (const { on_demand } of await listed(imitation, `${addressing}/prefixes/${id}/bgp/prefixes`))
			advertised.push(on_demand.advertised);
	expect(advertised).toEqual([true, true, false]);
});

it("reads one by its id, and answers 404 to an unknown id or prefix", async () => {
	const imitation = createImitation();
	const [first] = await listed(imitation);
	expect((await call(imitation, "GET", `${path}/${first?.id}`)).envelope.result).toEqual(first);
	const unknown = "f".repeat(32);
	for (const missing of [`${path}/${unknown}`, path.replace(prefixId, unknown)])
		expect(await call(imitation, "GET", missing)).toMatchObject({ status: 404, codes: [1000] });
});

it("gives a prefix without any its own CIDR, announced", async () => {
	const imitation = createImitation({ state: { prefixes: [{ id: prefixId, cidr: "192.0.2.0/24" }] } });
	expect(await listed(imitation)).toMatchObject([
		{ id: `b6${prefixId.slice(2)}`, cidr: "192.0.2.0/24", on_demand: { advertised: true } },
	]);
	imitation.elsewhere({ withdraw: ["192.0.2.0/24"] });
	expect(await listed(imitation)).toMatchObject([{ on_demand: { advertised: false } }]);
});

it("changes when others withdraw and advertise, and says when", async () => {
	const imitation = createImitation({ now: () => 0, behaviour: { audit_delay_seconds: 0 } });
	const done = imitation.elsewhere({ withdraw: ["203.0.113.0/24"], advertise: ["2001:db8:100::/48"] });
	const { id } = (await listed(imitation))[0] ?? {};
	expect(done).toMatchObject({ advertised: [{ id, prefix_id: prefixId, advertised: false }, { advertised: true }] });
	const withdrawn = { advertised: false, advertised_modified_at: "1970-01-01T00:00:00.000Z" };
	expect(await listed(imitation)).toMatchObject([{ on_demand: withdrawn }]);
	const logs = `${addressing.replace("addressing", "logs")}/audit?since=1970-01-01&before=1970-01-02&direction=asc`;
	expect((await call(imitation, "GET", logs)).envelope.result).toMatchObject([
		{ action: { type: "update" }, raw: { method: "PATCH" }, resource: { id, type: "bgp_prefix" } },
		{ action: { type: "update" } },
	]);
});

it.each([
	["locked", { advertised: true, on_demand_locked: true }, "locked"],
	["not on demand", { advertised: null, on_demand_enabled: false }, "not enabled"],
])("does not change while it is %s", (_, on_demand, why) => {
	const bgp_prefixes = [{ id: "b6", cidr: "192.0.2.0/24", on_demand }];
	const imitation = createImitation({ state: { prefixes: [{ id: prefixId, cidr: "192.0.2.0/24", bgp_prefixes }] } });
	const before = imitation.snapshot();
	expect(imitation.elsewhere({ withdraw: ["b6"] })).toEqual({ status: 409, error: expect.stringContaining(why) });
	expect(imitation.snapshot()).toEqual(before);
});

it("is closed without the permission, while bindings can be read", async () => {
	const imitation = createImitation({ behaviour: { bgp_prefixes: false } });
	for (const closed of [path, `${path}/b6900000000000000000000000000001`])
		expect(await call(imitation, "GET", closed)).toMatchObject({ status: 403, codes: [10000] });
	expect(await call(imitation, "GET", `${prefixPath}/bindings`)).toMatchObject({ status: 200 });
});
