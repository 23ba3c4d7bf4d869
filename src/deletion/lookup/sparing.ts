// Reads for callers who only look. They leave the rest of Cloudflare's rate limit to deletions: listing a large account
// takes two hundred calls, and nothing stops a caller from listing it over and over.
import type { Cloudflare } from "../ports.ts";

export const sparing = (cloudflare: Cloudflare): Cloudflare => ({
	...cloudflare,
	listPrefixes: (read) => cloudflare.listPrefixes({ ...read, sparing: true }),
	listBindings: (prefixId, read) => cloudflare.listBindings(prefixId, { ...read, sparing: true }),
});
