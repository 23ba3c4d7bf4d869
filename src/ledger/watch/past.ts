// Answers what was bound at a time, and what changed between two times, from the lifetimes and from our own records. Only reads.

import { plainId } from "../../deletion/address/cloudflare-id.ts";
import type {
	ChangesOfBindings,
	DoneBy,
	Past,
	PastBinding,
	PastChange,
	PastPrefix,
	PastQuery,
} from "../../deletion/past.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { goneAs, goneAtMs, isGone } from "../../deletion/record/gone.ts";
import type { Lifetime } from "../../watch/lifetime.ts";
import {
	accountAt,
	type Change,
	changedLifetime,
	changesBetween,
	isAfter,
	type Place,
	placeOf,
} from "../../watch/past.ts";
import { readRow, type StoredRow } from "../tables.ts";
import { lifetimesIn, lifetimesSince, readSlots } from "./lifetimes.ts";

interface Known {
	sinceMs: number | null;
	lookedMs: number | null;
}

export function past(sql: SqlStorage, query: PastQuery, { sinceMs, lookedMs }: Known): Past {
	const nothing = { accounts: query.at.map(() => null), changes: [], next: null };
	if (sinceMs === null) return { knownSinceMs: null, lookedMs, ...nothing };
	const { changes, next } = query.changes === null ? nothing : changesIn(sql, query.changes, sinceMs);
	const changed = new Set(changes.map(({ binding }) => plainId(binding.prefixId)));
	const lifetimes = query.at.length === 0 ? [] : lifetimesSince(sql, Math.min(...query.at));
	const shown = query.changedOnly ? lifetimes.filter(({ prefixId }) => changed.has(plainId(prefixId))) : lifetimes;
	const cidrs = new Map(readSlots(sql).flatMap((slot) => slot.prefixes.map((one) => [one.prefixId, one.cidr])));
	const accounts = query.at.map((atMs) => {
		const there = accountAt(shown, atMs, sinceMs);
		return there === null ? null : byPrefix(there, cidrs, atMs);
	});
	return { knownSinceMs: sinceMs, lookedMs, accounts, changes, next };
}

function byPrefix(there: readonly Lifetime[], cidrs: ReadonlyMap<string, string>, atMs: number): PastPrefix[] {
	const groups = Map.groupBy(there, ({ prefixId }) => prefixId);
	return [...groups].map(([id, lifetimes]) => ({
		id,
		cidr: cidrs.get(id) ?? null,
		bindings: lifetimes.map((one) => bindingAt(one, atMs)),
	}));
}

function bindingAt(lifetime: Lifetime, atMs: number): PastBinding {
	const { bindingId, prefixId, cidr, serviceId, serviceName, firstSeenMs } = lifetime;
	// Only the last state is kept. It says nothing about the time before the binding became active.
	const isKnown = lifetime.activeMs === null || lifetime.activeMs <= atMs;
	const provisioningState = isKnown ? lifetime.provisioningState : null;
	const goneMs = lifetime.goneSinceMs;
	return { id: bindingId, prefixId, cidr, serviceId, serviceName, provisioningState, firstSeenMs, goneMs };
}

function changesIn(sql: SqlStorage, query: ChangesOfBindings, knownSinceMs: number): Pick<Past, "changes" | "next"> {
	const { untilMs, prefixId, atMost } = query;
	const place = query.cursor === null ? null : placeIn(query.cursor);
	const sinceMs = Math.max(query.sinceMs, knownSinceMs);
	const lifetimes = prefixId === null ? lifetimesSince(sql, place?.[0] ?? sinceMs) : lifetimesIn(sql, prefixId);
	const all = changesBetween(lifetimes, sinceMs, untilMs);
	const rest = place === null ? all : all.filter((change) => isAfter(placeOf(change), place));
	const page = rest.slice(0, atMost);
	const last = page.at(-1);
	const next = rest.length > page.length && last !== undefined ? placeOf(last).join(".") : null;
	return { changes: page.map((change) => attributed(sql, change)), next };
}

/** The doors check the format. The position need not exist. */
function placeIn(cursor: string): Place {
	const [atMs = "", ...rest] = cursor.split(".");
	return [Number(atMs), rest.join(".")];
}

function attributed(sql: SqlStorage, change: Change): PastChange {
	const lifetime = changedLifetime(change);
	const { atMs } = change;
	const shown = { atMs, change: change.change, binding: bindingAt(lifetime, atMs) };
	if (change.change === "changed")
		return { ...shown, before: bindingAt(change.before, atMs), by: "elsewhere", deletionId: null };
	if (change.change === "appeared")
		return lifetime.opened === "restored"
			? { ...shown, before: null, by: "unbind", deletionId: restorationOf(sql, lifetime.bindingId) }
			: { ...shown, before: null, by: "elsewhere", deletionId: null };
	const explained = explainedBy(sql, lifetime);
	const by = explained?.by ?? (lifetime.closed === "deleted" ? "unbind" : "elsewhere");
	return { ...shown, before: null, by, deletionId: explained?.id ?? null };
}

function restorationOf(sql: SqlStorage, bindingId: string): string | null {
	const query = "SELECT id FROM deletions WHERE restored_id = ? ORDER BY id LIMIT 1";
	return sql.exec<{ id: string }>(query, plainId(bindingId)).toArray()[0]?.id ?? null;
}

/** The record that was settled next to the loss: the same binding can be lost twice, if a list showed it again. */
function explainedBy(sql: SqlStorage, lifetime: Lifetime): { id: string; by: DoneBy } | null {
	const lostMs = (lifetime.closed === "deleted" ? lifetime.goneSinceMs : lifetime.closedMs) ?? 0;
	const query = "SELECT id, record FROM deletions WHERE binding_id = ? AND open = 0 AND unreadable IS NOT change";
	const rows = sql.exec<StoredRow>(query, plainId(lifetime.bindingId)).toArray();
	const records = rows.flatMap((row) => readRow(sql, row)?.deletion ?? []).filter(({ state }) => isGone(state));
	const awayMs = (deletion: Deletion): number => Math.abs(goneAtMs(deletion) - lostMs);
	const [record] = records.toSorted((a, b) => awayMs(a) - awayMs(b));
	// If unbind found it already gone, someone else deleted it.
	return record === undefined ? null : { id: record.id, by: goneAs(record) === "deleted" ? "unbind" : "elsewhere" };
}
