// The account that loses its bindings: each prefix has one of its own range, and some have more inside it. A few may keep one.
import { magicTransitId } from "../../sandbox/imitation/account.ts";
import type { State, StateInput } from "../../sandbox/imitation/state.ts";

export interface Size {
	prefixes: number;
	/** How many bindings are lost. */
	bindings: number;
	/** In how many prefixes one more binding is left. */
	left: number;
}

export interface Bound {
	id: string;
	prefixId: string;
	cidr: string;
	serviceId: string;
}

export interface Outage {
	account: StateInput;
	lost: Bound[];
	kept: Bound[];
}

const cdn = "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52";
const id = (kind: string, number: number) => `${kind}${String(number).padStart(31, "0")}`;
const networkOf = (prefix: number) => `100.${64 + (prefix >> 8)}.${prefix & 255}`;

export function outageOf({ prefixes, bindings, left }: Size): Outage {
	const bound = (number: number, prefix: number, part: number): Bound => ({
		id: id("b", number),
		prefixId: id("a", prefix),
		cidr: part === 0 ? `${networkOf(prefix)}.0/24` : `${networkOf(prefix)}.${(part - 1) * 16}/28`,
		serviceId: part === 0 ? magicTransitId : cdn,
	});
	const lost = Array.from({ length: bindings }, (_, number) =>
		bound(number, number % prefixes, Math.floor(number / prefixes)),
	);
	const lastPart = 16;
	const kept = Array.from({ length: left }, (_, number) => bound(bindings + number, prefixes - 1 - number, lastPart));
	const all = [...lost, ...kept];
	const account = {
		prefixes: Array.from({ length: prefixes }, (_, prefix) => ({
			id: id("a", prefix),
			cidr: `${networkOf(prefix)}.0/24`,
			bindings: all
				.filter(({ prefixId }) => prefixId === id("a", prefix))
				.map((one) => ({
					id: one.id,
					cidr: one.cidr,
					service_id: one.serviceId,
					service_name: one.serviceId === cdn ? "CDN" : "Magic Transit",
					provisioning: { state: "active" },
				})),
		})),
	};
	return { account, lost, kept };
}

export const boundIn = ({ prefixes }: State): Bound[] =>
	prefixes.flatMap((prefix) =>
		prefix.bindings.map(({ id: bindingId, cidr = "", service_id = "" }) => ({
			id: bindingId,
			prefixId: prefix.id,
			cidr,
			serviceId: service_id,
		})),
	);
