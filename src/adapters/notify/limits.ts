// The limits of messages to destinations, each with its reason. Texts are counted in UTF-16 units.

/** Standard Webhooks gives a receiver 15 to 30 seconds. */
export const timeoutMs = 15_000;
/** Of an answer: room for an id, or a word about what went wrong. */
export const readAtMostBytes = 4096;

/** Standard Webhooks asks for less than 20 kB. */
export const webhookBodyBytes = 20_000;
/** Of a summary and of a reason in a webhook: longer than any that unbind writes, and far below the body's limit. */
export const webhookTextLength = 1000;
/** How many items of a webhook's list are sent, until the body fits. */
export const webhookListLengths = [Number.POSITIVE_INFINITY, 100, 10, 0];

/** PagerDuty refuses a longer summary. Its whole event may have 512 kB. */
export const pagerduty = { summary: 1024, text: 1000 };
/** A Teams message may have 28 kB. */
export const teams = { title: 200, text: 500, paragraphs: 10, facts: 20 };
/** Grafana keeps 500 characters of tags. */
export const grafana = { tag: 80, text: 1000 };
/** Items of a list in a chat's card: more is for the page. */
export const listedOnCardAtMost = 5;
