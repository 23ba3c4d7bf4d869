// BGP prefixes: which parts of a prefix are announced, as `GET …/prefixes/{p}/bgp/prefixes` shows them. A prefix that
// names none has one, its own CIDR, announced. Changes come from elsewhere: here they are only read.
import * as v from "valibot";
import { type Answer, bgpPrefixNotFound, prefixNotFound, succeed } from "./envelope.ts";

const timestamp = "2026-01-15T09:30:00.12345Z";
const nullableTime = v.optional(v.nullable(v.string()), null);

export const bgpPrefixSchema = v.looseObject({
	id: v.string(),
	cidr: v.string(),
	asn: v.optional(v.nullable(v.number()), 64496),
	asn_prepend_count: v.optional(v.number(), 0),
	auto_advertise_withdraw: v.optional(v.boolean(), false),
	bgp_signal_opts: v.optional(v.looseObject({ enabled: v.boolean(), modified_at: nullableTime }), { enabled: false }),
	created_at: v.optional(v.string(), timestamp),
	modified_at: v.optional(v.string(), timestamp),
	/** `advertised` and its time are null where the announcement cannot be changed on demand. */
	on_demand: v.looseObject({
		advertised: v.nullable(v.boolean()),
		advertised_modified_at: nullableTime,
		on_demand_enabled: v.optional(v.boolean(), true),
		on_demand_locked: v.optional(v.boolean(), false),
	}),
});

export type BgpPrefix = v.InferOutput<typeof bgpPrefixSchema>;

interface Announced {
	id: string;
	cidr: string;
	bgp_prefixes?: BgpPrefix[] | undefined;
}

export function bgpPrefixesOf({ id, cidr, bgp_prefixes }: Announced): BgpPrefix[] {
	if (bgp_prefixes) return bgp_prefixes;
	const on_demand = { advertised: true, advertised_modified_at: timestamp };
	return [v.parse(bgpPrefixSchema, { id: `b6${id.slice(2)}`, cidr, on_demand })];
}

export const listBgpPrefixes = (prefix: Announced | undefined): Answer =>
	prefix ? succeed(bgpPrefixesOf(prefix)) : prefixNotFound();

export function getBgpPrefix(prefix: Announced | undefined, id: string): Answer {
	if (!prefix) return prefixNotFound();
	const found = bgpPrefixesOf(prefix).find((one) => one.id === id);
	return found ? succeed(found) : bgpPrefixNotFound();
}

/** Announces or withdraws. Returns why that is impossible, or null. */
export function setAdvertised(prefix: Announced, id: string, advertised: boolean, at: string): string | null {
	const all = bgpPrefixesOf(prefix);
	const { on_demand } = all.find((one) => one.id === id) ?? {};
	if (!on_demand?.on_demand_enabled) return "on demand advertisement is not enabled for it";
	if (on_demand.on_demand_locked) return "its advertisement is locked";
	on_demand.advertised = advertised;
	on_demand.advertised_modified_at = at;
	prefix.bgp_prefixes = all;
	return null;
}
