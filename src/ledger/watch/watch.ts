// Looks at the account regularly and compares it with what it remembers. Each look is judged and stored without an `await` in
// between, so that what it shows, the record of a loss and the freeze become durable together. It never runs inside a request.
import { type CloudflareId, isCloudflareId, plainId } from "../../deletion/address/cloudflare-id.ts";
import type { Cloudflare, CloudflareFault } from "../../deletion/ports.ts";
import type { WatchFacts } from "../../deletion/status.ts";
import { log, traceOf } from "../../log.ts";
import type { Lifetime, Slot, WatchedPrefix } from "../../watch/inventory.ts";
import { type Judgement, judgeBinding, judgePrefix } from "../../watch/judge.ts";
import { judgeAccount } from "../../watch/judge-account.ts";
import type { BindingLook, Ours, PrefixLook } from "../../watch/look.ts";
import { judgeMass, type MassEvent } from "../../watch/mass.ts";
import { freshPace, paced, rhythmOf } from "../../watch/rhythm.ts";
import { type Order, planLooks } from "../../watch/schedule.ts";
import { slotsFor } from "../../watch/slots.ts";
import { keptMs, lookPauseMs, looksAtOnce, lossesJudgedMs } from "../limits.ts";
import { getFlag, setFlag } from "../tables.ts";
import {
	countOpen,
	goneSince,
	keepLifetimes,
	keepSlot,
	lifetimesIn,
	missedLifetimes,
	pruneLifetimes,
	readSlots,
} from "./lifetimes.ts";
import { oursIn } from "./ours.ts";

export interface WatchOptions {
	/** How often each prefix is looked at; 0 turns the watch off. */
	everyMs: number;
	/** So many losses within one interval are a mass event. */
	massAtLeast: number;
	/** How long lifetimes are kept after their end; 0 means for ever. */
	keptMs: number;
	cloudflare: Cloudflare;
	now(): number;
	/** When our deletion of a binding took effect, if the Ledger has forgotten it and KV has not. */
	forgottenDeletion(bindingId: string): Promise<number | null>;
	/** Each is called in the commit of the look that shows it. */
	onLoss(lifetime: Lifetime, others: readonly Lifetime[]): void;
	onActive(lifetime: Lifetime): void;
	onMass(event: MassEvent, losses: readonly Lifetime[]): void;
}

export interface Watch {
	/** When the next look is due, or when to see to it if this one does not end; null if the watch is off. */
	nextMs(): number | null;
	/** Makes the looks that are due, at most one alarm's worth. Never rejects. */
	look(): Promise<void>;
	facts(): WatchFacts;
	/** Others made that many calls, which count against its share of the rate limit. */
	spent(calls: number): void;
	/** How far back the lifetimes tell everything, and after when every prefix was looked at; null if nothing was. */
	known(): { sinceMs: number | null; lookedMs: number | null };
}

/** A deletion of ours that is older may have left the Ledger for KV. */
const ledgerRemembersMs = keptMs - 24 * 3_600_000;

export function createWatch(sql: SqlStorage, options: WatchOptions): Watch {
	const { everyMs, cloudflare, now } = options;
	let slots: Slot[] | null = null;
	let pace = freshPace;
	let isLooking = false;
	/** After a restart, losses may not have been judged. */
	let isMassJudged = false;

	const allSlots = (): Slot[] => {
		slots ??= readSlots(sql);
		if (slots.length === 0) slots = slotsFor([], [], []);
		return slots;
	};
	const prefixes = (): WatchedPrefix[] => allSlots().flatMap((slot) => slot.prefixes);
	const listed = (): WatchedPrefix[] => prefixes().filter(({ isListed }) => isListed);
	const lookedMs = (): number | null => {
		const looked = listed().map((prefix) => prefix.lookedMs);
		return looked.includes(null) || looked.length === 0 ? null : Math.min(...looked.map((ms) => ms ?? 0));
	};
	const plan = () => planLooks(allSlots(), missedLifetimes(sql), pace, everyMs, now());

	/** A look that shows nothing new is kept in memory only. */
	function replace(next: Slot, store: boolean): void {
		slots = allSlots().map((slot) => (slot.slot === next.slot ? next : slot));
		if (store) keepSlot(sql, next);
	}

	function keep({ verdicts, lifetimes, prefix }: Judgement, all: readonly Lifetime[]): void {
		keepLifetimes(sql, lifetimes);
		const slot = allSlots().find(({ prefixes: held }) => held.some(({ prefixId }) => prefixId === prefix.prefixId));
		if (slot === undefined) return;
		const held = slot.prefixes.map((one) => (one.prefixId === prefix.prefixId ? prefix : one));
		replace({ ...slot, prefixes: held }, lifetimes.length > 0);
		const gone = new Set(
			verdicts.flatMap((verdict) => (verdict.kind === "disappeared" ? verdict.lifetime.bindingId : [])),
		);
		const others = all.filter(({ closed, bindingId }) => closed === null && !gone.has(bindingId));
		for (const verdict of verdicts) {
			if (verdict.kind === "disappeared") {
				options.onLoss(verdict.lifetime, others);
				isMassJudged = false;
			} else if (verdict.kind === "active") options.onActive(verdict.lifetime);
			else if (verdict.kind === "implausible")
				log("warn", "watch_implausible", { why: verdict.why, prefix_id: verdict.prefixId });
		}
	}

	function known(prefixId: string) {
		const prefix = prefixes().find((one) => one.prefixId === prefixId);
		return prefix === undefined ? null : { prefix, lifetimes: lifetimesIn(sql, prefixId) };
	}

	function takePrefix(look: PrefixLook): void {
		const before = known(look.prefixId);
		if (before !== null) keep(judgePrefix(before, look, oursIn(sql, look.prefixId)), before.lifetimes);
	}

	async function lookAtAccount(): Promise<void> {
		const startMs = now();
		const read = await cloudflare.listPrefixes({ fresh: true, sparing: true });
		const beginMs = read.ok ? read.value.askedAtMs : startMs;
		const judged = judgeAccount(prefixes(), { beginMs, endMs: now(), seen: read.ok ? read.value.items : null });
		for (const verdict of judged.verdicts)
			if (verdict.kind === "implausible") log("warn", "watch_implausible", { why: verdict.why });
		const leaving = judged.prefixes.filter(({ isListed }) => !isListed);
		const before = new Map(allSlots().map((slot) => [slot.slot, placesIn(slot)]));
		slots = slotsFor(
			allSlots(),
			judged.prefixes,
			leaving.flatMap(({ prefixId }) => lifetimesIn(sql, prefixId)),
		);
		for (const slot of slots) if (placesIn(slot) !== before.get(slot.slot)) keepSlot(sql, slot);
		for (const look of judged.looks) takePrefix(look);
	}

	async function lookAtPrefix(prefixId: CloudflareId): Promise<void> {
		const startMs = now();
		const read = await cloudflare.listBindings(prefixId, { fresh: true, sparing: true });
		const beginMs = read.ok ? read.value.askedAtMs : startMs;
		takePrefix({ prefixId, beginMs, endMs: now(), seen: read.ok ? read.value.items : null });
	}

	async function lookAtBinding(prefixId: CloudflareId, bindingId: CloudflareId): Promise<void> {
		const beginMs = now();
		const read = await cloudflare.getBinding(prefixId, bindingId);
		const seen = read.ok ? read.value : missing(read.failure);
		const look: BindingLook = { prefixId, bindingId, beginMs, endMs: now(), seen };
		const forgotten = new Map<string, number>();
		for (const { bindingId: id, seenMs } of lifetimesIn(sql, prefixId).filter(isMissedAgain)) {
			const goneMs = now() - seenMs > ledgerRemembersMs ? await options.forgottenDeletion(id) : null;
			if (goneMs !== null) forgotten.set(plainId(id), goneMs);
		}
		const before = known(prefixId);
		if (before === null) return;
		const ours: Ours = oursIn(sql, prefixId);
		const deleted = new Map([...forgotten, ...ours.deleted]);
		keep(judgeBinding(before, look, { ...ours, deleted }), before.lifetimes);
	}

	function judgeLosses(): void {
		const { intervalMs } = rhythmOf(everyMs, prefixes().length);
		const recent = goneSince(sql, now() - Math.max(4 * intervalMs, lossesJudgedMs)).filter(
			({ closed }) => closed === "disappeared",
		);
		const { events, lifetimes } = judgeMass(recent, intervalMs, options.massAtLeast);
		keepLifetimes(sql, lifetimes);
		for (const event of events)
			options.onMass(
				event,
				lifetimes.filter(({ massMs }) => massMs === event.startMs),
			);
		isMassJudged = true;
	}

	async function take(order: Order): Promise<void> {
		if (order.look === "account") return lookAtAccount();
		if (!isCloudflareId(order.prefixId)) return;
		if (order.look === "prefix") return lookAtPrefix(order.prefixId);
		if (isCloudflareId(order.bindingId)) await lookAtBinding(order.prefixId, order.bindingId);
	}

	async function lookNow(): Promise<void> {
		const startMs = now();
		const due = plan();
		const orders = [...due.second, ...due.ordinary];
		if (orders.length === 0) return;
		if (getFlag(sql, sinceFlag) === null) setFlag(sql, sinceFlag, String(startMs));
		const rest = orders.values();
		const lookOn = async () => {
			for (const order of rest) await take(order);
		};
		await Promise.all(Array.from({ length: looksAtOnce }, lookOn));
		pace = paced(pace, { ordinary: due.ordinary.length, second: due.second.length }, startMs);
		const tried = allSlots().find(({ slot }) => slot === due.slot);
		if (tried !== undefined) replace({ ...tried, triedMs: startMs }, true);
		if (!isMassJudged) judgeLosses();
		if (options.keptMs > 0) pruneLifetimes(sql, now() - options.keptMs);
	}

	return {
		nextMs() {
			if (everyMs === 0) return null;
			return isLooking ? now() + lookPauseMs : plan().nextMs;
		},
		async look() {
			if (everyMs === 0 || isLooking || plan().nextMs > now()) return;
			isLooking = true;
			try {
				await lookNow();
			} catch (error) {
				log("error", "watch_failed", traceOf(error));
				// Whatever was remembered is read again.
				slots = null;
				pace = { ordinaryMs: now() + lookPauseMs, secondMs: now() + lookPauseMs };
			} finally {
				isLooking = false;
			}
		},
		spent(calls) {
			pace = paced(pace, { ordinary: calls, second: 0 }, now());
		},
		known() {
			const sinceMs = watchedSinceMs(sql);
			// What went before that has been pruned.
			const isPruned = sinceMs !== null && options.keptMs > 0;
			return { sinceMs: isPruned ? Math.max(sinceMs, now() - options.keptMs) : sinceMs, lookedMs: lookedMs() };
		},
		facts() {
			return {
				everyMs,
				intervalMs: rhythmOf(everyMs, prefixes().length).intervalMs,
				prefixes: listed().length,
				bindings: countOpen(sql),
				missed: missedLifetimes(sql).length,
				isLooking,
				lookedMs: lookedMs(),
			};
		},
	};
}

/** When the first look of all began. */
const sinceFlag = "watch_since";
export const watchedSinceMs = (sql: SqlStorage): number | null => {
	const text = getFlag(sql, sinceFlag);
	return text === null ? null : Number(text);
};

/** What has to be stored at once, as opposed to when each prefix was looked at. */
const placesIn = ({ prefixes }: Slot): string =>
	JSON.stringify(prefixes.map(({ prefixId, isListed }) => [prefixId, isListed]));

const missing = (fault: CloudflareFault): "missing" | null => (fault.kind === "not_found" ? "missing" : null);
const isMissedAgain = ({ closed, missedAgainMs }: Lifetime): boolean => closed === null && missedAgainMs !== null;
