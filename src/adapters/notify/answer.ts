// What an answer's status means, the same for most kinds. It quotes nothing of the body: a destination could send a secret back.
import type { Answered } from "../../notify/destination.ts";

/** @param status 0 if no answer came. */
export function outcomeByStatus(status: number, headers: Headers): Answered {
	if (status === 0) return { kind: "retry", afterMs: null, detail: "There was no answer." };
	if (status >= 200 && status < 300) return { kind: "delivered", externalId: null };
	if (status === 410) return { kind: "disabled", detail: "The destination is gone: it answered 410." };
	// 408 and 425 ask for another try (RFC 9110, RFC 8470).
	if (status === 408 || status === 425 || status === 429 || status >= 500)
		return { kind: "retry", afterMs: retryAfterMs(headers), detail: `The destination answered ${status}.` };
	if (status >= 300 && status < 400)
		return { kind: "rejected", detail: `The destination answered ${status}. unbind follows no redirect.` };
	return { kind: "rejected", detail: `The destination answered ${status}.` };
}

/**
 * `Retry-After` in seconds or as an HTTP date, which counts from the answer's own `Date`: the clocks may differ.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
function retryAfterMs(headers: Headers): number | null {
	const text = headers.get("retry-after")?.trim() ?? "";
	if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
	const ms = Date.parse(text) - Date.parse(headers.get("date") ?? "");
	return Number.isNaN(ms) ? null : Math.max(0, ms);
}
