// The Ledger's limits, windows and time-outs, each with its reason. docs/architecture.md lists those that an operator notices.

/** An alarm this late is lost: the platform gave up on it. */
export const alarmLostMs = 60_000;
/** When failed work is tried again. The platform gives up its own retries of an alarm after a few. */
export const alarmPauseMs = 60_000;
/** How many due deletions one alarm works on; the rest stays due. An invocation has a limited number of calls. */
export const settledAtOnce = 20;
/** How often the credential is checked, so that nobody first notices a revoked one in an incident. */
export const probeEveryMs = 24 * 3_600_000;
/** A Ledger that has just started answers its first callers before it looks. */
export const firstLookMs = 1000;
/** How many looks are made at once: deletions need connections too. */
export const looksAtOnce = 3;
/** After a look that failed for a reason of our own. */
export const lookPauseMs = 60_000;
/** Until the rest of the audit log is read, or a failure of our own is tried again. */
export const auditPauseMs = 60_000;
/** Losses of a day may be parts of one event, if Cloudflare could not be read for so long. */
export const lossesJudgedMs = 24 * 3_600_000;

/** Long enough for a caller who does not wait to get a refusal, if Cloudflare answers the look-up immediately. */
export const shortestLookUpMs = 1000;
/** How long a caller waits for KV to take a changed record, so that its next read is not the old one. */
export const publishWaitMs = 2000;
/** How many list reads of one caller may wait; each takes a few milliseconds. */
export const readsWaitingAtMost = 32;
/** More than callers wait for at a time; an id that a caller has is stored in the table too. */
export const answersAtMost = 1000;
/** How long refusals of one kind share a record; after that it is published. */
export const sharedForMs = 60_000;
/** How many records of refusals one caller can create per hour. */
export const recordedAnHour = 60;
/** After a caller names this many bindings that don't exist within the window, its look-ups are blocked. */
export const missesInWindowAtMost = 60;
/** That window: it ends the block by itself. */
export const missWindowMs = 300_000;
/** How long an expired button is still told apart from one that never existed. */
export const offerKeptMs = 24 * 3_600_000;

/** The request that settles a deletion publishes it too; if that fails, the alarm takes over after this. */
export const publishLookAfterMs = 20_000;
/** Three KV operations each, and one invocation can do a thousand. */
export const sentAtMost = 250;
/** As many connections as one invocation can have open at a time. */
export const sentAtOnce = 6;
/** The caller gets its answer before KV is written to. */
export const answerFirstMs = 20;
/** While KV refuses, asking again sooner only adds to its load. */
export const refusedPauseMs = 10_000;
/** Short enough to get a record into KV within a minute of KV accepting writes again. */
export const longestPauseMs = 45_000;
/** How long a put without a clear answer may take to land: longer than any time limit of KV's own. */
export const lateLandingMs = 600_000;
/** If the object dies while writing to KV, the alarm takes over after this. */
export const sendingMs = 20_000;
/** Mirrors are written one after the other, so this bounds how long that takes. */
export const mirrorsAtMost = 50;
/** Until a mirror that KV refused is tried again: it is a copy, and the Ledger has the original. */
export const mirrorPauseMs = 30_000;

/** How long lists take a change from the Ledger: KV says that it catches up after "60 seconds or more". */
export const recentMs = 600_000;
/** A record published this soon after its change needs no extra entry: the change itself keeps it in the window. */
export const promptMs = 60_000;
/** More rows than any page shows; a caller who needs more asks again from where it ends. */
export const rowsAtMost = 1000;
/** As many freezes as anyone reads. */
export const freezesShown = 20;
/** Work is picked up when it is due; a busy object may be a little late. */
export const graceMs = 60_000;
/** The free plan allows 100,000 rows per day. One probe per minute takes 1,440 of them, however often someone asks. */
export const probeKeptMs = 60_000;

/** How long settled records, claims and aliases stay: a key is not reused for a week. */
export const keptMs = 7 * 24 * 3_600_000;
/** The watch looks up deletions older than this in KV too: the Ledger may have dropped them. */
export const ledgerRemembersMs = keptMs - 24 * 3_600_000;
/** Claims of one record that KV keeps: more than any one deletion has had. */
export const claimsAtMost = 100;
/** A log for people; the rest would only fill the table. */
export const freezesKept = 1000;
/** More days than any view shows. */
export const outcomeDays = 400;

/** How far the clocks of a door and of the Ledger may differ. */
export const clockSkewMs = 5000;
/** How long the first callers of a new Ledger wait while it reads the history in KV. */
export const historyWaitMs = 5000;
/** How long callers wait for the comparison. If KV can't be read, the Ledger goes on and tries again later. */
export const compareWaitMs = 1500;
/** If KV can't be read, the comparison is tried again after this. */
export const compareAgainMs = 60_000;

/** Records of restorations that have left the Ledger: KV allows a thousand reads in one invocation, three for each at most. */
export const recordsReadPerAlarm = 100;
export const recordsReadAtOnce = 3;
/** How long a count of a caller's restorations serves: a caller who has used them up may go on asking. */
export const spentCountedMs = 60_000;
/** While every restoration that is left waits for something else, how often it is looked at. */
export const restoringIdleMs = 30_000;
/** Mass deletions that are kept and shown, and how many of their records: more than any account has had in a week. */
export const massDeletionsShown = 20;
export const massRecordsShown = 5000;
/** Of the six connections of an invocation; what goes to Cloudflare comes first. */
export const deliveriesAtOnce = 3;
/** With a look of the watch, this stays below the free plan's 50 calls per invocation. */
export const deliveriesBesideLook = 9;
/** The same for an invocation without one. */
export const deliveriesPerAlarm = 40;
/** What happens at about the same time is sent by one alarm, so that a burst of deletions goes first. */
export const deliveryPauseMs = 1000;
/** By then an attempt has ended: its time-out plus a margin. */
export const attemptTakesMs = 20_000;
/** If the watch has not judged the losses of a look by then, people hear of each. */
export const lossesHeldMs = 600_000;
/** At most this many per type in `digestEveryMs`; the rest are combined. */
export const singleMessagesAtMost = 5;
export const digestEveryMs = 60_000;
/** The most events one message can cover. */
export const foldedAtMost = 2000;
/** How long the list of notifications reaches back. */
export const deliveredKeptMs = 7 * 24 * 3_600_000;
/** Long enough for someone to come back and send them again. */
export const undeliveredKeptMs = 30 * 24 * 3_600_000;
/** A destination that is down holds up no more than this; the oldest go. */
export const waitingAtMost = 5000;
/** As many of all destinations that no longer wait. */
export const deliveriesKept = 20_000;
/** How often the tables are cleared: after this many new deliveries, and with the first alarm of an object. */
export const clearedEvery = 200;
/** Longer than any approval: the core decides whether one came in time. */
export const messageButtonsMs = 7 * 24 * 3_600_000;
/** At most this many tests of one destination, and redeliveries of one notification, within the window: enough to set it up. */
export const sentByHandAtMost = 20;
/** That window: it ends the block by itself. */
export const sentByHandWindowMs = 300_000;
/** A freeze whose end is found out later than this is no news: version 0.1.0 kept its end to itself. */
export const freezeEndToldMs = 24 * 3_600_000;
