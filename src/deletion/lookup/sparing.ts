// Reads for those who only look. The last of Cloudflare's rate limit is left to deletions: a listing of a large account
// takes two hundred calls, and whoever may list may do it again and again.
import type { Cloudflare } from "../ports.ts";

export const sparing = (cloudflare: Cloudflare): Cloudflare => ({
	...cloudflare,
	listPrefixes: (read) => cloudflare.listPrefixes({ ...read, sparing: true }),
	listBindings: (prefixId, read) => cloudflare.listBindings(prefixId, { ...read, sparing: true }),
});
