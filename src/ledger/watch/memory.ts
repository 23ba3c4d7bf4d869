// What the watch remembers, and what each look changes in it. A look is judged and stored without an `await` in between, in one
// transaction with the record of a loss, the time on a restored record and the freeze. It asks Cloudflare nothing.
import type { BgpPrefix, BgpUnknown } from "../../deletion/address/bgp-prefix.ts";
import { plainId, sameId } from "../../deletion/address/cloudflare-id.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Left } from "../../deletion/restorations/order.ts";
import type { Result } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import { afterAnswer } from "../../watch/announcement.ts";
import { type Lifetime, lifetimeOf, type Slot, type WatchedPrefix } from "../../watch/inventory.ts";
import { type Judgement, judgeBinding, judgePrefix } from "../../watch/judge.ts";
import { judgeAccount } from "../../watch/judge-account.ts";
import type { AccountLook, BindingLook, PrefixLook } from "../../watch/look.ts";
import { areMany, judgeMass, type MassEvent } from "../../watch/mass.ts";
import { slotsFor } from "../../watch/slots.ts";
import { lossesJudgedMs } from "../limits.ts";
import { goneSince, keepLifetimes, keepSlot, lifetimesIn, missedLifetimes, readSlots, wasSeen } from "./lifetimes.ts";
import { oursIn } from "./ours.ts";

/** Each is called in the transaction with what shows it. */
export interface WatchEvents {
	onLoss(lifetime: Lifetime, others: readonly Lifetime[], prefix: WatchedPrefix): void;
	onActive(lifetime: Lifetime): void;
	onMass(event: MassEvent, losses: readonly Lifetime[]): void;
	/** More losses turned out to belong to an earlier mass event. */
	onMassGrown(startMs: number, losses: readonly Lifetime[]): void;
	onAppeared(lifetime: Lifetime): void;
	onChanged(before: Lifetime, after: Lifetime): void;
	/** The losses of a look have been judged. These are newly counted towards a mass event. */
	onJudged(counted: readonly Lifetime[]): void;
}

export interface WatchMemory {
	slots(): Slot[];
	prefixes(): WatchedPrefix[];
	takeAccount(look: AccountLook): void;
	takePrefix(look: PrefixLook): void;
	/** @param forgotten our deletions that are only in KV: plain binding id → when it took effect. */
	takeBinding(look: BindingLook, forgotten: ReadonlyMap<string, number>): void;
	/** Kept in memory until the slot's looks are done. */
	takeAnnouncement(prefixId: string, answer: Result<BgpPrefix[], BgpUnknown>, nowMs: number): void;
	/** unbind created the binding of this record again: it may be gone before the next look. */
	takeRestored(record: Deletion, nowMs: number): void;
	/** The slot's looks are done. */
	tried(slot: number | null, atMs: number): void;
	/** Judges whether losses are a mass event, if there are new ones. */
	judgeLosses(intervalMs: number, massAtLeast: number, nowMs: number): void;
	/** Whether the prefix has bindings left, by the last look. */
	leftIn(prefixId: string): Left;
	/** After an error: what is in memory may not be what is stored. */
	forget(): void;
}

export function createWatchMemory(
	{ sql, transactionSync }: { sql: SqlStorage; transactionSync: (work: () => void) => void },
	events: WatchEvents,
): WatchMemory {
	let present: Slot[] | null = null;
	/** After a restart, losses may not have been judged. */
	let isMassJudged = false;

	const slots = (): Slot[] => {
		present ??= readSlots(sql);
		if (present.length === 0) present = slotsFor([], [], []);
		return present;
	};
	const prefixes = (): WatchedPrefix[] => slots().flatMap((slot) => slot.prefixes);

	/** A look that shows nothing new is kept in memory only. */
	function replace(next: Slot, store: boolean): void {
		present = slots().map((slot) => (slot.slot === next.slot ? next : slot));
		if (store) keepSlot(sql, next);
	}

	function keepPrefix(prefix: WatchedPrefix, store: boolean): boolean {
		const slot = slots().find(({ prefixes: held }) => held.some(({ prefixId }) => prefixId === prefix.prefixId));
		if (slot === undefined) return false;
		const held = slot.prefixes.map((one) => (one.prefixId === prefix.prefixId ? prefix : one));
		replace({ ...slot, prefixes: held }, store);
		return true;
	}

	/** All of it or nothing: a loss that is closed without a record would never be recorded. */
	const keep = (judgement: Judgement, all: readonly Lifetime[]): void => transactionSync(() => keepAll(judgement, all));

	function keepAll({ verdicts, lifetimes, prefix }: Judgement, all: readonly Lifetime[]): void {
		keepLifetimes(sql, lifetimes);
		if (!keepPrefix(prefix, lifetimes.length > 0)) return;
		const gone = new Set(
			verdicts.flatMap((verdict) => (verdict.kind === "disappeared" ? verdict.lifetime.bindingId : [])),
		);
		const others = all.filter(({ closed, bindingId }) => closed === null && !gone.has(bindingId));
		for (const verdict of verdicts) {
			if (verdict.kind === "disappeared") {
				events.onLoss(verdict.lifetime, others, prefix);
				isMassJudged = false;
			} else if (verdict.kind === "active") events.onActive(verdict.lifetime);
			else if (verdict.kind === "appeared") events.onAppeared(verdict.lifetime);
			else if (verdict.kind === "changed") events.onChanged(verdict.before, verdict.after);
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

	return {
		slots,
		prefixes,
		takePrefix,
		takeAccount(look) {
			const judged = judgeAccount(prefixes(), look);
			for (const verdict of judged.verdicts)
				if (verdict.kind === "implausible") log("warn", "watch_implausible", { why: verdict.why });
			const leaving = judged.prefixes.filter(({ isListed }) => !isListed);
			const before = new Map(slots().map((slot) => [slot.slot, placesIn(slot)]));
			present = slotsFor(
				slots(),
				judged.prefixes,
				leaving.flatMap(({ prefixId }) => lifetimesIn(sql, prefixId)),
			);
			for (const slot of present) if (placesIn(slot) !== before.get(slot.slot)) keepSlot(sql, slot);
			for (const one of judged.looks) takePrefix(one);
		},
		takeBinding(look, forgotten) {
			const before = known(look.prefixId);
			if (before === null) return;
			const ours = oursIn(sql, look.prefixId);
			const deleted = new Map([...forgotten, ...ours.deleted]);
			const own = { ...ours, deleted };
			keep(judgeBinding(before, look, own, areMany(missedLifetimes(sql))), before.lifetimes);
		},
		takeAnnouncement(prefixId, answer, nowMs) {
			const prefix = prefixes().find((one) => one.prefixId === prefixId);
			if (prefix === undefined) return;
			keepPrefix({ ...prefix, announcement: afterAnswer(prefix.announcement, answer, nowMs) }, false);
		},
		takeRestored({ binding, restoration }, nowMs) {
			const id = restoration?.state === "restored" ? restoration.binding_id : null;
			const prefix = prefixes().find(({ prefixId }) => binding !== null && sameId(prefixId, binding.prefix_id));
			if (id === null || binding === null || prefix === undefined || wasSeen(sql, id)) return;
			// Deleted by a later request before the restoration was known to have succeeded.
			if (oursIn(sql, prefix.prefixId).deleted.has(plainId(id))) return;
			const { cidr, service_id: serviceId, service_name: serviceName } = binding;
			const provisioningState = restoration?.provisioning?.state ?? null;
			const created = { id, cidr, serviceId, serviceName, provisioningState };
			keepLifetimes(sql, [lifetimeOf(created, prefix.prefixId, "restored", nowMs)]);
		},
		tried(number, atMs) {
			const slot = slots().find((one) => one.slot === number);
			if (slot !== undefined) replace({ ...slot, triedMs: atMs }, true);
		},
		judgeLosses(intervalMs, massAtLeast, nowMs) {
			if (isMassJudged) return;
			transactionSync(() => {
				const since = nowMs - Math.max(4 * intervalMs, lossesJudgedMs);
				const recent = goneSince(sql, since).filter(({ closed }) => closed === "disappeared");
				const { events: masses, lifetimes } = judgeMass(recent, intervalMs, massAtLeast);
				keepLifetimes(sql, lifetimes);
				for (const [startMs, losses] of Map.groupBy(lifetimes, ({ massMs }) => massMs)) {
					const mass = masses.find((one) => one.startMs === startMs);
					if (mass !== undefined) events.onMass(mass, losses);
					else if (startMs !== null) events.onMassGrown(startMs, losses);
				}
				events.onJudged(lifetimes);
			});
			isMassJudged = true;
		},
		leftIn(prefixId) {
			const prefix = prefixes().find((one) => sameId(one.prefixId, prefixId));
			if (prefix === undefined || !prefix.isListed || prefix.lookedMs === null) return "unknown";
			const isThere = ({ closed, missedMs }: Lifetime) => closed === null && missedMs === null;
			return lifetimesIn(sql, prefix.prefixId).some(isThere) ? "some" : "none";
		},
		forget() {
			present = null;
			isMassJudged = false;
		},
	};
}

/** Membership is stored at once. Look times may wait. */
const placesIn = ({ prefixes }: Slot): string =>
	JSON.stringify(prefixes.map(({ prefixId, isListed }) => [prefixId, isListed]));
