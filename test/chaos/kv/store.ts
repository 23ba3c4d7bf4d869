// What was written to KV and when: the present, and the past that a reader elsewhere may still see.

export interface Entry {
	value: string;
	metadata: unknown;
}

export interface Key extends Entry {
	name: string;
}

export interface KvStore {
	put(key: string, entry: Entry): void;
	delete(key: string): void;
	/** The entry at that time; null if there was none. */
	get(key: string, atMs: number): Entry | null;
	/** In order of names, after `cursor`. */
	list(
		query: { prefix: string; limit: number; cursor: string | null },
		atMs: number,
	): { keys: Key[]; next: string | null };
	all(): Key[];
}

/** Older versions are never read. */
const keptMs = 3_700_000;

export function createKvStore(now: () => number): KvStore {
	const versions = new Map<string, { atMs: number; entry: Entry | null }[]>();
	const names: string[] = [];

	function write(key: string, entry: Entry | null): void {
		const present = versions.get(key) ?? [];
		if (!versions.has(key)) {
			const place = names.findIndex((name) => name > key);
			names.splice(place === -1 ? names.length : place, 0, key);
		}
		const lastNeeded = present.findLastIndex(({ atMs }) => atMs < now() - keptMs);
		versions.set(key, [...present.slice(Math.max(0, lastNeeded)), { atMs: now(), entry }]);
	}
	const get = (key: string, atMs: number): Entry | null =>
		versions.get(key)?.findLast((version) => version.atMs <= atMs)?.entry ?? null;

	return {
		put: (key, entry) => write(key, structuredClone(entry)),
		delete: (key) => write(key, null),
		get,
		list({ prefix, limit, cursor }, atMs) {
			const keys: Key[] = [];
			for (const name of names) {
				if (!name.startsWith(prefix) || (cursor !== null && name <= cursor)) continue;
				const entry = get(name, atMs);
				if (entry === null) continue;
				if (keys.length === limit) return { keys, next: keys.at(-1)?.name ?? null };
				keys.push({ name, ...entry });
			}
			return { keys, next: null };
		},
		all: () =>
			names.flatMap((name) => {
				const entry = get(name, Number.POSITIVE_INFINITY);
				return entry === null ? [] : [{ name, ...entry }];
			}),
	};
}
