// What the caller already has, from an earlier answer's ETag.

export const versionIn = (ifNoneMatch: string | null): string | null =>
	/"([\w-]{1,60})"/.exec(ifNoneMatch ?? "")?.[1] ?? null;

/** `*` is any. Proxies weaken tags when they compress, and a weak tag counts here (RFC 9110, 13.1.2). */
export const isKnown = (ifNoneMatch: string | null, tag: string): boolean =>
	ifNoneMatch?.trim() === "*" || [...(ifNoneMatch ?? "").matchAll(/"([^"]*)"/g)].some(([, known]) => known === tag);
