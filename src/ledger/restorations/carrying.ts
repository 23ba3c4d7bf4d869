// Carries out many restorations, at most one alarm's worth of calls at a time. Each is begun and carried out as a single one is;
// here is only which one comes next. Whatever stops it, the tables say where to go on.
import { isCloudflareId, plainId, sameId } from "../../deletion/address/cloudflare-id.ts";
import { restoredAtOnce, restoringCallsAtMost, restoringPatienceMs, unreadablePauseMs } from "../../deletion/limits.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { type Left, rankOf, turnsOf } from "../../deletion/restorations/order.ts";
import { named } from "../../deletion/restorations/receive.ts";
import { createRemembered } from "../../deletion/restorations/remembered-lists.ts";
import { beginRestoration, isUnderWay, noSuchRecord, refusedUnread } from "../../deletion/steps/begin-restoration.ts";
import { sendRestoration } from "../../deletion/steps/send-restoration.ts";
import { log, traceOf } from "../../log.ts";
import { alarmPauseMs, recordsReadAtOnce, recordsReadPerAlarm, restoringIdleMs } from "../limits.ts";
import { isAnyOpen, keepItem, openItems, openRequests, type StoredItem, type StoredRequest } from "./items.ts";
import type { RestoringNeeds } from "./needs.ts";
import { rank, reorder } from "./order.ts";
import { readNamed } from "./reading.ts";
import type { Requests } from "./requests.ts";
import type { Settling } from "./settling.ts";

export interface Carrying {
	/** When there is something to do; null if nothing waits. */
	nextMs(): number | null;
	/** Does what is due. Never rejects. */
	work(): Promise<void>;
	/** There may be something to do now. */
	wake(): void;
}

/** Who may go on with which request. */
interface Mandate {
	request: StoredRequest;
	actor: Actor;
}
type Mandates = ReadonlyMap<string, Mandate>;

export function createCarrying(
	sql: SqlStorage,
	needs: RestoringNeeds,
	requests: Pick<Requests, "authority">,
	settling: Settling,
): Carrying {
	let isWorking = false;
	let calls = 0;
	/** After Cloudflare could not be read. */
	let heldUntilMs = 0;
	/** While all that is left waits for something else. */
	let idleUntilMs = 0;
	const { now } = needs;
	/** When records are read from KV again after it could not be read. */
	let readAgainMs = 0;
	const remembered = createRemembered(
		() => needs.ports().cloudflare,
		now,
		() => {
			calls += 1;
		},
	);
	const mayGoOn = () => calls < restoringCallsAtMost && heldUntilMs <= now() && needs.spareMs() === 0;

	/** Who may go on with what. The rest is refused, given up, or waits for its configuration. */
	function mandates(): Mandates {
		const all = new Map<string, Mandate>();
		const waiting = Map.groupBy(openItems(sql, "waiting"), ({ restorationsId }) => restorationsId);
		for (const request of openRequests(sql)) {
			const items = waiting.get(request.id) ?? [];
			const actor = requests.authority(request);
			if (now() >= request.madeAtMs + restoringPatienceMs)
				for (const item of items) settling.refuse(item, givenUp, "failed");
			else if (actor === "none") for (const item of items) settling.refuse(item, notAllowed(request), "refused");
			else if (actor !== null) all.set(request.id, { request, actor });
		}
		return all;
	}

	/**
	 * Reads records that have left the Ledger: only then is it known which prefix they belong to.
	 * @returns whether there were any to read.
	 */
	async function lookUp(allowed: Mandates): Promise<boolean> {
		if (readAgainMs > now()) return false;
		const unread = openItems(sql, "waiting")
			.filter(({ prefixId, restorationsId }) => prefixId === null && allowed.has(restorationsId))
			.slice(0, recordsReadPerAlarm);
		const rest = unread.values();
		let failures = 0;
		const readOn = async () => {
			// While KV hangs, each read takes seconds, and records that need no read would wait for all of them.
			for (const stored of rest) {
				if (failures >= recordsReadAtOnce) return;
				const mandate = allowed.get(stored.restorationsId);
				const record = await readNamed(sql, needs, stored.item.deletion_id);
				if (!record.ok && record.failure.code === "not_restorable") settling.refuse(stored, record.failure);
				else if (!record.ok) {
					failures += 1;
					readAgainMs = now() + unreadablePauseMs;
				} else if (record.value === null) settling.refuse(stored, noSuchRecord);
				else if (mandate !== undefined) place(stored, record.value, mandate.actor);
			}
		};
		await Promise.all(Array.from({ length: recordsReadAtOnce }, readOn));
		for (const id of new Set(unread.map(({ restorationsId }) => restorationsId))) reorder(sql, id, needs.leftIn);
		return unread.length > 0;
	}

	function place(stored: StoredItem, record: Deletion, actor: Actor): void {
		const known = { ...stored, recordId: record.id, item: { ...stored.item, ...named(record) } };
		const refusal = refusedUnread(record, actor);
		if (refusal === null) keepItem(sql, known);
		else settling.refuse(known, refusal);
	}

	/** The prefix has to wait. */
	function unreadable(prefixId: string | null, fault: { kind: string; retryAfterMs?: number }): null {
		settling.pausePrefix(prefixId);
		heldUntilMs = now() + Math.max(unreadablePauseMs, fault.retryAfterMs ?? 0);
		return null;
	}

	/**
	 * Reads what the checks need, so that the rate limit is looked at again right before the call.
	 * @returns whether the prefix has bindings; null if it has to wait.
	 */
	async function leftNow(prefixId: string | null): Promise<Left | null> {
		if (prefixId === null || !isCloudflareId(prefixId)) return "none";
		const prefixes = await remembered.checking.listPrefixes({ fresh: true });
		if (!prefixes.ok) return unreadable(prefixId, prefixes.failure);
		// The checks say what is wrong.
		if (!prefixes.value.items.some(({ id }) => sameId(id, prefixId))) return "none";
		const bindings = await remembered.checking.listBindings(prefixId, { fresh: true });
		if (!bindings.ok) return unreadable(prefixId, bindings.failure);
		return bindings.value.items.length === 0 ? "none" : "some";
	}

	/** One prefix, the least specific binding first. It stops where the next binding has to wait. */
	async function takeTurn(turn: readonly StoredItem[], allowed: Mandates): Promise<void> {
		let prefixRank = Math.min(...turn.map((stored) => stored.prefixRank));
		for (const stored of turn) {
			const mandate = allowed.get(stored.restorationsId);
			if (mandate === undefined || !mayGoOn()) return;
			const read = await readNamed(sql, needs, stored.recordId);
			if (!read.ok && read.failure.code === "not_restorable") {
				settling.refuse(stored, read.failure);
				continue;
			}
			if (!read.ok) return settling.pausePrefix(stored.prefixId);
			const record = read.value;
			if (record !== null && !isUnderWay(record)) {
				const left = await leftNow(stored.prefixId);
				if (left === null) return;
				if (prefixRank === rankOf.unknown) {
					prefixRank = rankOf[left];
					rank(sql, stored.prefixId, left);
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
			if (code === "cloudflare_unavailable" || code === "credential_rejected")
				return unreadable(stored.prefixId, { kind: "unclear" }) !== null;
			settling.refuse(stored, begun.failure, code === "cloudflare_refused" ? "failed" : "refused");
			return true;
		}
		settling.follow(stored, begun.value);
		if (isUnderWay(begun.value)) await sendRestoration(begun.value.id, { ...ports, cloudflare: remembered.sending });
		return ports.journal.restoring(begun.value.id) === null && settling.pausedUntilMs(stored.prefixId) <= now();
	}

	async function workNow(): Promise<void> {
		settling.catchUp();
		const allowed = mandates();
		const hasRead = await lookUp(allowed);
		const busy = new Set(openItems(sql, "restoring").map(({ prefixId }) => plainId(prefixId ?? "")));
		const waiting = openItems(sql, "waiting").filter(
			({ prefixId, restorationsId }) =>
				prefixId !== null &&
				allowed.has(restorationsId) &&
				!busy.has(plainId(prefixId)) &&
				settling.pausedUntilMs(prefixId) <= now(),
		);
		if (waiting.length === 0 && !hasRead) idleUntilMs = now() + restoringIdleMs;
		const turns = turnsOf(waiting).values();
		const lane = async () => {
			for (const turn of turns)
				await takeTurn(turn, allowed).catch((error) => {
					log("error", "restorations_interrupted", traceOf(error));
					settling.pausePrefix(turn[0]?.prefixId ?? null);
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
		nextMs,
		wake() {
			idleUntilMs = 0;
		},
		async work() {
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

const givenUp = {
	code: "cloudflare_unavailable" as const,
	detail: "The restoration could not begin within a day. Nothing was sent.",
};
const notAllowed = ({ requestedBy }: StoredRequest) => ({
	code: "scope_missing" as const,
	detail: `${requestedBy.name} may no longer restore.`,
});
