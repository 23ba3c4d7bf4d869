// Where a visitor may be sent after signing in: to a path of unbind's own, and nowhere else.

/** The path and query of an address of ours; "/" for anything else. */
export function localPath(text: string, here: string): string {
	// Browsers read a backslash as a slash, and drop tabs and line breaks.
	if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(text)) return "/";
	const { origin } = new URL(here);
	const url = URL.canParse(text, origin) ? new URL(text, origin) : null;
	// With its dots resolved, "/.//evil.example" is another host's address.
	return url?.origin === origin && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}` : "/";
}
