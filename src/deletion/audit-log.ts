// Cloudflare's audit log, as far as unbind reads it: who deleted a binding. Types and names only. The log is incomplete and
// late, so what it lacks proves nothing.
import type { Identified } from "./record/elsewhere.ts";
import type { Result } from "./result.ts";

/** The permission that the credential may lack. unbind works without it. */
export const auditPermission = "Account Settings: Read";

/** The deletion of one binding. */
export interface AuditEntry extends Identified {
	id: string;
	atMs: number;
	/** As the log spells it. */
	bindingId: string;
}

export interface AuditRead {
	/** Oldest first, each once. */
	entries: AuditEntry[];
	/** Everything before that time was read. Earlier than what was asked for if there was too much. */
	readToMs: number;
}

/** `calls` counts against the rate limit. */
export type AuditAnswer = Result<AuditRead, "no_permission" | "unreadable"> & { calls: number };

export interface AuditLog {
	/** What the log has by now of that time. Entries can be added to it for hours. */
	deletionsSince(sinceMs: number, beforeMs: number): Promise<AuditAnswer>;
}

/** What the last answer showed about the permission. */
export type AuditAccess = "no_permission" | "read" | "not_asked";

/** The first sixteen digits of a Ray id; headers add the data centre, and the log does not. */
export const plainRay = (ray: string): string => ray.slice(0, 16);
