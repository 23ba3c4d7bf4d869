// How fast, how often and how long the watch looks, each with its reason. docs/architecture.md lists what an operator notices.
import { lagMs } from "../deletion/limits.ts";

const minuteMs = 60_000;

/** Calls to Cloudflare per alarm: below the free plan's 50 subrequests per invocation, with room for some retries. */
export const callsPerAlarm = 40;
export const prefixesPerSlot = callsPerAlarm / 2;
/** With the looks at a slot, what is announced of this many of its prefixes is read: each about hourly at ten minutes. */
export const bgpReadsPerSlot = 3;
/** Cloudflare's rate limit. */
export const rateLimit = { calls: 1200, perMs: 5 * minuteMs };
/** An alarm that is late may catch up by this much. */
export const catchUpMs = 10_000;
/**
 * In the worst case the last look that shows a lost binding begins one lag after the loss, the next one misses it, and a second
 * one follows a lag later. To report it within one interval and three minutes, each prefix is looked at this much more often
 * than once an interval. Half a minute of it is for late alarms and slow answers.
 */
export const headStartMs = 90_000;
export const shortestPeriodMs = 30_000;

/** A second look comes more than the lag after the first miss began. */
export const secondLookAfterMs = lagMs + 1000;
/** The pause after a look that failed. */
export const retryAfterMs = 30_000;

/**
 * Up to this many missed bindings are each read by their id before they are recorded: a list that lacks some of them wrongly
 * can't make a loss. Above that, one per prefix is read, because recording them must not take long.
 */
export const readOneByOneAtMost = 10;
/** After a longer gap in the looks than this many intervals, nobody can say that losses came within one interval. */
export const gapIntervals = 3;

/** What is announced is read again after this: a change takes minutes and is made by hand. A guard that needs it reads it itself. */
export const announcedEveryMs = 60 * minuteMs;
/** For how long it counts: longer than a full slot of a stretched watch takes to be read once. */
export const announcedForMs = 6 * announcedEveryMs;

/** When the audit log is asked after a loss was noticed. Cloudflare does not say how late entries come. */
export const lossStepsMs = [1, 3, 10, 30, 60, 120, 240, 480, 960, 1440].map((minutes) => minutes * minuteMs);
/** The same after a deletion of ours: less is at stake. */
export const ownStepsMs = [5, 60].map((minutes) => minutes * minuteMs);
/** The shortest pause between two such requests, */
export const auditPauseMs = minuteMs;
/** for our own deletions only, */
export const ownAuditPauseMs = 10 * minuteMs;
/** and after a refusal: someone may have granted the permission since. */
export const deniedAuditPauseMs = 60 * minuteMs;
/** Cloudflare's clocks need not agree with ours. */
export const clocksApartMs = 5 * minuteMs;
