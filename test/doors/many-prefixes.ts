// An account with many prefixes of two bindings each. Deleting the smaller one is no risk and not too broad.
import * as v from "valibot";
import { stateSchema } from "../../sandbox/imitation/state.ts";
import { cloudflare } from "../harness.ts";

const service = { service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52", service_name: "CDN" };

/** The id of a prefix ("a"), its whole binding ("b") or its smaller one ("c"). */
export const numberedId = (kind: "a" | "b" | "c", index: number): string =>
	`${kind}${String(index).padStart(32 - kind.length, "0")}`;
/** The smaller binding's CIDR. */
export const numberedCidr = (index: number): string => `100.64.${index}.0/25`;

/** Puts 100.64.0.0/24 and the following prefixes in the account, each with a /24 and a /25. */
export async function manyPrefixes(count: number): Promise<void> {
	const prefixes = Array.from({ length: count }, (_, index) => ({
		id: numberedId("a", index),
		cidr: `100.64.${index}.0/24`,
		bindings: [`100.64.${index}.0/24`, numberedCidr(index)].map((cidr, place) => ({
			id: numberedId(place === 0 ? "b" : "c", index),
			cidr,
			...service,
			provisioning: { state: "active" },
		})),
	}));
	await cloudflare.put(v.parse(stateSchema, { prefixes }));
}
