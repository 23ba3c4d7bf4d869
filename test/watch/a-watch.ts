// The watch with rows in memory: what the Ledger does with each look, in the order in which it has to.
import { ok } from "../../src/deletion/result.ts";
import { afterAnswer } from "../../src/watch/announcement.ts";
import { type Finding, type Judgement, judgeBinding, judgePrefix } from "../../src/watch/judge.ts";
import { judgeAccount } from "../../src/watch/judge-account.ts";
import { isOpen, type Lifetime } from "../../src/watch/lifetime.ts";
import type { AccountLook, BindingLook, Ours, PrefixLook } from "../../src/watch/look.ts";
import { areMany } from "../../src/watch/mass.ts";
import { freshPace, paced } from "../../src/watch/pace.ts";
import { type Order, planLooks } from "../../src/watch/schedule.ts";
import { type Slot, slotsFor, type WatchedPrefix } from "../../src/watch/slots.ts";

export const nothingOurs: Ours = { open: new Set(), deleted: new Map(), restored: new Set(), restoring: new Set() };

export interface Account {
	prefix(prefixId: string, beginMs: number): PrefixLook;
	account(beginMs: number): AccountLook;
	binding(prefixId: string, bindingId: string, beginMs: number): BindingLook;
	announced?(prefixId: string): Parameters<typeof afterAnswer>[1];
	ours?(): Ours;
}

export function createWatch(account: Account) {
	let slots: Slot[] = slotsFor([], [], []);
	let pace = freshPace;
	const rows = new Map<string, Lifetime>();
	const findings: { atMs: number; finding: Finding }[] = [];
	const calls: { atMs: number; isSecond: boolean; order: Order }[] = [];
	const ours = () => account.ours?.() ?? nothingOurs;
	const lifetimes = () => [...rows.values()];
	const known = (prefixId: string) => {
		const prefix = slots.flatMap((slot) => slot.prefixes).find((one) => one.prefixId === prefixId);
		return prefix === undefined ? null : { prefix, lifetimes: lifetimes().filter((one) => one.prefixId === prefixId) };
	};
	const keepPrefix = (prefix: WatchedPrefix) => {
		slots = slots.map((slot) => ({
			...slot,
			prefixes: slot.prefixes.map((one) => (one.prefixId === prefix.prefixId ? prefix : one)),
		}));
	};
	function keep(judgement: Judgement, atMs: number): void {
		for (const one of judgement.lifetimes) rows.set(`${one.bindingId} ${one.firstSeenMs}`, one);
		keepPrefix(judgement.prefix);
		findings.push(...judgement.findings.map((finding) => ({ atMs, finding })));
	}
	function takePrefix(look: PrefixLook): void {
		const before = known(look.prefixId);
		if (before !== null) keep(judgePrefix(before, look, ours()), look.endMs);
	}
	function takeBinding(look: BindingLook): void {
		const before = known(look.prefixId);
		if (before !== null) keep(judgeBinding(before, look, ours(), areMany(lifetimes())), look.endMs);
	}
	function takeAccount(look: AccountLook): void {
		const judged = judgeAccount(
			slots.flatMap((slot) => slot.prefixes),
			look,
		);
		findings.push(...judged.findings.map((finding) => ({ atMs: look.endMs, finding })));
		slots = slotsFor(slots, judged.prefixes, lifetimes());
		for (const one of judged.looks) takePrefix(one);
	}
	/** One look; returns when it ended. */
	function take(order: Order, beginMs: number): number {
		if (order.look === "account") {
			const look = account.account(beginMs);
			takeAccount(look);
			return look.endMs;
		}
		if (order.look === "prefix") {
			const look = account.prefix(order.prefixId, beginMs);
			takePrefix(look);
			return look.endMs;
		}
		if (order.look === "bgp") {
			const prefix = known(order.prefixId)?.prefix;
			const read = account.announced?.(order.prefixId) ?? ok([]);
			if (prefix !== undefined)
				keepPrefix({ ...prefix, announcement: afterAnswer(prefix.announcement, read, beginMs) });
			return beginMs;
		}
		const look = account.binding(order.prefixId, order.bindingId, beginMs);
		takeBinding(look);
		return look.endMs;
	}
	const plan = (askedMs: number, nowMs: number) =>
		planLooks(
			slots,
			lifetimes().filter((one) => isOpen(one)),
			pace,
			askedMs,
			nowMs,
		);
	/** One alarm; returns when the next one is due. */
	function alarm(askedMs: number, startMs: number): { endMs: number; nextMs: number } {
		const due = plan(askedMs, startMs);
		let nowMs = startMs;
		for (const [orders, isSecond] of [
			[due.second, true],
			[due.ordinary, false],
		] as const)
			for (const order of orders) {
				calls.push({ atMs: nowMs, isSecond, order });
				nowMs = take(order, nowMs);
			}
		if (due.slot !== null) {
			slots = slots.map((slot) => (slot.slot === due.slot ? { ...slot, triedMs: startMs } : slot));
		}
		pace = paced(pace, { ordinary: due.ordinary.length, second: due.second.length }, startMs);
		return { endMs: nowMs, nextMs: plan(askedMs, nowMs).nextMs };
	}
	return { take, takePrefix, takeBinding, takeAccount, alarm, plan, lifetimes, findings, calls, slots: () => slots };
}
