// What the domain needs from the world. Adapters and the Ledger carry it out; nothing here does anything.

import type { Binding, Prefix } from "./address/binding.ts";
import type { CloudflareId } from "./address/cloudflare-id.ts";
import type { Freeze } from "./judgement/freeze.ts";
import type { Pace } from "./judgement/guards.ts";
import type { Policy } from "./judgement/policy.ts";
import type { Actor, Party } from "./record/actor.ts";
import type { CloudflareAnswer, Deletion, Summary } from "./record/deletion.ts";
import type { Progress } from "./record/progress.ts";
import type { GuardName } from "./record/verdict.ts";
import type { Result } from "./result.ts";

/** A list, and when it was asked for: what has changed since may be missing from it. */
export interface Listing<Item> {
	items: Item[];
	askedAtMs: number;
}

/** Why Cloudflare did not do what was asked. Only `unclear` leaves open whether it took effect. */
export type CloudflareFault =
	| { kind: "refused" | "not_found" | "credential_rejected"; answer: CloudflareAnswer }
	/** Nothing was done; `answer` is null where the call was held back because the rate limit was known to be used up. */
	| { kind: "throttled"; answer: CloudflareAnswer | null; retryAfterMs: number }
	| { kind: "unclear"; answer: CloudflareAnswer };

export interface ReadOptions {
	/** Not satisfied by a read that is already under way for somebody else. */
	fresh: boolean;
	/** Fails while little is left of the rate limit. */
	sparing?: boolean;
}

export interface Cloudflare {
	listPrefixes(options: ReadOptions): Promise<Result<Listing<Prefix>, CloudflareFault>>;
	listBindings(prefixId: CloudflareId, options: ReadOptions): Promise<Result<Listing<Binding>, CloudflareFault>>;
	/** One binding by its id; `not_found` where Cloudflare shows none. Never shared with another caller. */
	getBinding(prefixId: CloudflareId, bindingId: CloudflareId): Promise<Result<Binding, CloudflareFault>>;
	/** One call, never repeated here. */
	deleteBinding(prefixId: CloudflareId, bindingId: CloudflareId): Promise<Result<CloudflareAnswer, CloudflareFault>>;
	/** One call, never repeated here. */
	createBinding(prefixId: CloudflareId, binding: NewBinding): Promise<Result<Created, CloudflareFault>>;
}

export interface NewBinding {
	cidr: string;
	serviceId: string;
}

export interface Created {
	answer: CloudflareAnswer;
	binding: Binding;
}

/** What an open deletion was asked for with: it is judged by it again after every wait. */
export interface Terms {
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
	/** Where the actor may delete; null is everywhere. */
	ranges: readonly string[] | null;
	/** The guards to which another person has agreed. */
	approved: readonly GuardName[];
	/** Whether the actor may read everything; a failed look-up tells it no more than it may see. */
	reads?: boolean;
	/** Whether it is to take the place of a scheduled deletion of its binding. */
	supersede?: boolean;
	/** What a received deletion is to look up; records of version 0.1.0 have none, and need none. */
	lookFor?: LookFor;
}

/** A target as it is stored. */
export type LookFor = { cidr: string } | { bindingId: string; prefixId: string | null };

export interface OpenDeletion {
	deletion: Deletion;
	terms: Terms;
	progress: Progress;
}

/** A settled deletion whose binding is being created anew. */
export interface OpenRestoration {
	deletion: Deletion;
	progress: Progress;
}

export interface Claim {
	actor: string;
	key: string;
	/** What was asked for under the key, or its digest; another payload under the same key is an error. */
	payload: string;
	/** The same as version 0.1.0 stored it: its claims stay good for their week. */
	payloadOfVersion1: string;
	/** A caller's own key, which a later request may repeat; not the id of one request. */
	lasting: boolean;
}

/** A lasting claim as KV keeps it for a Ledger that has lost it: key and payload are digests. */
export interface KeptClaim {
	actor: string;
	key: string;
	payload: string;
	madeAtMs: number;
}

/** The Ledger's storage. Every call is synchronous; calls with no `await` between them become durable together. */
export interface Journal {
	claimed(actor: string, key: string): { payload: string; deletionId: string } | null;
	/** By its id, or by an id that became an alias of it. */
	get(id: string): Deletion | null;
	open(id: string): OpenDeletion | null;
	/** The deletion that this actor asked for with this very payload, and that is still being looked up. */
	received(actor: string, payload: string): Deletion | null;
	/** Whether a received deletion came in since the last start: then the request's own authority still counts. */
	cameInSinceStart(id: string): boolean;
	restoring(id: string): OpenRestoration | null;
	/** The open deletion of a binding that was found; there is never a second one. */
	openFor(named: { bindingId: string } | { cidr: string }): OpenDeletion | null;
	/** The newest deletion of a binding, or of one at a CIDR, that was carried out: by us, or seen to be done. */
	carriedOut(named: { bindingId: string } | { cidr: string }): Deletion | null;
	/** The newest such binding that a restoration of ours created, and that we have not deleted since. */
	created(named: { bindingId: string } | { cidr: string }): { prefixId: string; bindingId: string } | null;
	/** The prefix in which our records have that binding, deleted or created. */
	prefixOf(bindingId: string): string | null;
	/** The newest deletion at just this CIDR that was begun after that time and has not failed; not the record itself. */
	overtaking(id: string, cidr: string, sinceMs: number): Deletion | null;
	/** Plain ids of the prefix's bindings that are being deleted, or went after that time. */
	goneSince(prefixId: string, sinceMs: number): Set<string>;
	/** Without a prefix, that of the account alone. */
	pace(prefixId: string | null, sinceMs: number): Pace;
	/** The freeze that is in force; null when there is none. */
	freeze(): Freeze | null;
	/** Stores an open deletion; `dueAtMs` is when the alarm looks after it if nobody else has. */
	keepOpen(open: OpenDeletion, dueAtMs: number, claims?: readonly Claim[]): void;
	/** Stores a restoration under way, as `keepOpen` does. */
	keepRestoring(open: OpenRestoration, dueAtMs: number): void;
	/**
	 * Stores a settled deletion, and that it has to be published. One that leaves the caller's key free
	 * (`leavesKeyFree`) keeps no lasting claim.
	 */
	keepSettled(deletion: Deletion, claims?: readonly Claim[]): void;
	/**
	 * Stores a refusal, or counts it on the record that an earlier one of its kind has.
	 * @returns the answer to this request: its own verdicts and evidence, under the id of the record.
	 */
	keepRefused(refused: Deletion, claims?: readonly Claim[]): Deletion;
	/** How long nothing is looked up any more for a caller who named too many bindings that do not exist; 0 as a rule. */
	missesHoldMs(actor: string): number;
	/** Binds further keys to a deletion that another request began. */
	join(deletionId: string, claims: readonly Claim[]): void;
	/** Gives a received deletion up for the record that answers it: its id and its claims lead there from now on. */
	alias(id: string, deletionId: string): void;
}

export interface LastDeletionQuery {
	bindingId?: string;
	prefixId?: string;
	cidr?: string;
}

export interface Recollection {
	/** The newest record of a carried-out deletion that matches, from whatever is still known. */
	lastDeletion(query: LastDeletionQuery): Promise<Summary | null>;
}

export interface Ports {
	accountId: string;
	policy: Policy;
	/** What the actor of a record may do now; null when there is no such actor any more. */
	authorityOf(party: Party): Pick<Actor, "scopes" | "ranges"> | null;
	/**
	 * Holds an actor's work, as a freeze would, while the configuration that limits it is faulty: what the actor may do is
	 * not known until that is fixed. null as a rule.
	 */
	holdOn(party: Party): Freeze | null;
	cloudflare: Cloudflare;
	journal: Journal;
	recollection: Recollection;
	now(): number;
	randomBytes(count: number): Uint8Array;
	sleep(ms: number): Promise<void>;
	/** Reports a defect of ours: what happened in that phase has no row in `careful-rules.ts`. */
	noRule(what: { deletionId: string; phase: string; event: string }): void;
}
