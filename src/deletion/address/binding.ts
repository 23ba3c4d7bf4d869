// Cloudflare's nouns, reduced to what unbind uses. Anything secret in Cloudflare's objects never gets this far.
import type { Cidr } from "./cidr.ts";
import type { CloudflareId } from "./cloudflare-id.ts";

export interface Prefix {
	id: string;
	cidr: string;
	range: Cidr;
	/** Cloudflare's approval of the prefix: `V` is valid, `P` is pending. */
	approved: string | null;
	/** The operator's own description. */
	description: string | null;
	asn: number | null;
	/** Whether BGP announces it. */
	advertised: boolean | null;
}

/** A binding as Cloudflare lists it. `range` is null if its CIDR is missing or can't be parsed. */
export interface Binding {
	id: string;
	cidr: string | null;
	range: Cidr | null;
	serviceId: string | null;
	serviceName: string | null;
	/** An open set: `active`, `provisioning`, `magic_transit_route_missing`, … */
	provisioningState: string | null;
}

/** A binding that can be deleted: its id is safe in a path, and its range is known. */
export type LiveBinding = Binding & { id: CloudflareId; cidr: string; range: Cidr };
