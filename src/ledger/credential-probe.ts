// Asks Cloudflare once a day whether it accepts unbind's credential, so that nobody first notices a revoked one in an
// incident. A single read that spares the rate limit; its answer is noted like any other.
import type { Cloudflare } from "../deletion/ports.ts";
import { log, traceOf } from "../log.ts";
import { getFlag, setFlag } from "./tables.ts";

const everyMs = 24 * 3_600_000;

/** When the next probe is due; the first one is a day after the Ledger's first start. */
export function probeDueMs(sql: SqlStorage, nowMs: number): number {
	const due = getFlag(sql, "credential_probe_due");
	if (due !== null) return Number(due);
	setFlag(sql, "credential_probe_due", String(nowMs + everyMs));
	return nowMs + everyMs;
}

/** Never rejects. The next probe is due in a day, whatever this one finds. */
export async function probeCredential(sql: SqlStorage, cloudflare: Cloudflare, now: () => number): Promise<void> {
	setFlag(sql, "credential_probe_due", String(now() + everyMs));
	try {
		const read = await cloudflare.listPrefixes({ fresh: false, sparing: true });
		if (read.ok || read.failure.kind === "credential_rejected") setFlag(sql, "credential_checked", String(now()));
	} catch (error) {
		log("warn", "credential_probe_failed", traceOf(error));
	}
}
