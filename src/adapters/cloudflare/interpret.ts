// Decides what Cloudflare's answer means. The HTTP status comes first: error codes have several meanings (1002 is "unknown",
// "forbidden" and "withdrawn too recently"), can be missing, and also appear in successful answers. Parses leniently and
// keeps everything.

import * as v from "valibot";
import type { CloudflareFault } from "../../deletion/ports.ts";
import type { CloudflareAnswer, CloudflareMessage } from "../../deletion/record/deletion.ts";
import type { Json } from "../../deletion/record/json.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { defaultRetryAfterMs, keptMessages, longestMessage, longestRetryAfterMs, unreadableExcerpt } from "./limits.ts";
import type { Redact } from "./redact.ts";
import type { Sent } from "./send.ts";

export interface Understood {
	answer: CloudflareAnswer;
	/** Absent in the answer to a deletion. If it is absent elsewhere, conclude nothing from that. */
	result: unknown;
	/** The answer's own count, if it is a list. */
	totalCount: number | null;
	/** Where the next page begins, if the answer says that there is one. */
	cursor: string | null;
}

const envelope = v.object({
	success: v.fallback(v.nullable(v.boolean()), null),
	errors: v.fallback(v.array(v.unknown()), []),
	messages: v.fallback(v.array(v.unknown()), []),
	result: v.optional(v.unknown()),
	result_info: v.fallback(
		v.optional(
			v.object({
				total_count: v.fallback(v.nullable(v.number()), null),
				// The documentation has the first form, Cloudflare's own SDK reads the second one.
				cursor: v.fallback(v.string(), ""),
				cursors: v.fallback(v.object({ after: v.fallback(v.string(), "") }), { after: "" }),
			}),
		),
		undefined,
	),
});

/** 6003: malformed credential headers; 9103, 9106, 9109: missing or unknown; 10000, 10405: not allowed to do this. */
const credentialCodes = new Set([6003, 9103, 9106, 9109, 10000, 10405]);
const withdrawnTooRecently = 1002;

/** @param redact removes the credential from everything that is kept. */
export function interpret(sent: Sent, nowMs: number, redact: Redact): Result<Understood, CloudflareFault> {
	const { status, headers, text, durationMs } = sent;
	const read = v.safeParse(envelope, redact(parsed(text)));
	const answer: CloudflareAnswer = {
		status,
		success: read.success ? read.output.success : null,
		errors: read.success ? read.output.errors.slice(0, keptMessages).map(toMessage) : [],
		messages: read.success ? read.output.messages.slice(0, keptMessages).map(toMessage) : [],
		ray: rayIn(headers),
		duration_ms: durationMs,
		...retryAfterIn(headers, nowMs),
		...(read.success || text === "" ? {} : { unreadable: String(redact(text)).slice(0, unreadableExcerpt) }),
	};
	const codes = answer.errors.map((error) => error.code);
	const isCredential = codes.some((code) => typeof code === "number" && credentialCodes.has(code));

	if (status === null || status >= 500 || status === 408 || (status >= 300 && status < 400))
		return fail({ kind: "unclear", answer });
	if (status >= 200 && status < 300) {
		// Anything else, even an empty answer, costs a look at Cloudflare. A wrong "deleted" would cost more.
		if (answer.success !== true) return fail({ kind: "unclear", answer });
		const { result, result_info } = read.success ? read.output : { result: undefined, result_info: undefined };
		const cursor = result_info?.cursor || result_info?.cursors.after || null;
		return ok({ answer, result, totalCount: result_info?.total_count ?? null, cursor });
	}
	if (status === 401 || ((status === 400 || status === 403) && isCredential))
		return fail({ kind: "credential_rejected", answer });
	if (status === 404) return fail({ kind: "not_found", answer });
	if (status === 429 && !codes.includes(withdrawnTooRecently)) {
		return fail({ kind: "throttled", answer, retryAfterMs: retryAfterMs(headers.get("retry-after"), nowMs) });
	}
	return fail({ kind: "refused", answer });
}

/** Cloudflare answers a missing permission as it answers an unknown credential. */
export const isForbidden = ({ kind, answer }: CloudflareFault): boolean =>
	(kind === "refused" || kind === "credential_rejected") && answer.status === 403;

/** Sixteen hex digits and the data centre, as Cloudflare writes it. Anything else could be anyone's text. */
function rayIn(headers: Headers): string | null {
	const ray = headers.get("cf-ray") ?? "";
	return /^[0-9a-f]{16}(?:-[A-Z]{3})?$/.test(ray) ? ray : null;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const isJsonObject = (value: unknown): value is { [key: string]: Json } =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function toMessage(item: unknown): CloudflareMessage {
	const text = JSON.stringify(item);
	if (isJsonObject(item) && text.length <= longestMessage) return item;
	return { message: (typeof item === "string" ? item : text).slice(0, longestMessage) };
}

/** The answer's own value, to show what Cloudflare said. How long unbind itself waits is capped elsewhere. */
function retryAfterIn(headers: Headers, nowMs: number): { retry_after_seconds?: number } {
	const ms = msIn(headers.get("retry-after"), nowMs);
	return Number.isFinite(ms) ? { retry_after_seconds: Math.max(0, Math.ceil(ms / 1000)) } : {};
}

function retryAfterMs(value: string | null, nowMs: number): number {
	const ms = msIn(value, nowMs);
	return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestRetryAfterMs) : defaultRetryAfterMs;
}

/** RFC 9110: seconds, or a date; NaN for anything else. */
function msIn(value: string | null, nowMs: number): number {
	if (value === null) return Number.NaN;
	// `Date.parse` would accept "-5" as a date.
	if (/^\d{1,6}$/.test(value)) return Number(value) * 1000;
	return /^[a-z]/i.test(value) ? Date.parse(value) - nowMs : Number.NaN;
}
