// The limits and time-outs of calls to KV, each with its reason. docs/architecture.md lists those that an operator notices.

/** Short, because people are waiting, and the Ledger has the last week. */
export const readLimitMs = 3000;
/** Nobody waits for a write. One that takes longer may still land. */
export const writeLimitMs = 10_000;
/** The shortest time to live that KV allows. */
export const shortestTtlSeconds = 60;

/** KV's limit is 1,024; the record's own key also has the journal's version. */
export const metadataCapBytes = 960;
/** So that a reason fits too. Cloudflare's own names have some 15 characters. */
export const longestServiceName = 60;
/** Three times a real Ray id. */
export const longestRay = 60;

/** KV's limit for one list. */
export const listCap = 1000;
/** So that one page can't read the whole history: it ends with what it has. */
export const listsAtMost = 8;
/** A part that takes a single list is cheap, so a quiet period is read to its end. */
export const allListsAtMost = 100;
/** Far more than a part of a week's records has. Without a limit, a list that never ends would block the Ledger for ever. */
export const listsOfAPart = 1000;
/** KV's limit for one bulk get. */
export const readAtOnce = 100;
