// CIDR arithmetic for the imitation, kept apart from unbind's own, so that neither can hide a mistake of the other.
import ipaddr from "ipaddr.js";

/** The CIDR in canonical form, or null if it is not one. */
function canonical(text: string): string | null {
	try {
		const [address, length] = ipaddr.parseCIDR(text);
		const network =
			address.kind() === "ipv4"
				? ipaddr.IPv4.networkAddressFromCIDR(text).toString()
				: ipaddr.IPv6.networkAddressFromCIDR(text).toRFC5952String();
		return `${network}/${length}`;
	} catch {
		return null;
	}
}

export function isCanonicalCidr(text: string): boolean {
	return canonical(text) === text;
}

/** Both must be canonical. */
export function isInside(inner: string, outer: string): boolean {
	const [innerAddress, innerLength] = ipaddr.parseCIDR(inner);
	const [outerAddress, outerLength] = ipaddr.parseCIDR(outer);
	return (
		innerAddress.kind() === outerAddress.kind() &&
		innerLength >= outerLength &&
		innerAddress.match([outerAddress, outerLength])
	);
}
