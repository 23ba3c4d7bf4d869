// Reads deletions of bindings from Cloudflare's audit log (version 2). Names and addresses in it were written by anybody, so
// everything is checked, and an entry that does not name one of the account's bindings is left out.

import * as v from "valibot";
import { type CloudflareId, isCloudflareId, sameId } from "../../deletion/address/cloudflare-id.ts";
import { type AuditAnswer, type AuditEntry, type AuditLog, plainRay } from "../../deletion/audit-log.ts";
import type { CloudflareFault } from "../../deletion/ports.ts";
import type { How } from "../../deletion/record/elsewhere.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Caller } from "./caller.ts";
import { isForbidden, type Understood } from "./interpret.ts";
import { auditPagesAtMost, entriesPerPage, longestAuditName, longestCursor } from "./limits.ts";

export function createAuditLog(accountId: CloudflareId, { read }: Caller): AuditLog {
	return {
		async deletionsSince(sinceMs, beforeMs): Promise<AuditAnswer> {
			const found = new Map<string, AuditEntry>();
			let cursor: string | null = null;
			let lastMs = sinceMs;
			const readTo = (readToMs: number, calls: number): AuditAnswer => {
				const entries = [...found.values()].toSorted((a, b) => a.atMs - b.atMs);
				return { ...ok({ entries, readToMs: Math.min(readToMs, beforeMs) }), calls };
			};
			for (let calls = 1; ; calls++) {
				const path: string = `/accounts/${accountId}/logs/audit?${queryOf(sinceMs, beforeMs, cursor)}`;
				const page = await read(path, { sparing: true, optional: true }, asPage);
				if (!page.ok) {
					// What the pages before it say counts.
					if (calls > 1) return readTo(lastMs, calls);
					return { ...fail(isForbidden(page.failure) ? "no_permission" : "unreadable"), calls };
				}
				const { items, next } = page.value;
				for (const item of items) {
					lastMs = Math.max(lastMs, timeOf(item));
					const entry = toEntry(item, accountId);
					if (entry !== null && !found.has(entry.id)) found.set(entry.id, entry);
				}
				if (items.length === 0 || next === null || next === cursor) return readTo(beforeMs, calls);
				if (calls === auditPagesAtMost) return readTo(lastMs, calls);
				cursor = next;
			}
		},
	};
}

interface Page {
	items: unknown[];
	next: string | null;
}

function asPage({ answer, result, cursor }: Understood): Result<Page, CloudflareFault> {
	if (!Array.isArray(result)) return fail({ kind: "unclear", answer });
	return ok({ items: result, next: cursor !== null && cursor.length <= longestCursor ? cursor : null });
}

function queryOf(sinceMs: number, beforeMs: number, cursor: string | null): URLSearchParams {
	const query = new URLSearchParams({
		since: new Date(sinceMs).toISOString(),
		before: new Date(beforeMs).toISOString(),
		resource_product: "addressing",
		action_type: "delete",
		direction: "asc",
		limit: String(entriesPerPage),
	});
	if (cursor !== null) query.set("cursor", cursor);
	return query;
}

const text = v.fallback(v.string(), "");
/** Every member may be missing, or be something else. */
const members = <Name extends string>(...names: Name[]) => {
	const schema = v.object(v.entriesFromList(names, text));
	return v.fallback(schema, v.parse(schema, {}));
};
const entrySchema = v.object({
	id: v.pipe(v.string(), v.nonEmpty()),
	action: members("result", "time", "type"),
	actor: members("context", "email", "id", "token_name", "type"),
	raw: members("cf_ray_id", "uri"),
	resource: members("product"),
});

const timeSchema = v.object({ action: v.object({ time: v.pipe(v.string(), v.transform(Date.parse), v.finite()) }) });
/** 0 if it can't be read. */
function timeOf(item: unknown): number {
	const read = v.safeParse(timeSchema, item);
	return read.success ? read.output.action.time : 0;
}

/** null: not the deletion of one of the account's bindings. The filters are checked again. */
function toEntry(item: unknown, accountId: CloudflareId): AuditEntry | null {
	const read = v.safeParse(entrySchema, item);
	if (!read.success) return null;
	const { id, action, actor, raw, resource } = read.output;
	const bindingId = bindingIn(raw.uri, accountId);
	const atMs = timeOf(item);
	if (bindingId === null || atMs === 0 || action.type !== "delete" || action.result === "failure") return null;
	if (resource.product !== "addressing") return null;
	const tokenName = cleaned(actor.token_name);
	const name = cleaned(actor.email) ?? tokenName;
	const [userId, type] = [cleaned(actor.id), cleaned(actor.type)];
	const by = name === null ? null : { name, ...(userId && { id: userId }), ...(type && { type }) };
	const ray = /^[0-9a-f]{16}(?:-[A-Z]{3})?$/.test(raw.cf_ray_id) ? plainRay(raw.cf_ray_id) : null;
	return { id, atMs, bindingId, by, how: howOf(actor), token_name: tokenName, ray };
}

/** As the API's or the dashboard's path, whole or below its root. */
const bindingPath =
	/^(?:\/(?:client|api)\/v4)?\/accounts\/([0-9a-f-]+)\/addressing\/prefixes\/([0-9a-f-]+)\/bindings\/([0-9a-f-]+)\/?(?:\?.*)?$/;

function bindingIn(uri: string, accountId: CloudflareId): CloudflareId | null {
	const [, account = "", prefixId = "", bindingId = ""] = bindingPath.exec(uri) ?? [];
	const isOurs = sameId(account, accountId) && isCloudflareId(prefixId);
	return isOurs && isCloudflareId(bindingId) ? bindingId : null;
}

function howOf({ type, context }: { type: string; context: string }): How | null {
	if (type === "system" || type === "cloudflare_admin") return "cloudflare";
	if (context === "dash") return "dashboard";
	return context === "api_token" || context === "api_key" ? context : null;
}

/** On one line, and not long; null if nothing is left. */
function cleaned(name: string): string | null {
	const line = name.slice(0, 10 * longestAuditName).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "");
	return [...line.trim()].slice(0, longestAuditName).join("") || null;
}
