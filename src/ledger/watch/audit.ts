// Asks Cloudflare's audit log who deleted what disappeared, and whether the log has our own deletions. It never runs inside a
// request. Whatever the log says, no record changes its state.

import { plainId } from "../../deletion/address/cloudflare-id.ts";
import { type AuditAccess, type AuditEntry, type AuditLog, plainRay } from "../../deletion/audit-log.ts";
import type { Journal } from "../../deletion/ports.ts";
import { isNamed, namedBy } from "../../deletion/record/deleted-elsewhere.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { goneAtMs } from "../../deletion/record/gone.ts";
import type { AuditFacts } from "../../deletion/status.ts";
import { log, traceOf } from "../../log.ts";
import { type AuditWait, isOver, lossWait, nextAskMs, ownWait } from "../../watch/audit-schedule.ts";
import { auditPauseMs } from "../limits.ts";
import { getFlag, readableRecord, readRecord, setFlag } from "../tables.ts";
import { createAuditWaits } from "./audit-waits.ts";

export interface AuditOptions {
	isOn: boolean;
	/** Tells credentials apart: the next one may have the permission. */
	mark: string;
	auditLog: AuditLog;
	journal: Pick<Journal, "get" | "restoring" | "storeSettled">;
	now(): number;
	/** The next request is due at that time. Part of the same commit. */
	onDue(atMs: number): void;
	/** These calls were made. */
	onCalls(calls: number): void;
}

const flags = { access: "audit_access", asked: "audit_asked_at" };

export function createAudit(sql: SqlStorage, options: AuditOptions) {
	const { isOn, mark, auditLog, journal, now } = options;
	const waits = createAuditWaits(sql);
	/** Where the last request left off, if there was too much for it. */
	let restFromMs: number | null = null;
	let isAsking = false;
	/** After a failure of our own. */
	let notBeforeMs = 0;

	const access = (): AuditAccess => {
		const known = getFlag(sql, flags.access);
		if (known === `${mark} read`) return "read";
		return known === `${mark} no_permission` ? "no_permission" : "not_asked";
	};
	const askedMs = (): number | null => {
		const text = getFlag(sql, flags.asked);
		return text === null ? null : Number(text);
	};

	function nextMs(): number | null {
		if (!isOn || waits.all().length === 0) return null;
		// In case the request under way does not end.
		if (isAsking) return now() + auditPauseMs;
		const lastMs = askedMs();
		if (restFromMs !== null && lastMs !== null) return lastMs + auditPauseMs;
		const nextMs = nextAskMs(waits.all(), lastMs, access() === "no_permission");
		return nextMs && Math.max(nextMs, notBeforeMs);
	}

	/** null: it has left the Ledger, or can't be read. */
	const recordOf = (id: string): Deletion | null => readableRecord(sql, id, journal.get);

	/** No request is needed. Read from the record each time, because a restoration under way can overwrite what was stored. */
	function isAnswered({ deletionId }: AuditWait): boolean {
		const record = recordOf(deletionId);
		return record === null || record.confirmed_by_audit_log === true || isNamed(record);
	}

	function keep(before: Deletion, after: Deletion): void {
		// A restoration under way goes on from the record it has; the next request finds the entry again.
		if (after !== before && journal.restoring(before.id) === null) journal.storeSettled(after);
	}

	function confirm(record: Deletion, { ray }: AuditEntry): boolean {
		const own = record.cloudflare?.ray;
		const isIt = ray !== null && typeof own === "string" && plainRay(own) === ray;
		if (isIt && record.confirmed_by_audit_log !== true) keep(record, { ...record, confirmed_by_audit_log: true });
		return isIt;
	}

	/**
	 * If the log says that our token did it, the loss stays a loss under the token's name. Our record of that DELETE says it
	 * failed, or an earlier Ledger lost it.
	 */
	function confirmAnother(record: Deletion, entry: AuditEntry): void {
		const query =
			"SELECT record FROM deletions WHERE binding_id = ? AND id <> ? AND open = 0 AND unreadable IS NOT change";
		for (const { record: text } of sql.exec<{ record: string }>(query, plainId(entry.bindingId), record.id).toArray()) {
			const own = readRecord(text);
			if (confirm(own, entry)) log("warn", "loss_by_own_call", { deletion_id: record.id, own_deletion_id: own.id });
		}
	}

	function take(entries: readonly AuditEntry[]): void {
		const waiting = Map.groupBy(waits.all(), ({ bindingId }) => plainId(bindingId));
		for (const entry of entries) {
			for (const { deletionId, isOwn, sinceMs } of waiting.get(plainId(entry.bindingId)) ?? []) {
				const record = recordOf(deletionId);
				if (record === null || entry.atMs < sinceMs) continue;
				if (isOwn) confirm(record, entry);
				else if (saysWho(entry)) {
					confirmAnother(record, entry);
					keep(record, namedBy(record, entry, now()));
				}
			}
		}
	}

	async function askNow(): Promise<void> {
		waits.remove(waits.all().filter(isAnswered));
		const all = waits.all();
		if (all.length === 0) return;
		const startMs = now();
		const sinceMs = restFromMs ?? Math.min(...all.map((wait) => wait.sinceMs));
		setFlag(sql, flags.asked, String(startMs));
		const read = await auditLog.deletionsSince(sinceMs, startMs);
		options.onCalls(read.calls);
		restFromMs = null;
		if (read.ok) {
			note("read");
			take(read.value.entries);
			const { readToMs } = read.value;
			if (readToMs < startMs && readToMs > sinceMs) restFromMs = readToMs;
		} else if (read.failure === "no_permission") note("no_permission");
		if (restFromMs === null) waits.remove(all.filter((wait) => isOver(wait, startMs)));
	}

	function note(shown: "read" | "no_permission"): void {
		if (access() === shown) return;
		setFlag(sql, flags.access, `${mark} ${shown}`);
		log("info", "audit_log_access", { access: shown });
	}

	return {
		/** A record was settled: the log is asked about losses, and about deletions of ours. Part of the same commit. */
		settled(id: string): void {
			const record = isOn ? recordOf(id) : null;
			const wait = record && waitFor(record);
			if (wait === null || isOver(wait, now())) return;
			// Not worth two rows for each deletion of an account whose log may not be read.
			if (wait.isOwn && access() === "no_permission") return;
			waits.add(wait);
			const atMs = nextMs();
			if (atMs !== null) options.onDue(atMs);
		},
		/** When the next request is due; null if nothing waits for one. */
		nextMs,
		/** Makes the request if it is due. Never rejects. */
		async ask(): Promise<void> {
			const atMs = isAsking ? null : nextMs();
			if (atMs === null || atMs > now()) return;
			isAsking = true;
			try {
				await askNow();
			} catch (error) {
				log("error", "audit_failed", traceOf(error));
				waits.forget();
				notBeforeMs = now() + auditPauseMs;
			} finally {
				isAsking = false;
			}
		},
		facts: (): AuditFacts => ({ auditLog: access(), isAsking }),
	};
}

function waitFor(record: Deletion): AuditWait | null {
	const { id, state, binding, elsewhere, cloudflare } = record;
	if (binding === null || record.confirmed_by_audit_log === true || isNamed(record)) return null;
	if (elsewhere !== undefined) return lossWait(id, binding.id, Date.parse(elsewhere.last_seen_at), goneAtMs(record));
	return state === "deleted" && typeof cloudflare?.ray === "string" ? ownWait(id, binding.id, goneAtMs(record)) : null;
}

/** An entry that says neither who nor how adds nothing to the record. */
const saysWho = ({ by, how }: AuditEntry): boolean => by !== null || how !== null;
