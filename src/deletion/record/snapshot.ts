// Identifies what a plan looked at, so that a later change can be noticed.
import type { Binding } from "../address/binding.ts";
import { digestOf } from "./digest.ts";
import type { Json } from "./json.ts";

/** A digest of what was looked at, in two parts: the binding, and its siblings. A plan's ETag has both. */
export function snapshotTag(binding: Binding, all: readonly Binding[]): string {
	const describe = (one: Binding) => [one.id, one.cidr, one.serviceId, one.provisioningState];
	const digest = (value: Json) => digestOf(JSON.stringify(value)).slice(0, 16);
	const siblings = all.filter((one) => one.id !== binding.id).map((one) => JSON.stringify(describe(one)));
	return `${digest(describe(binding))}.${digest(siblings.toSorted())}`;
}
