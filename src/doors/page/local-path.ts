// Where to send a visitor after signing in: only to a path on this host.

/** The path and query of an address on this host; "/" for anything else. */
export function localPath(text: string, here: string): string {
	// Browsers read a backslash as a slash, and drop tabs and line breaks.
	if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(text)) return "/";
	const { origin } = new URL(here);
	const url = URL.canParse(text, origin) ? new URL(text, origin) : null;
	// Once its dots are resolved, "/.//evil.example" leads to another host.
	return url?.origin === origin && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}` : "/";
}
