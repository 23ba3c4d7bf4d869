// ETags: how a plan's is made, and what the caller sends back of them.
import { digestOf } from "../../deletion/record/digest.ts";

/**
 * What the plan looked at, and a digest of all that it shows. `If-None-Match` compares the whole tag; `If-Match` only its first
 * part, because a deletion may go ahead although, say, the budget has changed.
 */
export const planTag = (snapshot: string, body: string): string => `${snapshot}.${digestOf(body).slice(0, 16)}`;

/** The part for `If-Match`. Tags of earlier releases, and any others, stay as they are. */
export const snapshotIn = (tag: string): string => /^([0-9a-f]{16}\.[0-9a-f]{16})\.[0-9a-f]{16}$/.exec(tag)?.[1] ?? tag;

/** The version that the caller already has. */
export const versionIn = (ifNoneMatch: string | null): string | null =>
	/"([\w-]{1,60})"/.exec(ifNoneMatch ?? "")?.[1] ?? null;

/** `*` is any. Proxies weaken tags when they compress, and a weak tag counts here (RFC 9110, 13.1.2). */
export const isKnown = (ifNoneMatch: string | null, tag: string): boolean =>
	ifNoneMatch?.trim() === "*" || [...(ifNoneMatch ?? "").matchAll(/"([^"]*)"/g)].some(([, known]) => known === tag);
