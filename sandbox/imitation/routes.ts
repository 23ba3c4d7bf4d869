// Which operation a method and a path mean. As at Cloudflare, the path is normalised first: `…/bindings/..` is the
// prefix by then, and an empty id is another route.
import type { ReadPermission } from "./behaviour.ts";
import {
	deleteBinding,
	deletePrefix,
	getBgp,
	getBinding,
	getPrefix,
	listAuditLog,
	listBgp,
	listBindings,
	listPrefixes,
	listServices,
	type Operation,
	postBinding,
	verifyToken,
} from "./operations.ts";

export const base = "/client/v4";

interface Route {
	method: string;
	path: string;
	operation: Operation;
	/** The account-independent token check accepts only tokens. */
	tokenOnly?: boolean;
	/** A permission beyond those of the Addressing API. */
	needs?: ReadPermission;
}

const account = `${base}/accounts/:account`;
const prefixes = `${account}/addressing/prefixes`;
const bindings = `${prefixes}/:prefix/bindings`;
const bgpPrefixes = `${prefixes}/:prefix/bgp/prefixes`;

const routes: Route[] = [
	{ method: "GET", path: `${base}/user/tokens/verify`, operation: verifyToken, tokenOnly: true },
	{ method: "GET", path: `${account}/tokens/verify`, operation: verifyToken, tokenOnly: true },
	{ method: "GET", path: `${account}/addressing/services`, operation: listServices },
	{ method: "GET", path: prefixes, operation: listPrefixes },
	{ method: "GET", path: `${prefixes}/:prefix`, operation: getPrefix },
	{ method: "DELETE", path: `${prefixes}/:prefix`, operation: deletePrefix },
	{ method: "GET", path: bindings, operation: listBindings },
	{ method: "POST", path: bindings, operation: postBinding },
	{ method: "GET", path: `${bindings}/:binding`, operation: getBinding },
	{ method: "DELETE", path: `${bindings}/:binding`, operation: deleteBinding },
	{ method: "GET", path: bgpPrefixes, operation: listBgp, needs: "bgp_prefixes" },
	{ method: "GET", path: `${bgpPrefixes}/:bgp`, operation: getBgp, needs: "bgp_prefixes" },
	{ method: "GET", path: `${account}/logs/audit`, operation: listAuditLog, needs: "audit_log" },
];

export interface Match {
	operation: Operation;
	tokenOnly: boolean;
	needs: ReadPermission | null;
	params: { account: string | null; prefix: string; binding: string; bgp: string };
}

/** Ignores one slash at the end, which is what makes `..` dangerous. */
export function route(method: string, pathname: string): Match | null {
	const actual = pathname.replace(/\/$/, "").split("/");
	for (const one of routes) {
		const wanted = one.path.split("/");
		if (one.method !== method || wanted.length !== actual.length) continue;
		const values = new Map<string, string>();
		const fits = wanted.every((segment, index) => {
			const value = actual[index] ?? "";
			if (!segment.startsWith(":")) return segment === value;
			values.set(segment, value);
			return value !== "";
		});
		if (!fits) continue;
		const params = {
			account: values.get(":account") ?? null,
			prefix: values.get(":prefix") ?? "",
			binding: values.get(":binding") ?? "",
			bgp: values.get(":bgp") ?? "",
		};
		const { operation, tokenOnly = false, needs = null } = one;
		return { operation, tokenOnly, needs, params };
	}
	return null;
}
