// The benchmark's account: 100 prefixes, each with 16 bindings and one for the whole prefix that they fall back to.

const prefixCount = 100;
const bindingsEach = 16;

const magicTransit = { service_id: "2db684ee7ca04e159946fd05b99e1bcd", service_name: "Magic Transit" };
const cdn = { service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52", service_name: "CDN" };
const provisioning = { state: "active" };
const idOf = (mark: string, index: number): string => `${mark}${index.toString(16).padStart(28, "0")}`;

const prefixes = Array.from({ length: prefixCount }, (_, prefix) => {
	const cidr = `10.0.${prefix}.0/24`;
	const below = { id: idOf("c00b", prefix), cidr, ...magicTransit, provisioning };
	const bindings = Array.from({ length: bindingsEach }, (_, index) => ({
		id: idOf("c01d", prefix * bindingsEach + index),
		cidr: `10.0.${prefix}.${index * (256 / bindingsEach)}/28`,
		...cdn,
		provisioning,
	}));
	return { id: idOf("b10c", prefix), cidr, bindings: [below, ...bindings] };
});

/** The bindings that can be deleted, ordered so that consecutive ones are in different prefixes. */
const targets = Array.from({ length: prefixCount * bindingsEach }, (_, index) => {
	const prefix = index % prefixCount;
	const binding = Math.floor(index / prefixCount);
	return { cidr: `10.0.${prefix}.${binding * (256 / bindingsEach)}/28`, prefixId: idOf("b10c", prefix) };
});

export const account = { prefixes, targets };
