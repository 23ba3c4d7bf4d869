// Whether an address may be a destination's: a public https address that is not unbind itself. It can't see where a name leads:
// the flag `global_fetch_strictly_public` in wrangler.toml keeps requests on the public side.

/**
 * The rule that the address breaks, in words that quote nothing; null if it is good.
 * @param ownHost unbind's own host name; null if it is not known.
 */
export function brokenRule(text: string, ownHost: string | null): string | null {
	// The parser would drop a line break, and take a backslash for a slash.
	if (!/^[\x21-\x7e]{1,2048}$/.test(text) || text.includes("\\") || !URL.canParse(text))
		return "must be an address, such as https://example.com/path";
	const { protocol, username, password, hash, hostname } = new URL(text);
	const host = hostname.toLowerCase();
	if (protocol !== "https:") return "must be an https address";
	if (username !== "" || password !== "" || /^[^/]*\/\/[^/?#]*@/.test(text))
		return "must have no user name and no password";
	if (hash !== "" || text.includes("#")) return "must not contain #";
	// The parser has written 2130706433 and 0x7f.1 as 127.0.0.1 by now.
	if (host.startsWith("[") || /^[\d.]+$/.test(host)) return "must name a host, not an IP address";
	if (host.endsWith(".")) return "must have no dot at the end of its host";
	if (!host.includes(".") || /\.(?:localhost|local|internal|home\.arpa)$/.test(host)) return "must name a public host";
	if (host === ownHost) return "must not be unbind's own address (PUBLIC_URL)";
	return null;
}
