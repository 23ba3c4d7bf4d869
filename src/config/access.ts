// The setting ACCESS: Cloudflare Access in front of the page, and what its users may do. Users who are not listed may do
// nothing.

import * as v from "valibot";
import type { Scope } from "../deletion/record/actor.ts";
import { cidrList, scopeList, table } from "./fields.ts";

export interface AccessUser {
	/** The e-mail, in lower case: it is the actor's name. */
	name: string;
	scopes: readonly Scope[];
	/** A user without ranges can't delete anything. */
	ranges: readonly string[];
}

export interface Access {
	/** `<team>.cloudflareaccess.com` */
	host: string;
	audience: string;
	users: readonly AccessUser[];
}

export const access = v.strictObject(
	{
		team: v.pipe(
			v.string(),
			v.regex(
				/^[a-z0-9-]{1,63}\.cloudflareaccess\.com$/,
				"must be a team's domain, such as example.cloudflareaccess.com",
			),
		),
		audience: v.pipe(
			v.string(),
			v.regex(/^[0-9a-f]{64}$/, "must be the application's audience tag: 64 hex digits, lower case"),
		),
		users: v.pipe(
			table("must be a table of e-mails"),
			v.record(
				v.pipe(
					v.string(),
					// Visible ASCII except the @, the comma and capital letters.
					v.regex(
						/^[!-+\--?[-~]{1,64}@[!-+\--?[-~]{1,190}$/,
						"a user's name must be an e-mail address in lower-case ASCII",
					),
				),
				v.strictObject({ scopes: scopeList, ranges: v.optional(cidrList, []) }),
			),
		),
	},
	"must be a table with team, audience and users",
);
type AccessSettings = v.InferOutput<typeof access>;

export const accessOf = ({ team, audience, users }: AccessSettings): Access => ({
	host: team,
	audience,
	users: Object.entries(users).map(([name, user]) => ({ name, ...user })),
});
