// Whether Cloudflare accepts unbind's own credential, going by its latest answers. Stored, so that `/health` still knows
// after a restart, and tied to the credential, so that a new one starts clean.
import type { Credential } from "../adapters/cloudflare/send.ts";
import { digestOf } from "../deletion/record/digest.ts";
import { log } from "../log.ts";
import { getFlag, setFlag } from "./tables.ts";

const flags = { read: "credential_rejected_read", write: "credential_rejected_write" };

/** Tells credentials apart and reveals nothing else about them: 32 bits of a digest. */
export const markOf = (credential: Credential): string => digestOf(JSON.stringify(credential)).slice(0, 8);

/** A successful read says nothing about the permission to write; a successful write proves both. Stored on change. */
export function noteCredential(sql: SqlStorage, mark: string, call: "read" | "write", rejected: boolean): void {
	const known = getFlag(sql, flags[call]) === mark;
	if (known !== rejected) {
		setFlag(sql, flags[call], rejected ? mark : null);
		log(rejected ? "error" : "info", rejected ? "credential_rejected" : "credential_accepted", { call });
	}
	if (call === "write" && !rejected) noteCredential(sql, mark, "read", false);
}

export const isCredentialRejected = (sql: SqlStorage, mark: string): boolean =>
	Object.values(flags).some((flag) => getFlag(sql, flag) === mark);
