// What the doors can ask of a Ledger; the Durable Object implements it. Everything passes as plain data. Each call has one
// more argument than named here: the format version (`record/deletion.ts`), which version 0.1.0 leaves out.

import type { Delivery, NotificationRefusal, Notifications, NotificationsQuery } from "../notify/delivery.ts";
import type { Binding, Prefix } from "./address/binding.ts";
import type { CloudflareId } from "./address/cloudflare-id.ts";
import type { Freeze, FreezeEvent, FreezeRefusal, Waiting } from "./judgement/freeze.ts";
import type { Plan, PlanQuery } from "./judgement/plan.ts";
import type { LookUpFailure } from "./lookup/look-up.ts";
import type { Past, PastQuery } from "./past.ts";
import type { Actor, Door, Party } from "./record/actor.ts";
import type { Deletion, SettledState, Summary } from "./record/deletion.ts";
import type { MassDeletion } from "./restorations/mass-deletion.ts";
import type { Restorations, RestorationsCommand, RestorationsRefusal } from "./restorations/restorations.ts";
import type { Result } from "./result.ts";
import type { Settling } from "./settling-times.ts";
import type { HealthProblem, StatusFacts } from "./status.ts";
import type { RestorationRefusal } from "./steps/begin-restoration.ts";
import type { DeletionCommand, Receipt, Rejection } from "./steps/command.ts";
import type { LifecycleFailure } from "./steps/decisions.ts";
import type { Offer, OfferFailure, Press } from "./steps/offer.ts";
import type { ResolutionRefusal, ResolutionRequest } from "./steps/resolution.ts";

export interface ChangesQuery {
	/** Only ids after this one; "" for all. */
	afterId: string;
	bindingId: string | null;
	prefixId: string | null;
	/** A version this Ledger returned: while it is current, the answer is empty. */
	unless: string | null;
	/** Everything the Ledger has, a week or more: for when KV can't be read. */
	week?: boolean;
	/** Maximum number of rows; 1000 by default. */
	atMost?: number;
	/** Only records of this actor, or of this door; a record never changes either. */
	actor?: string | null;
	door?: Door | null;
	/** Who is reading: each caller's reads take turns. */
	caller?: string | null;
}

export interface Changes {
	/** Identifies the current state of all records; new with each change. */
	version: string;
	/** Open deletions, what KV does not have yet, and recent changes, in order of their ids; null while `unless` is current. */
	recent: Summary[] | null;
	/** Set if there were too many: nothing after this id is included. */
	until: string | null;
}

/** How many of a day's deletions (in UTC, by request) ended in a state. */
export interface OutcomeCount {
	day: string;
	state: SettledState;
	count: number;
}

/** A mass deletion at a glance. */
export interface MassGlance {
	id: string;
	/** When the first of them was missed. */
	since: string;
	total: number;
	/** How many are not restored. */
	missing: number;
}

/** The current state at a glance; its version covers the records and the freeze. */
export interface Overview {
	changes: Changes;
	freeze: Freeze | null;
	/** All zero while the version is current. */
	waiting: Waiting;
	/** Empty while the version is current. */
	outcomes: OutcomeCount[];
	/** Version 0.1.0's Ledger, and one whose version is current, give none. */
	settling?: Settling;
	/** Mass deletions that are not fully restored, newest first; left out in the same case. */
	lost?: MassGlance[];
}

export interface BindingsQuery {
	/** Only prefixes and bindings that cover this CIDR. */
	covering: string | null;
	/**
	 * Only some prefixes, starting after the one with this id; "" starts with the first. On Cloudflare's free plan, one
	 * invocation of the object can make 50 calls.
	 */
	after?: string;
	/** A list of the whole account up to this old will do, as for suggesting names. */
	atMostOldMs?: number;
}

export type PrefixWithBindings = Prefix & { bindings: Binding[] };

/** `next` is set if more prefixes follow it; version 0.1.0's Ledger returns all of them at once. */
export type AccountBindings = Result<PrefixWithBindings[], LookUpFailure> & { next?: string };

export interface LedgerApi {
	/** Resolves when the deletion is settled, or after `waitMs` with the open record, which can be read by its id from then on. */
	request(command: DeletionCommand, waitMs: number): Promise<Result<Receipt, Rejection>>;
	plan(query: PlanQuery): Promise<Result<Plan, LookUpFailure>>;
	bindings(query: BindingsQuery): Promise<AccountBindings>;
	/** Without their bindings. */
	prefixes(): Promise<Result<Prefix[], LookUpFailure>>;
	/** Of one prefix. */
	bindingsIn(prefixId: CloudflareId): Promise<Result<Binding[], LookUpFailure>>;
	/** What the watch saw. null as for `changes`. */
	past(query: PastQuery): Promise<Past | null>;
	/** By its own id, or by another id that a caller was given for it. */
	record(id: string): Promise<Deletion | null>;
	/** null: too many of this caller's reads are waiting. */
	changes(query: ChangesQuery): Promise<Changes | null>;
	/** null as for `changes`. @param sinceDay the first day of outcomes, such as 2026-02-20. */
	overview(query: ChangesQuery, sinceDay: string): Promise<Overview | null>;
	/** Approves or rejects; an approved deletion is carried out immediately, or at its scheduled time. */
	decide(
		id: string,
		decision: "approve" | "reject",
		actor: Actor,
		waitMs: number,
	): Promise<Result<Deletion, LifecycleFailure>>;
	cancel(id: string, actor: Actor): Promise<Result<Deletion, LifecycleFailure>>;
	restore(id: string, actor: Actor, waitMs: number): Promise<Result<Deletion, RestorationRefusal>>;
	/** Records what is wanted and returns immediately; the alarm carries it out. Version 0.1.0's Ledger lacks this and the next two. */
	restoreMany(command: RestorationsCommand): Promise<Result<Restorations, RestorationsRefusal>>;
	/** null if there are none with this id. */
	restorations(id: string): Promise<Restorations | null>;
	/** The latest ones, newest first. */
	massDeletions(): Promise<MassDeletion[]>;
	/** Closes an unknown deletion or restoration by hand if Cloudflare can't be read. */
	resolve(id: string, request: ResolutionRequest, actor: Actor): Promise<Result<Deletion, ResolutionRefusal>>;
	/** The freeze in force, and the latest freezes. */
	freezes(): Promise<{ freeze: Freeze | null; waiting: Waiting; log: FreezeEvent[] }>;
	/** null lifts it. */
	setFreeze(freeze: Freeze | null, by: Party | Actor): Promise<Result<Freeze | null, FreezeRefusal>>;
	/** Stores what a chat message's buttons offer; returns the id they carry. */
	offer(offer: Offer): Promise<string>;
	press(press: Press): Promise<Result<Offer, OfferFailure>>;
	/** null: too many of this caller's reads are waiting. */
	notifications(query: NotificationsQuery): Promise<Notifications | null>;
	/** Sends a delivery once more; resolves after one attempt. */
	redeliver(id: string, actor: Actor): Promise<Result<Delivery, NotificationRefusal>>;
	/** Sends a test to a destination; resolves after one attempt. */
	sendTest(destination: string, actor: Actor): Promise<Result<Delivery, NotificationRefusal>>;
	/** Version 0.1.0's Ledger returns no problems. */
	health(): Promise<{ credentialRejected: boolean; problems?: HealthProblem[] }>;
	/** The facts, and the problems that turn health red. */
	status(): Promise<{ facts: StatusFacts; problems: HealthProblem[] }>;
}
