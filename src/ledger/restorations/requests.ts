// Receives requests for many restorations, and says on whose authority each goes on. A request is stored whole or not at all,
// before its id is given to the caller.
import { judgedWithinMs, restorationsADay, restoringPatienceMs } from "../../deletion/limits.ts";
import { type Actor, partyOf } from "../../deletion/record/actor.ts";
import { newRecordId } from "../../deletion/record/record-id.ts";
import { inOrder } from "../../deletion/restorations/order.ts";
import { payloadOf, received, refusedAsAWhole } from "../../deletion/restorations/receive.ts";
import type { RestorationsCommand, RestorationsRefusal } from "../../deletion/restorations/restorations.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import { makeClaims } from "../claims.ts";
import { spentCountedMs } from "../limits.ts";
import { readableRecord } from "../tables.ts";
import type { ItemOutcomes } from "./item-outcomes.ts";
import {
	countSince,
	keepItem,
	keepRequest,
	openItems,
	openRequests,
	type StoredRequest,
	sameUnderWay,
	settleRequest,
} from "./items.ts";
import type { RestoringNeeds } from "./needs.ts";

export type Requests = ReturnType<typeof createRequests>;

/** Who may go on with a request. */
export interface Mandate {
	request: StoredRequest;
	actor: Actor;
}
export type Mandates = ReadonlyMap<string, Mandate>;

const dayMs = 24 * 3_600_000;

export function createRequests(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	{ ports, leftIn, isUncertain }: Pick<RestoringNeeds, "ports" | "leftIn" | "isUncertain">,
	outcomes: ItemOutcomes,
) {
	const { sql } = storage;
	/** Actors of requests that came in since the start, for as long as a received deletion's own authority counts. */
	const present = new Map<string, { actor: Actor; atMs: number }>();

	/** What each actor has requested within a day, counted once a minute: a count reads a row for each record. */
	const counted = new Map<string, { count: number; atMs: number }>();
	function spentBy(actor: string, nowMs: number): { count: number } {
		const present = counted.get(actor);
		if (present !== undefined && nowMs < present.atMs + spentCountedMs) return present;
		const fresh = { count: countSince(sql, actor, nowMs - dayMs), atMs: nowMs };
		counted.set(actor, fresh);
		return fresh;
	}

	function keep(command: RestorationsCommand, payload: string): string {
		const { journal, now, randomBytes } = ports();
		const { actor, deletions, reason, key } = command;
		const nowMs = now();
		const id = newRecordId(nowMs, randomBytes(16));
		keepRequest(sql, { id, madeAtMs: nowMs, requestedBy: partyOf(actor), reason }, payload);
		const items = deletions.map((named) => {
			const record = readableRecord(sql, named, journal.get);
			const item = received(named, record, actor);
			return { item, recordId: record?.id ?? named, cidr: item.cidr, prefixId: item.prefix_id };
		});
		for (const [place, { item, rank }] of inOrder(items, leftIn).entries())
			keepItem(sql, { ...item, restorationsId: id, prefixRank: rank, place, tries: 0 });
		settleRequest(sql, id, nowMs);
		const claim = { actor: actor.name, payload, payloadOfVersion1: payload, lasting: true };
		if (key !== null) makeClaims(sql, id, [{ ...claim, key: `key:${key}` }], nowMs);
		return id;
	}

	/** "none" if the actor may no longer restore; null while a faulty configuration does not say. */
	function authority({ id, requestedBy }: StoredRequest): Actor | "none" | null {
		const { authorityOf, now } = ports();
		const own = present.get(id);
		if (own !== undefined && now() < own.atMs + judgedWithinMs) return own.actor;
		present.delete(id);
		if (isUncertain(requestedBy)) return null;
		const authority = authorityOf(requestedBy);
		// Only these two: what the configuration knows of the actor besides must not get into a record.
		const { scopes = [], ranges = null } = authority ?? {};
		return scopes.includes("restore") ? { ...requestedBy, scopes, ranges } : "none";
	}

	return {
		/** @returns the id of the request that answers: a new one, an earlier one under the same key, or the same one under way. */
		receive(command: RestorationsCommand): Result<string, RestorationsRefusal> {
			const { journal, now } = ports();
			const { actor, key } = command;
			const refused = refusedAsAWhole(command);
			if (refused !== null) return fail(refused);
			const payload = payloadOf(command);
			const earlier = key === null ? null : journal.claimed(actor.name, `key:${key}`);
			if (earlier !== null && earlier.payload !== payload) {
				const detail =
					"This idempotency key was used for another request. A key belongs to one request for 7 days. Use a new one.";
				return fail({ code: "idempotency_key_reused", detail, deletion_id: earlier.deletionId });
			}
			// A call to the Ledger that broke is repeated, with or without a key.
			const same = earlier?.deletionId ?? sameUnderWay(sql, actor.name, payload);
			if (same !== null) return ok(same);
			const spent = spentBy(actor.name, now());
			if (spent.count + command.deletions.length > restorationsADay) {
				const detail = `${actor.name} has requested ${spent.count} restorations within a day. The limit is ${restorationsADay}.`;
				return fail({ code: "too_many_restorations", detail, retry_after_seconds: 3600 });
			}
			const id = storage.transactionSync(() => keep(command, payload));
			present.set(id, { actor, atMs: now() });
			spent.count += command.deletions.length;
			const { name, door } = actor;
			const count = command.deletions.length;
			log("warn", "restorations_requested", { restorations_id: id, actor: name, door, deletions: count });
			return ok(id);
		},
		/** Who may go on with which request. The rest is refused, given up, or waits for its configuration. */
		mandates(): Mandates {
			const all = new Map<string, Mandate>();
			const nowMs = ports().now();
			const waiting = Map.groupBy(openItems(sql, "waiting"), ({ restorationsId }) => restorationsId);
			for (const request of openRequests(sql)) {
				const items = waiting.get(request.id) ?? [];
				const actor = authority(request);
				if (nowMs >= request.madeAtMs + restoringPatienceMs)
					for (const item of items) outcomes.refuse(item, givenUp, "failed");
				else if (actor === "none") for (const item of items) outcomes.refuse(item, notAllowed(request));
				else if (actor !== null) all.set(request.id, { request, actor });
			}
			return all;
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
