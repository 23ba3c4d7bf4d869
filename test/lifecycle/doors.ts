// Three doors that take the same request, so that a test can run on all of them.
import { bindingsPath } from "../doors/account.ts";
import type { Answer, CallOptions } from "../harness.ts";

export type Call = (path: string, options: CallOptions) => Promise<Answer>;

export interface Wish {
	acknowledge?: readonly string[];
	reason?: string;
	notBefore?: string;
	ifMatch?: string;
	supersede?: boolean;
}

export interface Named {
	cidr: string;
	id: string;
	prefixId: string;
}

export const doors = {
	"api DELETE": (call: Call, { cidr }: Named, { ifMatch, ...wish }: Wish) =>
		call(`/bindings/${cidr}?${queryOf(wish)}`, { method: "DELETE", headers: conditionOf(ifMatch) }),
	"api POST": (call: Call, { cidr }: Named, { acknowledge, reason, notBefore, ifMatch, supersede }: Wish) =>
		call("/deletions", {
			method: "POST",
			headers: conditionOf(ifMatch),
			json: { target: cidr, acknowledge, reason, not_before: notBefore, supersede },
		}),
	cloudflare: (call: Call, { prefixId, id }: Named, { ifMatch, ...wish }: Wish) =>
		call(`${bindingsPath(prefixId, id)}?${queryOf(wish)}`, { method: "DELETE", headers: conditionOf(ifMatch) }),
};
export type DoorName = keyof typeof doors;
export const doorNames: DoorName[] = ["api DELETE", "api POST", "cloudflare"];

const conditionOf = (ifMatch: string | undefined): Record<string, string> =>
	ifMatch === undefined ? {} : { "if-match": ifMatch };

function queryOf({ acknowledge = [], reason, notBefore, supersede }: Wish): string {
	const query = new URLSearchParams();
	if (acknowledge.length > 0) query.set("acknowledge", acknowledge.join(","));
	if (reason !== undefined) query.set("reason", reason);
	if (notBefore !== undefined) query.set("not_before", notBefore);
	if (supersede !== undefined) query.set("supersede", String(supersede));
	return query.toString();
}
