// The limits and time-outs of calls to Cloudflare, each with its reason. docs/architecture.md lists those that an operator notices.

/** Of one call: callers wait for it, and a look at Cloudflare can tell what it did. */
export const callTimeoutMs = 10_000;
/** A read that gets no usable answer is harmless to repeat; three tries tell as much as more. */
export const readTries = 3;
/** Between two tries: up to twice that after the first, and doubled each time. */
export const firstPauseMs = 250;
/** The longest a read is held back. If Cloudflare wants more, the read fails and says so. */
export const longestReadHoldMs = 5000;

/** The longest hold, whatever Cloudflare asks for: a gate that stays shut would block read-backs too. */
export const longestHoldMs = 600_000;
/** Calls reserved for deletions: enough for sixty of them. */
export const largestReserve = 200;
/** Of a smaller limit, the same share is reserved: one sixth. */
export const reservedShare = 200 / 1200;
/** After a refusal for the rate limit that does not say how long to wait. */
export const defaultRetryAfterMs = 5000;
/** Cloudflare's limit is counted in windows of five minutes. */
export const longestRetryAfterMs = 600_000;

/** Of an answer: thousands of bindings fit in it, and an object has 128 MB. */
export const answerCapBytes = 16 * 1024 * 1024;
/** How much is kept of an answer that is not JSON: the start of an error page says what it is. */
export const unreadableExcerpt = 500;
/** A record is a row of at most 2 MB. */
export const keptMessages = 50;
/** The same for each message. */
export const longestMessage = 10_000;

/** The log's own default. No limit above it is documented. */
export const entriesPerPage = 100;
/** With the looks of an alarm, this stays below the free plan's 50 calls per invocation. */
export const auditPagesAtMost = 8;
/** Of the log's cursor, which goes into a path. */
export const longestCursor = 4096;
/** Of a name in the log, which anybody may have chosen. */
export const longestAuditName = 200;
