// Whether Cloudflare accepts unbind's own credential, as its last answers had it. Kept, so that `/health` knows after a
// restart too.
import { log } from "../log.ts";
import { getFlag, setFlag } from "./tables.ts";

const flags = { read: "credential_rejected_read", write: "credential_rejected_write" };

/** A read that works says nothing of the permission to write; a write that works says all. Stored when it changes. */
export function noteCredential(sql: SqlStorage, call: "read" | "write", rejected: boolean): void {
	const known = getFlag(sql, flags[call]) !== null;
	if (known !== rejected) {
		setFlag(sql, flags[call], rejected ? new Date().toISOString() : null);
		log(rejected ? "error" : "info", rejected ? "credential_rejected" : "credential_accepted", { call });
	}
	if (call === "write" && !rejected) noteCredential(sql, "read", false);
}

export const isCredentialRejected = (sql: SqlStorage): boolean =>
	Object.values(flags).some((flag) => getFlag(sql, flag) !== null);
