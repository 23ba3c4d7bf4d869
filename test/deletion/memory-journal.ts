// The domain's journal in memory. Everything is copied in and out, as storage does.
import { plainId } from "../../src/deletion/cloudflare-id.ts";
import { type Deletion, isOpen, leavesKeyFree, summaryOf } from "../../src/deletion/deletion.ts";
import type { Freeze } from "../../src/deletion/freeze.ts";
import type { Claim, Journal, OpenDeletion, Progress, Terms } from "../../src/deletion/ports.ts";

export interface MemoryJournal extends Journal {
	all(): Deletion[];
	/** null where nothing is under way. */
	dueAtMs(id: string): number | null;
	claims(): (Claim & { deletionId: string })[];
	/** The kill switch; a test turns it as it likes. */
	frozen: Freeze | null;
}

interface Work {
	terms: Terms | null;
	progress: Progress;
	dueAtMs: number;
}
interface Kept {
	deletion: Deletion;
	work: Work | null;
	changedAtMs: number;
	begunAtMs: number | null;
}

const carriedOut = ["deleted", "already_gone", "restored"];
const underWay = ["deleting", "unknown"];

export function createMemoryJournal(now: () => number): MemoryJournal {
	const rows = new Map<string, string>();
	const claims = new Map<string, Claim & { deletionId: string }>();
	const read = (json: string): Kept => JSON.parse(json);
	const row = (id: string): Kept | null => (rows.has(id) ? read(rows.get(id) ?? "") : null);
	const all = (): Kept[] => [...rows.values()].map(read);
	const plainIdOf = ({ binding }: Deletion): string | null => (binding === null ? null : plainId(binding.id));
	const isIn = ({ binding }: Deletion, prefixId: string): boolean =>
		binding !== null && plainId(binding.prefix_id) === plainId(prefixId);
	const opened = ({ deletion, work }: Kept): OpenDeletion[] =>
		isOpen(deletion) && work !== null && work.terms !== null
			? [{ deletion, terms: work.terms, progress: work.progress }]
			: [];
	const opens = (): OpenDeletion[] => all().flatMap(opened);

	function put(deletion: Deletion, work: Work | null): void {
		const bindingId = plainIdOf(deletion);
		const isRival = (one: Deletion) => one.id !== deletion.id && plainIdOf(one) === bindingId;
		if (isOpen(deletion) && bindingId !== null && opens().some((one) => isRival(one.deletion)))
			throw new Error("a binding has two open deletions");
		const begunAtMs = row(deletion.id)?.begunAtMs ?? (underWay.includes(deletion.state) ? now() : null);
		const kept: Kept = { deletion, work, changedAtMs: now(), begunAtMs };
		rows.set(deletion.id, JSON.stringify(kept));
	}
	const claim = (deletionId: string, some: readonly Claim[]): void => {
		for (const one of some) claims.set(`${one.actor} ${one.key}`, { ...one, deletionId });
	};

	const journal: MemoryJournal = {
		frozen: null,
		all: () => all().map(({ deletion }) => deletion),
		dueAtMs: (id) => row(id)?.work?.dueAtMs ?? null,
		claims: () => [...claims.values()],
		claimed(actor, key) {
			const made = claims.get(`${actor} ${key}`);
			return made === undefined ? null : { payload: made.payload, deletionId: made.deletionId };
		},
		get: (id) => row(id)?.deletion ?? null,
		open: (id) => opens().find(({ deletion }) => deletion.id === id) ?? null,
		openFor: (named) =>
			opens().find(({ deletion }) =>
				"cidr" in named ? summaryOf(deletion).cidr === named.cidr : plainIdOf(deletion) === plainId(named.bindingId),
			) ?? null,
		restoring(id) {
			const kept = row(id);
			if (kept === null || kept.work === null || isOpen(kept.deletion)) return null;
			return { deletion: kept.deletion, progress: kept.work.progress };
		},
		deletedSince(bindingId, sinceMs) {
			const settled = all().filter(
				({ deletion, changedAtMs }) =>
					plainIdOf(deletion) === plainId(bindingId) && carriedOut.includes(deletion.state) && changedAtMs >= sinceMs,
			);
			return settled.map(({ deletion }) => deletion).toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null;
		},
		overtaking(id, cidr, sinceMs) {
			const begun = all().filter(
				({ deletion, begunAtMs }) =>
					deletion.id !== id &&
					summaryOf(deletion).cidr === cidr &&
					begunAtMs !== null &&
					begunAtMs > sinceMs &&
					[...underWay, ...carriedOut].includes(deletion.state),
			);
			return begun.map(({ deletion }) => deletion).toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null;
		},
		goneSince(prefixId, sinceMs) {
			const gone = all().filter(
				({ deletion, changedAtMs }) =>
					isIn(deletion, prefixId) &&
					(underWay.includes(deletion.state) || (carriedOut.includes(deletion.state) && changedAtMs >= sinceMs)),
			);
			return new Set(gone.map(({ deletion }) => plainIdOf(deletion) ?? ""));
		},
		pace(prefixId, sinceMs) {
			const counted = all().filter(
				({ deletion: { state }, begunAtMs }) =>
					begunAtMs !== null && begunAtMs > sinceMs && [...underWay, ...carriedOut].includes(state),
			);
			const inPrefix = counted.filter(({ deletion }) => isIn(deletion, prefixId) && deletion.state !== "restored");
			const timesOf = (some: typeof counted) => some.map(({ begunAtMs }) => begunAtMs ?? 0).toSorted((a, b) => a - b);
			return { account: timesOf(counted), prefix: timesOf(inPrefix) };
		},
		freeze() {
			const { frozen } = journal;
			return frozen === null || frozen.until === null || Date.parse(frozen.until) > now() ? frozen : null;
		},
		keepOpen({ deletion, terms, progress }, dueAtMs, some = []) {
			put(deletion, { terms, progress, dueAtMs });
			claim(deletion.id, some);
		},
		keepRestoring: ({ deletion, progress }, dueAtMs) => put(deletion, { terms: null, progress, dueAtMs }),
		keepSettled(deletion, some = []) {
			put(deletion, null);
			claim(deletion.id, some);
			if (!leavesKeyFree(deletion)) return;
			for (const [key, one] of claims) if (one.deletionId === deletion.id && one.lasting) claims.delete(key);
		},
		join: claim,
	};
	return journal;
}
