// The doors' limits, windows and time-outs, each with its reason. docs/architecture.md lists those that an operator notices.

/** The longest query: more than any request needs, as a long reason goes into a body. */
export const longestQuery = 4096;
/** The longest JSON body: far more than any request needs. It is read before it is understood. */
export const jsonCapBytes = 64 * 1024;
/** The longest body of a webhook or a chat message: alerts come in batches, with all their labels. */
export const signedCapBytes = 256 * 1024;
/** The longest body of a click without a signature, which anyone can send. */
export const clickCapBytes = 64 * 1024;
/** The longest body of a form: a reason, a time and a few boxes. */
export const formCapBytes = 16 * 1024;
/** A sentence or two, and a link. It is in every list. */
export const longestReason = 500;
/** As long as the longest field, a reason. It goes into an address. */
export const longestTyped = 500;
/** The longest name that a chat user may choose: it is on record, and on every card. */
export const longestUserName = 64;
/** More than anyone reads, and few enough to check on each row. */
export const mostConditions = 20;

/** How far a sender's clock may be off; the same in every scheme with a timestamp. */
export const toleranceSeconds = 300;
/** The longest header that holds a proof: far longer than any real one. */
export const longestProof = 4096;
/** A sender that rotates its secret signs twice. Each proof costs a hash of the body, and a stranger could send hundreds. */
export const mostProofs = 8;
/** How long Cloudflare Access may take to send its keys. People are waiting. */
export const keysTimeoutMs = 5000;
/** How long a person stays signed in on the page: a working day. */
export const sessionSeconds = 8 * 3600;
/** When an address that sent too many wrong credentials may try again: the window of the platform's limiter. */
export const credentialPauseSeconds = 60;
/** The same for probes of `/health`. */
export const probePauseSeconds = 10;

/** How late a refusal comes to those who flood. Most of them wait for each answer. */
export const lateByMs = 250;
/** A filter that matches little walks thousands of keys; a status counts the rows of the Ledger. */
export const readTurns = { atOnce: 2, waitingAtMost: 30, longestWaitMs: 5000, gapMs: 50 };
/** A sender's deletions, in one isolate. They all go through the same Ledger as everybody's. */
export const senderTurns = { atOnce: 2, waitingAtMost: 60, gapMs: 60 };
/** How often a waiting request looks whether it is its turn. */
export const lookAgainMs = 25;
/** A request whose caller hung up may never finish; after this long it no longer counts. */
export const forgottenAfterMs = 15_000;
/** Waiting for Cloudflare costs nothing, so a deletion that takes longer makes room for the next. */
export const turnMs = 125;

/** How long a caller waits for the outcome if it does not say. Most deletions take a second or two. */
export const defaultWaitSeconds = 25;
/** As long as callers' own time-outs usually are. */
export const longestWaitSeconds = 60;
/** How far ahead a deletion can be scheduled: what it would do can change, and its key is kept as long. */
export const longestDelayMs = 7 * 24 * 3_600_000;
/** `Retry-After` while a deletion is under way. */
export const askAgainSeconds = 2;
/** `Retry-After` while many restorations are under way: each takes a call or two. */
export const manyAgainSeconds = 5;
/** Of a call to the Ledger: one that meets a reset of the object fails, and the next one works. */
export const ledgerTries = 3;
/** After the first try, and twice as long after the second. */
export const ledgerPauseMs = 50;
/** Of a read of the history: long enough, as the Ledger reads from its memory or its own disk. */
export const readWaitMs = 10_000;
/** For how long a retry of an SDK gets the deletion that its first call began. */
export const repetitionMs = 600_000;

/** The least patient sender waits 5 seconds. */
export const webhookAnswerMs = 4500;
/** The Ledger answers this much earlier with the record as it is then, so that the answer can name the record. */
export const webhookAheadMs = 500;
/** When a sender should try again if Cloudflare did not say when. */
export const webhookRetrySeconds = 10;
/** More at once is a mistake, not an alert; and each costs a call to the Ledger. */
export const askedAtMost = 40;

/** All platforms give up after three seconds. */
export const chatAnswerMs = 1500;
/** How long the Ledger may take. Workers stop 30 seconds after the answer, and the messages need time too. */
export const chatWaitMs = 15_000;
/** How long a call to the Ledger may take before the caller gets "no answer". */
export const chatCallMs = 20_000;
/** How long a platform may take to accept a message. Several may have to follow within 30 seconds. */
export const messageTimeoutMs = 4000;
/** A platform that has not processed our answer yet returns 404 for a follow-up. */
export const messagePausesMs = [200, 800];
/** How long a personal button works; after that, what it showed may have changed. */
export const ownButtonMs = 300_000;
/** Longer than any approval, so the core decides whether an approval came in time. */
export const approvalButtonMs = 7 * 24 * 3_600_000;
/** How old the account's list may be for suggestions: a call to Cloudflare for every letter would be too many. */
export const suggestedAtMostOldMs = 60_000;
/** Nobody waits longer for suggestions. */
export const suggestionsWaitMs = 2000;
/** What fits on a card. */
export const rowsACard = 10;

/** A page of the history or of the notifications, if the caller does not say. */
export const rowsByDefault = 50;
/** Each has all its attempts. */
export const notificationsAtMost = 200;
/** What one list operation of KV returns: on a page, and in a part of a file. */
export const rowsAtMost = 1000;
/** What the Ledger reads in one turn. */
export const changesAtOnce = 1000;
/** What the page lists at once. */
export const changesShown = 200;
/** What a person scrolls through. */
export const rowsAPage = 50;
/** A bar of each day has to be wide enough to click. */
export const chartDays = 30;
/** Other deletions of the same binding; the history has all of them. */
export const othersShown = 10;
/** How long a decision waits for its result; after that the record shows it. */
export const pageWaitMs = 3000;
