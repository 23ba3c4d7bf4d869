// The domain's limits, windows and time-outs, each with its reason. docs/architecture.md lists those that an operator notices.
// What a team can set itself is in `judgement/policy.ts`.

/** How far behind its own answers Cloudflare's reads may be. */
export const lagMs = 120_000;
/** If the prefix is unknown, a binding id is searched for prefix by prefix, one call each, of 1,200 per five minutes. */
export const searchablePrefixes = 200;
/** As many connections as one invocation can have open at a time. */
export const listedAtOnce = 6;
/** With the list of prefixes and some retries, this stays below the free plan's 50 calls per invocation. */
export const prefixesAPart = 40;
/** For how long nobody searches again for an id that a complete search did not find. */
export const missingForMs = 60_000;
/** Callers can make up any number of ids, so the memory is bounded; the oldest goes first. */
export const rememberedMissesAtMost = 1000;
/** The longest Cloudflare takes to roll a change out to its whole edge. */
export const settlesWithinHours = 6;

/** How long after the last judgement a call may still be sent. After that, the facts may have changed. */
export const sendWindowMs = 60_000;
/** A call is repeated only after a look; three tries tell as much as more. */
export const callsAtMost = 3;
/** By then a call has ended, answered or not: its time-out plus a margin. */
export const callTakesAtMostMs = 15_000;
/** If the work is not finished by then, the alarm takes over. */
export const lookAfterMs = callTakesAtMostMs;
/** Short enough to know the outcome within a minute of Cloudflare answering again. */
export const longestPauseMs = 45_000;
/** `Retry-After` when nothing was sent: the cause has usually passed by then. */
export const retrySoonMs = 5000;
/** Nobody knows how long a freeze lasts. */
export const retryFrozenMs = 300_000;

/** A request not judged by then is given up: nobody wants a deletion to happen hours late. */
export const judgedWithinMs = 60_000;
/** How often a frozen deletion checks again, in case the end of the freeze did not wake it. */
export const frozenPauseMs = 300_000;
/** How soon to retry if Cloudflare could not be reached at the due time. */
export const lookUpPauseMs = 10_000;
/** After this many failed look-ups, ten minutes' worth, the deletion is given up. */
export const patience = 60;
/** Counted from the last call. By then Cloudflare has answered or never will, and its lists have caught up. */
export const looksAloneMs = 600_000;
/** When to try again during a freeze without an end: nobody knows how long it lasts. */
export const unlimitedFreezeRetrySeconds = 300;

/** The alarm retries after a minute; two misses in a row are no accident. */
export const overdueForMs = 180_000;
/** For ten minutes, lists get what KV is missing from the Ledger. */
export const unpublishedForMs = 600_000;

/** The longest name of a target that is looked at or repeated; a CIDR or an id is shorter. */
export const longestNamed = 64;
/** Neighbours and CIDRs that a record lists, so that it does not grow with its prefix. */
export const keptInRecordAtMost = 100;
/** Longer payloads are stored as digests, so that no caller can fill up the Ledger. */
export const longestPayload = 256;

/** Named in one request: an hour's disaster, in a body that is read at once. */
export const restorationsAtMost = 1000;
/** Of one caller in a day, so that nobody fills the Ledger: more than the largest outage of one account took. */
export const restorationsADay = 10_000;
/** Restoring many: calls after which one invocation of the object begins no more. With those of the last ones, it stays below the free plan's 50. */
export const restoringCallsAtMost = 34;
/** As many prefixes at a time; the watch, deletions and KV need connections too. */
export const restoredAtOnce = 2;
/** Lists read for one restoration serve the next ones for so long. What is bound later, Cloudflare's 409 shows. */
export const listsKeptMs = 30_000;
/** Until a prefix whose restoration was held up gets its next turn. */
export const prefixPauseMs = 60_000;
/** Until others get theirs, if Cloudflare could not be read: it may be more than that prefix. */
export const unreadablePauseMs = 10_000;
/** A restoration that Cloudflare's rate limit held up is tried again; each try is four lines in its record. */
export const restoringTriesAtMost = 20;
/** Restorations that could not begin for so long are given up: by then someone has to look. */
export const restoringPatienceMs = 24 * 3_600_000;
