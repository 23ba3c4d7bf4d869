// What the doors may ask of a Ledger; the Durable Object carries it out. Everything passes as plain data. Behind the
// arguments named here, each call has one more: the form in which it is made (`form.ts`), absent in version 0.1.0's.

import type { Binding, Prefix } from "./address/binding.ts";
import type { CloudflareId } from "./address/cloudflare-id.ts";
import type { RestorationRefusal } from "./course/begin-restoration.ts";
import type { LifecycleFailure } from "./course/decisions.ts";
import type { Offer, OfferFailure, Press } from "./course/offer.ts";
import type { DeletionCommand, Receipt, Rejection } from "./course/receive.ts";
import type { ResolutionRefusal, ResolutionWish } from "./course/resolution.ts";
import type { Freeze, FreezeEvent, FreezeRefusal, Waiting } from "./judgement/freeze.ts";
import type { Plan, PlanQuery } from "./judgement/plan.ts";
import type { LookUpFailure } from "./lookup/locate.ts";
import type { Actor, Door, Party } from "./record/actor.ts";
import type { Deletion, SettledState, Summary } from "./record/deletion.ts";
import type { Result } from "./result.ts";
import type { HealthProblem, StatusFacts } from "./status.ts";

export interface ChangesQuery {
	/** Only ids that come after this one; "" is before all. */
	afterId: string;
	bindingId: string | null;
	prefixId: string | null;
	/** A version as this Ledger gave it: if it still holds, there is nothing to tell. */
	unless: string | null;
	/** All that the Ledger has, a week and more: for when KV cannot be read. */
	week?: boolean;
	/** No more rows than these; a thousand where nothing is said. */
	atMost?: number;
	/** Only records of this actor, or of this door: neither ever changes. */
	actor?: string | null;
	door?: Door | null;
	/** Who reads: each caller's reads take turns. */
	caller?: string | null;
}

export interface Changes {
	/** Names the present state of all records; a new one with each change. */
	version: string;
	/** Open deletions, what KV does not have yet, and what changed lately, in the order of their ids; null when `unless` still holds. */
	recent: Summary[] | null;
	/** Set when there were too many: what comes after this id is not told. */
	until: string | null;
}

/** How many deletions that were asked for on a day (in UTC) ended in a state. */
export interface Outcome {
	day: string;
	state: SettledState;
	count: number;
}

/** The present at a glance; its version is that of the records and of the freeze. */
export interface Overview {
	changes: Changes;
	freeze: Freeze | null;
	/** None where the version still holds. */
	waiting: Waiting;
	/** None where the version still holds. */
	outcomes: Outcome[];
}

export interface BindingsQuery {
	/** Only prefixes and bindings that cover this CIDR. */
	covering: string | null;
	/**
	 * Only some prefixes, beginning after the one with this id; "" is the first. On Cloudflare's free plan, an invocation of
	 * the object may make 50 calls.
	 */
	after?: string;
	/** A survey of the whole account that is no older than this will do: for whoever only wants to be shown names. */
	atMostOldMs?: number;
}

export type PrefixWithBindings = Prefix & { bindings: Binding[] };

/** `next` is there if more prefixes come after that one; a Ledger of the release before gives all at once. */
export type Survey = Result<PrefixWithBindings[], LookUpFailure> & { next?: string };

export interface LedgerApi {
	/** Resolves when the deletion is settled, or after `waitMs` with the open record, whose id answers from then on. */
	request(command: DeletionCommand, waitMs: number): Promise<Result<Receipt, Rejection>>;
	plan(query: PlanQuery): Promise<Result<Plan, LookUpFailure>>;
	bindings(query: BindingsQuery): Promise<Survey>;
	/** Without their bindings. */
	prefixes(): Promise<Result<Prefix[], LookUpFailure>>;
	/** Of one prefix. */
	bindingsIn(prefixId: CloudflareId): Promise<Result<Binding[], LookUpFailure>>;
	/** By its own id, or by another that a caller was given for it. */
	record(id: string): Promise<Deletion | null>;
	/** null: too many of this caller's reads are waiting. */
	changes(query: ChangesQuery): Promise<Changes | null>;
	/** The same. @param sinceDay how far back outcomes are told, as 2026-02-20. */
	overview(query: ChangesQuery, sinceDay: string): Promise<Overview | null>;
	/** Takes another person's word; an approved deletion is carried out at once, or at its time. */
	decide(
		id: string,
		decision: "approve" | "reject",
		actor: Actor,
		waitMs: number,
	): Promise<Result<Deletion, LifecycleFailure>>;
	cancel(id: string, actor: Actor): Promise<Result<Deletion, LifecycleFailure>>;
	restore(id: string, actor: Actor, waitMs: number): Promise<Result<Deletion, RestorationRefusal>>;
	/** Closes an unknown deletion or restoration by hand, where Cloudflare cannot be read. */
	resolve(id: string, wish: ResolutionWish, actor: Actor): Promise<Result<Deletion, ResolutionRefusal>>;
	/** The freeze in force, and the latest ones. */
	freezes(): Promise<{ freeze: Freeze | null; waiting: Waiting; log: FreezeEvent[] }>;
	/** null lifts it. */
	setFreeze(freeze: Freeze | null, by: Party | Actor): Promise<Result<Freeze | null, FreezeRefusal>>;
	/** Keeps what a chat message's buttons offer; gives the id that they carry. */
	offer(offer: Offer): Promise<string>;
	press(press: Press): Promise<Result<Offer, OfferFailure>>;
	/** A Ledger of an earlier release names no problems. */
	health(): Promise<{ credentialRejected: boolean; problems?: HealthProblem[] }>;
	/** The facts, and what in them turns health red. */
	status(): Promise<{ facts: StatusFacts; problems: HealthProblem[] }>;
}
