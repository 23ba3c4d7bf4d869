// The setting ACCESS: Cloudflare Access in front of the page, and what its users may do. Users who are not listed may do
// nothing.

import * as v from "valibot";
import { cidrList, type Grant, matching, scopeList, table } from "./fields.ts";

export interface Access {
	/** `<team>.cloudflareaccess.com` */
	host: string;
	audience: string;
	/** Each is named after the e-mail, in lower case. */
	users: readonly Grant[];
}

export const access = v.strictObject(
	{
		team: matching(
			/^[a-z0-9-]{1,63}\.cloudflareaccess\.com$/,
			"must be a team's domain, such as example.cloudflareaccess.com",
		),
		audience: matching(/^[0-9a-f]{64}$/, "must be the application's audience tag: 64 hex digits, lower case"),
		users: v.pipe(
			table("must be a table of e-mails"),
			v.record(
				// Visible ASCII except the @, the comma and capital letters.
				matching(
					/^[!-+\--?[-~]{1,64}@[!-+\--?[-~]{1,190}$/,
					"a user's name must be an e-mail address in lower-case ASCII",
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
