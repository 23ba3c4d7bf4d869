// An account whose bindings come, change and go while it is looked at. Its answers are honest, but each binding in them lags by
// itself: it is shown as it was at any moment from `lagMs` before the request to the end of the answer.
import fc from "fast-check";
import type { Binding } from "../../src/deletion/address/binding.ts";
import { plainId } from "../../src/deletion/address/cloudflare-id.ts";
import { lagMs } from "../../src/deletion/limits.ts";
import type { AccountLook, BindingLook, Ours, PrefixLook, Span } from "../../src/watch/look.ts";
import { bindingOf, id } from "../deletion/world.ts";

export interface Life {
	bornMs: number;
	/** Infinity if it stays. */
	diesMs: number;
	/** When it changes to another service, and back again. */
	changesMs: readonly number[];
	/** Whether we delete it: its record is open this long before and after. */
	ours: { beforeMs: number; afterMs: number } | null;
	/** From then on lists lack it, although a read by its id shows it as it is: a fault, not a lag. */
	hiddenMs?: number;
}

/** What one look does. Each item of `lags` is the place, from 0 to 1, in the span that a binding may be shown from. */
export interface Weather {
	takesMs: number;
	lags: readonly number[];
	fault: "failed" | "repeated" | "no_prefixes" | null;
}

export const calm: Weather = { takesMs: 0, lags: [1], fault: null };

const place = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
export const aWeather = (faults: readonly Weather["fault"][]): fc.Arbitrary<Weather> =>
	fc.record({
		takesMs: fc.oneof(fc.constant(0), fc.nat(10_000), fc.nat(lagMs)),
		lags: fc.array(place, { minLength: 1, maxLength: 4 }),
		fault: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...faults) }),
	});

export const prefixIdOf = (index: number): string => id(`a${index.toString(16)}f`);
export const bindingIdOf = (index: number): string => id(`b${index.toString(16)}f`);

/** A list that repeats some items instead of others; if it is too short for that, it fails. */
function faulty<Item>(seen: Item[], fault: Weather["fault"]): Item[] | null {
	if (fault === "failed") return null;
	if (fault !== "repeated") return seen;
	return seen.length < 2 ? null : [...seen.slice(1), ...seen.slice(1)];
}

export interface Prefixed extends Life {
	/** The index of its prefix. */
	prefix: number;
}

export function createChangingAccount(lives: readonly Prefixed[], prefixCount: number, nextWeather: () => Weather) {
	const at = (life: Life, index: number, atMs: number): Binding | null => {
		if (atMs < life.bornMs || atMs >= life.diesMs) return null;
		const changes = life.changesMs.filter((ms) => ms <= atMs).length;
		return bindingOf(bindingIdOf(index), `203.${index >> 8}.${index & 255}.0/24`, {
			serviceId: id(changes % 2 === 0 ? "5e" : "5f"),
		});
	};
	const byPrefix = Map.groupBy(lives.entries(), ([, { prefix }]) => prefix);
	const indexes = new Map(Array.from({ length: prefixCount }, (_, index) => [prefixIdOf(index), index]));
	/** A prefix is there as long as anything in it is, or if it has no binding. */
	const prefixIsThere = (prefix: number, atMs: number) => {
		const inside = byPrefix.get(prefix) ?? [];
		return inside.length === 0 || inside.some(([, { diesMs }]) => diesMs > atMs);
	};
	function begin(beginMs: number) {
		const { takesMs, lags, fault } = nextWeather();
		let next = 0;
		const endMs = beginMs + takesMs;
		const moment = () => beginMs - lagMs + Math.round((lags[next++ % lags.length] ?? 1) * (lagMs + takesMs));
		return { fault, moment, span: { beginMs, endMs } };
	}
	const shownMs = new Map<string, number>();
	const showing = (seen: readonly Binding[] | null, { endMs }: Span) => {
		for (const { id: bindingId } of seen ?? []) shownMs.set(bindingId, endMs);
		return seen;
	};
	const account = {
		nowMs: 0,
		/** The end of the last good look that showed it. */
		lastShownMs: (bindingId: string) => shownMs.get(bindingId),
		prefix(prefixId: string, beginMs: number): PrefixLook {
			const { fault, moment, span } = begin(beginMs);
			account.nowMs = span.endMs;
			const inside = byPrefix.get(indexes.get(prefixId) ?? -1) ?? [];
			const seen = inside
				.filter(([, { hiddenMs = Number.POSITIVE_INFINITY }]) => beginMs < hiddenMs)
				.flatMap(([index, life]) => at(life, index, moment()) ?? []);
			const list = faulty(seen, fault);
			return { prefixId, ...span, seen: fault === "repeated" ? list : showing(list, span) };
		},
		account(beginMs: number): AccountLook {
			const { fault, moment, span } = begin(beginMs);
			account.nowMs = span.endMs;
			const seen = Array.from({ length: prefixCount }, (_, index) => index)
				.filter((index) => prefixIsThere(index, moment()))
				.map((index) => ({ id: prefixIdOf(index), cidr: `203.${index}.0.0/16` }));
			return { ...span, seen: fault === "no_prefixes" ? [] : faulty(seen, fault) };
		},
		binding(prefixId: string, bindingId: string, beginMs: number): BindingLook {
			const { fault, moment, span } = begin(beginMs);
			account.nowMs = span.endMs;
			const index = lives.findIndex((_, one) => bindingIdOf(one) === bindingId);
			const life = lives[index];
			const seen = life === undefined ? null : at(life, index, moment());
			if (fault === "failed") return { prefixId, bindingId, ...span, seen: null };
			showing(seen === null ? [] : [seen], span);
			return { prefixId, bindingId, ...span, seen: seen ?? "missing" };
		},
		/** What our records say when a look is judged. */
		ours(): Ours {
			const open = new Set<string>();
			const deleted = new Map<string, number>();
			for (const [index, { ours, diesMs }] of lives.entries()) {
				if (ours === null || account.nowMs < diesMs - ours.beforeMs) continue;
				const settledMs = diesMs + ours.afterMs;
				if (account.nowMs < settledMs) open.add(plainId(bindingIdOf(index)));
				else deleted.set(plainId(bindingIdOf(index)), settledMs);
			}
			return { open, deleted, restored: new Set(), restoring: new Set() };
		},
	};
	return account;
}
