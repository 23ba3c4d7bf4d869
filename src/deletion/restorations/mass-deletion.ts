// A mass deletion, and what it leaves to restore: in the order in which it is carried out, and what of it one actor may restore.
// The page and chat show the same. It restores nothing.
import { isWithin } from "../address/cidr.ts";
import { plainId } from "../address/cloudflare-id.ts";
import { restorationsAtMost } from "../limits.ts";
import type { PastPrefix } from "../past.ts";
import type { Actor } from "../record/actor.ts";
import type { Summary } from "../record/deletion.ts";
import { inOrder, type Left, rankOf } from "./order.ts";

/** Short enough to type. @param startMs when the first of them was missed; no two have the same. */
export const massDeletionId = (startMs: number): string => startMs.toString(36);

/** Many bindings that disappeared within one interval of the watch, without unbind. */
export interface MassDeletion {
	/** Names it in a command: letters, digits and -. */
	id: string;
	/** When the first of them was missed. */
	since: string;
	noticed_at: string;
	/** Whether it froze deletions. */
	froze: boolean;
	/** The records, by CIDR. */
	deletions: Summary[];
	/** The newest restoration of them that was requested for this event; null if none was. */
	restorations_id: string | null;
}

export interface Lost {
	row: Summary;
	/** Its prefix has no binding left, so all of it is dark. */
	isDark: boolean;
}

export interface ToRestore {
	/** Every binding of the mass deletion, restored ones included. */
	all: Lost[];
	/** What the actor may restore now, as many as one request takes. */
	restorable: Lost[];
	/** How many are not restored yet. */
	missing: number;
	/** How many of these are outside the actor's ranges. */
	outside: number;
	/** How many prefixes lost a binding, and how many of them have none left. */
	prefixes: { total: number; dark: number };
}

/** @param now the prefixes with their bindings, as the watch knows them; null if that is not known. */
export function toRestore(
	{ deletions }: Pick<MassDeletion, "deletions">,
	now: readonly PastPrefix[] | null,
	{ ranges }: Pick<Actor, "ranges">,
): ToRestore {
	const bound = new Map((now ?? []).map(({ id, bindings }) => [plainId(id), bindings.length]));
	const leftIn = (prefixId: string): Left => {
		if (now === null) return "unknown";
		return (bound.get(plainId(prefixId)) ?? 0) > 0 ? "some" : "none";
	};
	const items = deletions.map((row) => ({ cidr: row.cidr, prefixId: row.prefix_id, row }));
	const all = inOrder(items, leftIn).map(({ item, rank }) => ({ row: item.row, isDark: rank === rankOf.none }));
	const missing = all.filter(({ row }) => isMissing(row));
	const inside = missing.filter(({ row: { cidr } }) => isWithin(ranges, cidr ?? ""));
	const prefixIds = (some: readonly Lost[]) => new Set(some.map(({ row }) => row.prefix_id)).size;
	return {
		all,
		restorable: inside.slice(0, restorationsAtMost),
		missing: missing.length,
		outside: missing.length - inside.length,
		prefixes: { total: prefixIds(all), dark: prefixIds(all.filter(({ isDark }) => isDark)) },
	};
}

export const isMissing = ({ state }: Pick<Summary, "state">): boolean => state === "deleted_elsewhere";

/** Who deleted them, as far as is known, with how many each; those whose author nobody knows come under null, last. */
function authorsOf(deletions: readonly Summary[]): [string | null, number][] {
	const counts = new Map<string | null, number>();
	for (const { actor, door } of deletions) {
		const name = door === "watch" && actor === "unknown" ? null : actor;
		counts.set(name, (counts.get(name) ?? 0) + 1);
	}
	return [...counts].toSorted(([a], [b]) => Number(a === null) - Number(b === null));
}

/** "mallory@example.com (35), nobody knows yet (2)", or one of them alone. */
export function authorWords(deletions: readonly Summary[]): string {
	const authors = authorsOf(deletions);
	if (authors.length === 1) return authors[0]?.[0] ?? "nobody knows yet";
	return authors.map(([name, count]) => `${name ?? "nobody knows yet"} (${count})`).join(", ");
}
