// What Cloudflare announces of a prefix by BGP. A prefix is announced in parts: its BGP prefixes. Only ranges are compared here.
import { type Cidr, overlaps, parseCidr } from "./cidr.ts";

/** The permission that the credential may lack. unbind works without it. */
export const bgpPermission = "IP Prefixes: BGP On Demand: Read";

export interface BgpPrefix {
	cidr: string;
	/** null if Cloudflare does not say. */
	advertised: boolean | null;
}

/** Why it could not be read. */
export type BgpUnknown = "no_permission" | "unreadable";

/** The announced parts that overlap with the range. */
export const announcedIn = (range: Cidr, bgpPrefixes: readonly BgpPrefix[]): BgpPrefix[] =>
	overlapping(range, bgpPrefixes).filter(({ advertised }) => advertised === true);

/**
 * Whether any of the range is announced; null if that is not known.
 * @param bgpPrefixes null if they could not be read.
 */
export function advertisedIn(range: Cidr, bgpPrefixes: readonly BgpPrefix[] | null): boolean | null {
	const parts = overlapping(range, bgpPrefixes ?? []);
	if (parts.some(({ advertised }) => advertised === true)) return true;
	return parts.length > 0 && parts.every(({ advertised }) => advertised === false) ? false : null;
}

const overlapping = (range: Cidr, bgpPrefixes: readonly BgpPrefix[]): BgpPrefix[] =>
	bgpPrefixes.filter(({ cidr }) => {
		const part = parseCidr(cidr);
		return part.ok && overlaps(part.value, range);
	});
