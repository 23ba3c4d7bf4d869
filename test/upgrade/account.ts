// The account of these tests: a prefix with many bindings, and prefixes with a single binding, whose deletion needs an
// approval.
import { magicTransitId, services } from "../../sandbox/imitation/account.ts";
import type { StateInput } from "../../sandbox/imitation/state.ts";

const parts = 32;
const single = 9;

export const amsterdam = "2af39739cc4e3b5910c918468bb89828";
const aloneIn = (number: number) => `b10c${String(number).padStart(28, "0")}`;
const idOf = (cidr: string) => `c01d${Buffer.from(cidr).toString("hex").slice(-28).padStart(28, "0")}`;

export const part = (number: number): string => `203.0.113.${number * 8}/29`;
export const alone = (number: number): string => `100.65.${number}.0/24`;
/** The original id of the binding at this CIDR. */
export const bindingAt = (cidr: string): string => idOf(cidr);

const cdn = services.find(({ name }) => name === "CDN");

const bound = (cidr: string, service: { id: string; name: string } | undefined) => ({
	id: idOf(cidr),
	cidr,
	...(service && { service_id: service.id, service_name: service.name }),
	provisioning: { state: "active" },
});

export const account: StateInput = {
	prefixes: [
		{
			id: amsterdam,
			cidr: "203.0.113.0/24",
			bindings: [
				bound(
					"203.0.113.0/24",
					services.find(({ id }) => id === magicTransitId),
				),
				...Array.from({ length: parts }, (_, number) => bound(part(number), cdn)),
			],
		},
		...Array.from({ length: single }, (_, number) => ({
			id: aloneIn(number),
			cidr: alone(number),
			bindings: [bound(alone(number), cdn)],
		})),
	],
};
