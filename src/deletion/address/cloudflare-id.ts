// The ids of Cloudflare's Addressing API. Only an id that passes this check gets into an upstream path: with `..` as a
// binding id, URL normalisation would turn the binding's DELETE into its prefix's.

declare const checked: unique symbol;
export type CloudflareId = string & { readonly [checked]: true };

const pattern = /^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Whether a text is an id as Cloudflare writes it: 32 lower-case hex digits, or the same as a dashed UUID. */
export const isCloudflareId = (text: string): text is CloudflareId => pattern.test(text);

/** One of Cloudflare's APIs can show an id with dashes, and another without. */
export const sameId = (a: string, b: string): boolean => plainId(a) === plainId(b);

/** The spelling without dashes, to look an id up by. */
export const plainId = (id: string): string => id.replaceAll("-", "");
