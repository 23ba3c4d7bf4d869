// A page of the history: KV's list, merged with the Ledger's latest changes. It reads only the keys it needs: those of a
// binding or a prefix, and, for a period of time, little more than the period. Other filters apply to the rows. So that one
// page can't read the whole history, it ends after a few lists with what it has.

import { sameId } from "../../deletion/address/cloudflare-id.ts";
import { sameName } from "../../deletion/record/actor.ts";
import { openStates, type Summary } from "../../deletion/record/deletion.ts";
import type { HistoryFilter } from "../../deletion/record/history.ts";
import { idBounds, idPrefixes } from "../../deletion/record/record-id.ts";
import { rowMatcher } from "../../deletion/record/row-conditions.ts";
import { idOf, prefixOf, rowOf, type Space, spellingsOf } from "./keys.ts";
import { allListsAtMost, listCap, listsAtMost } from "./limits.ts";
import { listKeys } from "./list-keys.ts";

/** Where a page begins: in a part of the key space, at a KV cursor, after an id. */
export interface Position {
	part: number;
	cursor: string | null;
	afterId: string;
	/** How many keys after the cursor were already shown. Only a hint for how many to request. */
	skip: number;
}

/** The Ledger's latest, in the order of ids, complete up to the id `until` (null: to the end). */
export interface Overlay {
	recent: readonly Summary[];
	until: string | null;
}

export interface RowsPage {
	rows: Summary[];
	/** null if nothing follows. */
	next: Position | null;
}

export const firstPosition: Position = { part: 0, cursor: null, afterId: "", skip: 0 };

/** No record is older than unbind. */
const earliestMs = Date.UTC(2026, 0, 1);
/** How finely a period with an end but no beginning is cut: a year, twelve days, nine hours. */
const openEndedUnitsMs = [32 ** 7, 32 ** 6, 32 ** 5];

/**
 * Merges two sorted streams: the keys of each part in turn, and the overlay. For the same id, the Ledger's row wins over
 * KV's; it may no longer match the filter, so filtering comes last.
 *
 * KV's cursors exist only between lists, so a page that ends within a list has none. Its position keeps the cursor the list
 * started with and the last id shown; the next page requests `skip` more keys and passes over those already shown. That
 * happens only if the Ledger's rows filled up the page; otherwise a page is one list.
 */
export async function historyPage(
	kv: KVNamespace,
	filter: HistoryFilter,
	limit: number,
	from: Position,
	overlay: Overlay,
): Promise<RowsPage> {
	const space = spaceOf(filter);
	const { parts, levels } = partsOf(filter);
	const bounds = idBounds(filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER);
	const matches = matcher(filter, space);
	const recent = overlay.recent.filter(({ id }) => id > from.afterId && id >= bounds.first && id <= bounds.last);
	const rows: Summary[] = [];
	let at = from;
	let ahead = 0;

	/** Adds the overlay's rows before an id; false if the page is full first. */
	const showRecentBefore = (id: string | null): boolean => {
		for (let row = recent[ahead]; row !== undefined && (id === null || row.id < id); row = recent[++ahead]) {
			if (rows.length === limit) return false;
			if (matches(row)) rows.push(row);
			at = { ...at, afterId: row.id };
		}
		return true;
	};
	const beyondOverlay = (id: string) => overlay.until !== null && id > overlay.until;

	let longLists = 0;
	for (let lists = 0; at.part < parts.length; lists++) {
		const isEnough = longLists === listsAtMost || lists === allListsAtMost;
		if (rows.length === limit || isEnough) return { rows, next: at };
		const wanted = matches === everything && filter.untilMs === null ? limit - rows.length + at.skip : listCap;
		const prefixes = spellingsOf(space).map((one) => prefixOf(one) + parts[at.part]);
		const listing = await listKeys(kv, prefixes, at.cursor, Math.min(wanted, listCap));
		if (listing.cursor !== null) longLists++;
		const finer = levels.find((level) => level > at.part);
		const isStart = levels.includes(at.part) && at.cursor === null;
		if (isStart && finer !== undefined && listing.cursor !== null && endsBefore(listing.keys, bounds.first)) {
			at = { ...at, part: finer, skip: 0 };
			continue;
		}
		for (const [index, key] of listing.keys.entries()) {
			const id = idOf(key.name);
			const row = id <= at.afterId || id < bounds.first ? null : rowOf(key.name, key.metadata);
			if (row === null) continue;
			if (row.id > bounds.last) return end();
			const room = showRecentBefore(row.id) && rows.length < limit;
			if (!room || beyondOverlay(row.id)) return { rows, next: { ...at, skip: index } };
			const latest = recent[ahead]?.id === row.id ? recent[ahead++] : undefined;
			if (matches(latest ?? row)) rows.push(latest ?? row);
			at = { ...at, afterId: row.id };
		}
		if (listing.cursor !== null) at = { ...at, cursor: listing.cursor, skip: 0 };
		else if (levels.includes(at.part + 1)) return end();
		else at = { ...at, part: at.part + 1, cursor: null, skip: 0 };
	}
	return end();

	function end(): RowsPage {
		at = { ...at, part: parts.length, cursor: null, skip: 0 };
		const whole = showRecentBefore(null) && (overlay.until === null || overlay.until >= bounds.last);
		return { rows, next: whole ? null : at };
	}
}

/** A page from the overlay alone, for when KV can't be read. It continues where KV's page would have. */
export function ledgerPage(filter: HistoryFilter, limit: number, from: Position, { recent, until }: Overlay): RowsPage {
	const bounds = idBounds(filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER);
	const matches = matcher(filter, spaceOf(filter));
	const rows = recent
		.filter((row) => row.id > from.afterId && row.id >= bounds.first && row.id <= bounds.last && matches(row))
		.slice(0, limit);
	const lastId = rows.length === limit ? rows.at(-1)?.id : until;
	const isMore =
		rows.length === limit ? recent.some(({ id }) => id > (lastId ?? "")) || until !== null : until !== null;
	return { rows, next: isMore ? { ...from, afterId: lastId ?? from.afterId } : null };
}

function spaceOf({ bindingId, prefixId }: HistoryFilter): Space {
	if (bindingId !== null) return { kind: "binding", of: bindingId };
	return prefixId === null ? { kind: "deletion" } : { kind: "prefix", of: prefixId };
}

interface Parts {
	parts: string[];
	/** Where the parts start again, cut finer: without a beginning, the newest part may hold many rows that are too new. */
	levels: number[];
}

/** Without an end, the newest rows come first anyway, and the walk stops at the beginning of the period. */
function partsOf({ state, sinceMs, untilMs }: HistoryFilter): Parts {
	// Open records are only in the Ledger.
	if (openStates.some((open) => open === state)) return { parts: [], levels: [] };
	if (untilMs === null) return { parts: [""], levels: [] };
	if (sinceMs !== null) return { parts: idPrefixes(sinceMs, untilMs, (untilMs - sinceMs) / 8), levels: [] };
	const cuts = openEndedUnitsMs.map((unitMs) => idPrefixes(Math.min(earliestMs, untilMs), untilMs, unitMs));
	const levels = cuts.map((_, index) => cuts.slice(0, index).flat().length);
	return { parts: cuts.flat(), levels };
}

/** Whether the whole list is newer than the period. */
const endsBefore = (keys: readonly { name: string }[], firstId: string): boolean =>
	idOf(keys.at(-1)?.name ?? "") < firstId;

type Matcher = (row: Summary) => boolean;
const everything: Matcher = () => true;

/** Whether the keys and the period alone decide which rows are shown. */
export const keysDecide = (filter: HistoryFilter): boolean => matcher(filter, spaceOf(filter)) === everything;

/** The part of the filter that the keys do not cover. */
function matcher(filter: HistoryFilter, space: Space): Matcher {
	const { state, actor, door, prefixId, cidr = null, rows } = filter;
	const prefix = space.kind === "binding" ? prefixId : null;
	if ([state, actor, door, prefix, cidr, rows ?? null].every((one) => one === null)) return everything;
	const further = rows === undefined ? everything : rowMatcher(rows);
	return (row) =>
		(state === null || row.state === state) &&
		(actor === null || sameName(row.actor, actor)) &&
		(door === null || row.door === door) &&
		(prefix === null || sameId(row.prefix_id ?? "", prefix)) &&
		(cidr === null || row.cidr === cidr) &&
		further(row);
}
