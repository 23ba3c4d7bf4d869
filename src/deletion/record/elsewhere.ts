// What is known of a binding that disappeared without unbind: when it was seen and missed, and who did it, if Cloudflare's
// audit log says so. Types and words only.

export interface Elsewhere {
	noticed_at: string;
	last_seen_at: string;
	/** null until the audit log names somebody. It may never do so: it is incomplete, or may not be read. */
	by: Author | null;
	how: How | null;
	token_name: string | null;
	/** Of the call that did it. */
	ray: string | null;
}

/** As in Cloudflare's audit log. Not one of unbind's callers. */
export interface Author {
	name: string;
	/** Cloudflare's id of the user. */
	id?: string;
	/** An open set: `user`, `account`, `system`, … */
	type?: string;
}

/** An open set: later releases may write others. */
export type How = "dashboard" | "api_token" | "api_key" | "cloudflare";

/** What the audit log said. */
export type Identified = Pick<Elsewhere, "by" | "how" | "token_name" | "ray">;

/** To go on with "Deleted by": "alice@example.com, in the dashboard". null if nothing is known. */
export function whoWords({ by, how, token_name }: Elsewhere): string | null {
	const way = how === null ? null : wayWords(how, token_name);
	// A token of the account has no other name.
	if (by !== null && !isItsToken(by, token_name)) return way === null ? by.name : `${by.name}, ${way}`;
	if (how === "cloudflare") return "Cloudflare";
	return way === null ? token_name : `someone ${way}`;
}

/** Whether the log gave only the token's own name. */
const isItsToken = ({ name }: Author, itsName: string | null): boolean => name === itsName;

function wayWords(how: How, tokenName: string | null): string | null {
	switch (how) {
		case "dashboard":
			return "in the dashboard";
		case "api_token":
			return tokenName === null ? "with an API token" : `with the API token “${tokenName}”`;
		case "api_key":
			return "with an API key";
		default:
			return null;
	}
}
