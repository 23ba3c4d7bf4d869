// ETags: how a plan's is made, and what the caller sends back of them.
import { digestOf } from "../../deletion/record/digest.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type Problem, problem } from "../reply/problem.ts";

/**
 * What the plan looked at, and a digest of all that it shows. `If-None-Match` compares the whole tag; `If-Match` only its first
 * part, because a deletion may go ahead although, say, the budget has changed.
 */
export const planTag = (snapshot: string, body: string): string => `${snapshot}.${digestOf(body).slice(0, 16)}`;

/** `*` matches anything. Proxies weaken tags when they compress, so a weak tag counts as strong. */
export function ifMatchOf(headers: Headers): Result<string[] | null, Problem> {
	const value = headers.get("if-match");
	if (value === null || value.trim() === "*") return ok(null);
	const tags = [...value.matchAll(/(?:W\/)?"([\x21\x23-\x7e]{0,100})"/g)].map((match) => snapshotIn(match[1] ?? ""));
	return tags.length > 0 && tags.length <= 20
		? ok(tags)
		: fail(problem("invalid_request", 'If-Match must be the ETag of a plan, in quotes, or "*".'));
}

/** The part for `If-Match`. Tags of earlier releases, and any others, stay as they are. */
const snapshotIn = (tag: string): string => /^([0-9a-f]{16}\.[0-9a-f]{16})\.[0-9a-f]{16}$/.exec(tag)?.[1] ?? tag;

/** The version that the caller already has. */
export const versionIn = (ifNoneMatch: string | null): string | null =>
	/"([\w-]{1,60})"/.exec(ifNoneMatch ?? "")?.[1] ?? null;

/** `*` is any. Proxies weaken tags when they compress, and a weak tag counts here (RFC 9110, 13.1.2). */
export const isKnown = (ifNoneMatch: string | null, tag: string): boolean =>
	ifNoneMatch?.trim() === "*" || [...(ifNoneMatch ?? "").matchAll(/"([^"]*)"/g)].some(([, known]) => known === tag);
