// The fixed account that the imitation starts with. README examples and tests rely on every value. Only data: its
// schema and defaults are in state.ts.

export const accountId = "258def64c72dae45f3e4c8516e2111f2";

const magicTransit = {
	service_id: "2db684ee7ca04e159946fd05b99e1bcd",
	service_name: "Magic Transit",
};
const cdn = { service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52", service_name: "CDN" };
const spectrum = { service_id: "a3d7b91e6c2048f5b0e4d8c7f1a29635", service_name: "Spectrum" };

const active = { provisioning: { state: "active" } };

export const services = [cdn, spectrum, magicTransit].map(({ service_id, service_name }) => ({
	id: service_id,
	name: service_name,
}));

export const magicTransitId = magicTransit.service_id;

const bgpPrefix = (number: number, cidr: string, advertised: boolean) => ({
	id: `b6900000000000000000000000000${number.toString().padStart(3, "0")}`,
	cidr,
	on_demand: { advertised, advertised_modified_at: "2026-01-15T09:30:00.12345Z" },
});

export const prefixes = [
	{
		id: "2af39739cc4e3b5910c918468bb89828",
		cidr: "203.0.113.0/24",
		description: "Edge, Amsterdam",
		ownership_validation_token: "sandbox-ownership-validation-token-1",
		bgp_prefixes: [bgpPrefix(1, "203.0.113.0/24", true)],
		bindings: [
			{
				id: "0429b49b6a5155297b78e75a44b09e14",
				cidr: "203.0.113.0/24",
				...magicTransit,
				...active,
			},
			{ id: "c01d0000000000000000000000000001", cidr: "203.0.113.0/26", ...cdn, ...active },
			{ id: "c01d0000000000000000000000000002", cidr: "203.0.113.64/26", ...spectrum, ...active },
			{ id: "c01d0000000000000000000000000003", cidr: "203.0.113.128/25", ...cdn, ...active },
		],
	},
	{
		id: "b10c0000000000000000000000000002",
		cidr: "198.51.100.0/24",
		description: "Web shop",
		ownership_validation_token: "sandbox-ownership-validation-token-2",
		bgp_prefixes: [bgpPrefix(2, "198.51.100.0/24", true)],
		bindings: [{ id: "c01d0000000000000000000000000004", cidr: "198.51.100.0/24", ...cdn, ...active }],
	},
	{
		id: "b10c0000000000000000000000000003",
		cidr: "2001:db8:100::/48",
		description: "IPv6",
		ownership_validation_token: "sandbox-ownership-validation-token-3",
		bgp_prefixes: [bgpPrefix(3, "2001:db8:100::/48", false)],
		bindings: [
			{ id: "c01d0000000000000000000000000005", cidr: "2001:db8:100::/48", ...cdn, ...active },
			{
				id: "c01d0000000000000000000000000006",
				cidr: "2001:db8:100:1::/64",
				...spectrum,
				provisioning: { state: "provisioning" },
			},
			// A regional binding: a dashed id and no service.
			{ id: "c01d0000-0000-4000-8000-000000000007", cidr: "2001:db8:100:2::/64", ...active },
		],
	},
];
