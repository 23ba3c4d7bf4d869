// Carries out many restorations, at most one alarm's worth of calls at a time. Each is begun and carried out as a single one is;
// this file only picks the next one. Whatever stops it, the tables say where to go on.
import { isCloudflareId, plainId, sameId } from "../../deletion/address/cloudflare-id.ts";
import { restoredAtOnce, restoringCallsAtMost, unreadablePauseMs } from "../../deletion/limits.ts";
import type { CloudflareFault } from "../../deletion/ports.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { isUnderWay } from "../../deletion/record/restoration.ts";
import { type Left, rankOf, turnsOf } from "../../deletion/restorations/order.ts";
import { createRemembered } from "../../deletion/restorations/remembered-lists.ts";
import { beginRestoration } from "../../deletion/steps/begin-restoration.ts";
import { sendRestoration } from "../../deletion/steps/send-restoration.ts";
import { log, traceOf } from "../../log.ts";
import { alarmPauseMs, restoringIdleMs } from "../limits.ts";
import type { ItemOutcomes } from "./item-outcomes.ts";
import { isAnyOpen, openItems, type StoredItem } from "./items.ts";
import { createLookUp } from "./look-up.ts";
import type { RestoringNeeds } from "./needs.ts";
import { rankPrefix } from "./order.ts";
import type { Mandate, Mandates, Requests } from "./requests.ts";

export function createCarryOut(
	sql: SqlStorage,
	needs: RestoringNeeds,
	requests: Pick<Requests, "mandates">,
	outcomes: ItemOutcomes,
) {
	let isWorking = false;
	let calls = 0;
	/** After Cloudflare could not be read. */
	let heldUntilMs = 0;
	/** While all that is left waits for something else. */
	let idleUntilMs = 0;
	const { now } = needs;
	const lookUp = createLookUp(sql, needs, outcomes);
	const remembered = createRemembered(
		() => needs.ports().cloudflare,
		now,
		() => {
			calls += 1;
		},
	);
	const mayGoOn = () => calls < restoringCallsAtMost && heldUntilMs <= now() && needs.spareMs() === 0;

	/** Cloudflare could not be read: the prefix waits, and the others wait a little. */
	function hold(prefixId: string | null, fault?: CloudflareFault): null {
		outcomes.pausePrefix(prefixId);
		heldUntilMs = now() + Math.max(unreadablePauseMs, fault?.kind === "throttled" ? fault.retryAfterMs : 0);
		return null;
	}

	/**
	 * Reads what the checks need, so that the rate limit is looked at again right before the call.
	 * @returns whether the prefix has bindings; null if it has to wait.
	 */
	async function leftNow(prefixId: string | null): Promise<Left | null> {
		if (prefixId === null || !isCloudflareId(prefixId)) return "none";
		const prefixes = await remembered.checking.listPrefixes({ fresh: true });
		if (!prefixes.ok) return hold(prefixId, prefixes.failure);
		// The checks say what is wrong.
		if (!prefixes.value.items.some(({ id }) => sameId(id, prefixId))) return "none";
		const bindings = await remembered.checking.listBindings(prefixId, { fresh: true });
		if (!bindings.ok) return hold(prefixId, bindings.failure);
		return bindings.value.items.length === 0 ? "none" : "some";
	}

	/** One prefix, the least specific binding first. It stops where the next binding has to wait. */
	async function takeTurn(turn: readonly StoredItem[], mandates: Mandates): Promise<void> {
		let prefixRank = Math.min(...turn.map((stored) => stored.prefixRank));
		for (const stored of turn) {
			const mandate = mandates.get(stored.restorationsId);
			if (mandate === undefined || !mayGoOn()) return;
			const read = await lookUp.read(stored.recordId);
			if (!read.ok && read.failure.code === "not_restorable") {
				outcomes.refuse(stored, read.failure);
				continue;
			}
			if (!read.ok) return outcomes.pausePrefix(stored.prefixId);
			const record = read.value;
			if (record !== null && !isUnderWay(record)) {
				const left = await leftNow(stored.prefixId);
				if (left === null) return;
				if (prefixRank === rankOf.unknown) {
					prefixRank = rankOf[left];
					rankPrefix(sql, stored.prefixId, left);
					// It goes behind those of which nothing is known yet.
					if (left === "some") return;
				}
			}
			if (needs.spareMs() > 0) return;
			const restoring = () => restore({ ...stored, prefixRank }, record, mandate);
			if (!(await needs.alone(stored.recordId, restoring))) return;
		}
	}

	/** @returns whether the prefix's next one may follow. */
	async function restore(stored: StoredItem, record: Deletion | null, { request, actor }: Mandate): Promise<boolean> {
		const ports = needs.ports();
		const about = { restorations_id: request.id, ...(request.reason === null ? {} : { reason: request.reason }) };
		const begun = await beginRestoration(record, actor, { ...ports, cloudflare: remembered.checking }, about);
		if (!begun.ok) {
			const { code } = begun.failure;
			if (code === "cloudflare_unavailable" || code === "credential_rejected") {
				hold(stored.prefixId);
				return false;
			}
			outcomes.refuse(stored, begun.failure, code === "cloudflare_refused" ? "failed" : "refused");
			return true;
		}
		outcomes.follow(stored, begun.value);
		if (isUnderWay(begun.value)) await sendRestoration(begun.value.id, { ...ports, cloudflare: remembered.sending });
		return ports.journal.restoring(begun.value.id) === null && outcomes.pausedUntilMs(stored.prefixId) <= now();
	}

	async function workNow(): Promise<void> {
		outcomes.catchUp();
		const mandates = requests.mandates();
		const hasRead = await lookUp.placeUnread(mandates);
		const busy = new Set(openItems(sql, "restoring").map(({ prefixId }) => plainId(prefixId ?? "")));
		const waiting = openItems(sql, "waiting").filter(
			({ prefixId, restorationsId }) =>
				prefixId !== null &&
				mandates.has(restorationsId) &&
				!busy.has(plainId(prefixId)) &&
				outcomes.pausedUntilMs(prefixId) <= now(),
		);
		if (waiting.length === 0 && !hasRead) idleUntilMs = now() + restoringIdleMs;
		const turns = turnsOf(waiting).values();
		const lane = async () => {
			for (const turn of turns)
				await takeTurn(turn, mandates).catch((error) => {
					log("error", "restorations_interrupted", traceOf(error));
					outcomes.pausePrefix(turn[0]?.prefixId ?? null);
				});
		};
		await Promise.all(Array.from({ length: restoredAtOnce }, lane));
	}

	function nextMs(): number | null {
		if (!isAnyOpen(sql, "waiting") && !isAnyOpen(sql, "restoring")) return null;
		if (isWorking) return now() + alarmPauseMs;
		return Math.max(now() + needs.spareMs(), heldUntilMs, idleUntilMs);
	}

	return {
		/** When there is something to do; null if nothing waits. */
		nextMs,
		/** There may be something to do now. */
		wake(): void {
			idleUntilMs = 0;
		},
		/** Does what is due. Never rejects. */
		async work(): Promise<void> {
			const dueMs = isWorking ? null : nextMs();
			if (dueMs === null || dueMs > now()) return;
			isWorking = true;
			calls = 0;
			try {
				await workNow();
			} catch (error) {
				log("error", "restorations_interrupted", traceOf(error));
				heldUntilMs = now() + alarmPauseMs;
			} finally {
				isWorking = false;
			}
		},
	};
}
