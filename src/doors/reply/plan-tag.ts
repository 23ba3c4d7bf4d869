// A plan's ETag: what the plan looked at, and a digest of all that it shows. `If-None-Match` compares the whole tag;
// `If-Match` only its first part, because a deletion may go ahead although, say, the budget has changed.
import { digestOf } from "../../deletion/record/digest.ts";

export const planTag = (snapshot: string, body: string): string => `${snapshot}.${digestOf(body).slice(0, 16)}`;

/** The part for `If-Match`. Tags of earlier releases, and any others, stay as they are. */
export const snapshotIn = (tag: string): string => /^([0-9a-f]{16}\.[0-9a-f]{16})\.[0-9a-f]{16}$/.exec(tag)?.[1] ?? tag;
