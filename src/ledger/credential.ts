// Whether Cloudflare accepts unbind's own credential, going by its latest answers. Stored, so that `/health` still knows
// after a restart, and tied to the credential, so that a new one starts clean. Once a day it asks, so that nobody first
// notices a revoked credential in an incident.

import type { Credential } from "../adapters/cloudflare/send.ts";
import type { Cloudflare } from "../deletion/ports.ts";
import { digestOf } from "../deletion/record/digest.ts";
import { log, traceOf } from "../log.ts";
import type { NotifyEvent } from "../notify/event.ts";
import { credentialRejected } from "../notify/other-events.ts";
import { probeEveryMs } from "./limits.ts";
import { getFlag, setFlag } from "./tables.ts";

const flags = { read: "credential_rejected_read", write: "credential_rejected_write" };

/** Tells credentials apart and reveals nothing else about them: 32 bits of a digest. */
export const markOf = (credential: Credential): string => digestOf(JSON.stringify(credential)).slice(0, 8);

/** A successful read says nothing about the permission to write; a successful write proves both. Stored on change. */
export function noteCredential(
	sql: SqlStorage,
	mark: string,
	call: "read" | "write",
	rejected: boolean,
	announce: (event: (nowMs: number) => NotifyEvent) => void = () => {},
): void {
	const known = getFlag(sql, flags[call]) === mark;
	if (known !== rejected) {
		// The second kind of call is no news.
		if (rejected && !isCredentialRejected(sql, mark)) announce((nowMs) => credentialRejected(call, nowMs));
		setFlag(sql, flags[call], rejected ? mark : null);
		log(rejected ? "error" : "info", rejected ? "credential_rejected" : "credential_accepted", { call });
	}
	if (call === "write" && !rejected) noteCredential(sql, mark, "read", false);
}

export const isCredentialRejected = (sql: SqlStorage, mark: string): boolean =>
	Object.values(flags).some((flag) => getFlag(sql, flag) === mark);

/** When the next probe is due; the first one is a day after the Ledger's first start. */
export function probeDueMs(sql: SqlStorage, nowMs: number): number {
	const due = getFlag(sql, "credential_probe_due");
	if (due !== null) return Number(due);
	setFlag(sql, "credential_probe_due", String(nowMs + probeEveryMs));
	return nowMs + probeEveryMs;
}

/** A single read that spares the rate limit; its answer is noted like any other. Never rejects. The next is due in a day. */
export async function probeCredential(sql: SqlStorage, cloudflare: Cloudflare, now: () => number): Promise<void> {
	setFlag(sql, "credential_probe_due", String(now() + probeEveryMs));
	try {
		const read = await cloudflare.listPrefixes({ fresh: false, sparing: true });
		if (read.ok || read.failure.kind === "credential_rejected") setFlag(sql, "credential_checked", String(now()));
	} catch (error) {
		log("warn", "credential_probe_failed", traceOf(error));
	}
}
