// What the domain needs from outside. Types only: the adapters and the Ledger implement them.

import type { BgpPrefix, BgpUnknown } from "./address/bgp-prefix.ts";
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

/** A list, and when it was requested: later changes may be missing from it. */
export interface Listing<Item> {
	items: Item[];
	askedAtMs: number;
}

/** Why a call to Cloudflare failed. Only after `unclear` may it have taken effect. */
export type CloudflareFault =
	| { kind: "refused" | "not_found" | "credential_rejected"; answer: CloudflareAnswer }
	/** Nothing was done. `answer` is null if the call was held back because the rate limit was known to be used up. */
	| { kind: "throttled"; answer: CloudflareAnswer | null; retryAfterMs: number }
	| { kind: "unclear"; answer: CloudflareAnswer };

export interface ReadOptions {
	/** Do not share a read that is already under way for another caller. */
	fresh: boolean;
	/** Fail while little of the rate limit is left. */
	sparing?: boolean;
}

export interface Cloudflare {
	listPrefixes(options: ReadOptions): Promise<Result<Listing<Prefix>, CloudflareFault>>;
	listBindings(prefixId: CloudflareId, options: ReadOptions): Promise<Result<Listing<Binding>, CloudflareFault>>;
	/** One binding by its id; `not_found` if Cloudflare shows none. Never shared with another caller. */
	getBinding(prefixId: CloudflareId, bindingId: CloudflareId): Promise<Result<Binding, CloudflareFault>>;
	/**
	 * What is announced of the prefix. One call, never repeated: it only adds to what is known. The credential need not have
	 * the permission.
	 */
	listBgpPrefixes(prefixId: CloudflareId, how: { sparing: boolean }): Promise<Result<BgpPrefix[], BgpUnknown>>;
	/** One call, never repeated here. */
	deleteBinding(prefixId: CloudflareId, bindingId: CloudflareId): Promise<Result<CloudflareAnswer, CloudflareFault>>;
	/** One call, never repeated here. */
	createBinding(
		prefixId: CloudflareId,
		binding: NewBinding,
		options?: Pick<ReadOptions, "sparing">,
	): Promise<Result<Created, CloudflareFault>>;
}

interface NewBinding {
	cidr: string;
	serviceId: string;
}

interface Created {
	answer: CloudflareAnswer;
	binding: Binding;
}

/** The terms of a request. An open deletion is judged by them again after every wait. */
export interface Terms {
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
	/** Where the actor may delete; null means everywhere. */
	ranges: readonly string[] | null;
	/** The guards that another person approved. */
	approved: readonly GuardName[];
	/** Whether the actor may read everything. A failed look-up reveals nothing the actor may not see. */
	reads?: boolean;
	/** Whether it replaces a scheduled deletion of the same binding. */
	supersede?: boolean;
	/** What a received deletion has to look up; version 0.1.0's records neither have nor need it. */
	lookFor?: LookFor;
}

/** A target as it is stored. */
export type LookFor = { cidr: string } | { bindingId: string; prefixId: string | null };

export interface OpenDeletion {
	deletion: Deletion;
	terms: Terms;
	progress: Progress;
}

/** A settled deletion whose binding is being created again. */
interface OpenRestoration {
	deletion: Deletion;
	progress: Progress;
}

export interface Claim {
	actor: string;
	key: string;
	/** The request under the key, or its digest; another payload under the same key is an error. */
	payload: string;
	/** The same as version 0.1.0 stored it: its claims stay valid for their week. */
	payloadOfVersion1: string;
	/** A caller's own key, which a later request may repeat, as opposed to the id of one request. */
	lasting: boolean;
}

/** A lasting claim as KV keeps it, for a Ledger that lost its tables: key and payload are digests. */
export interface KeptClaim {
	actor: string;
	key: string;
	payload: string;
	madeAtMs: number;
}

export type Named = { bindingId: string } | { cidr: string };

/** What the records say. */
export interface JournalReads {
	open(id: string): OpenDeletion | null;
	/** The open deletion of a binding; there is never more than one. */
	openFor(named: Named): OpenDeletion | null;
	restoring(id: string): OpenRestoration | null;
	/** The newest record of a binding, or at a CIDR, that says the binding is gone, whoever removed it. */
	lastGone(named: Named): Deletion | null;
	/** The newest binding that we restored under that id or CIDR and have not deleted since. */
	created(named: Named): { prefixId: string; bindingId: string } | null;
	/** The binding's prefix according to our records, whether we deleted or created it. */
	prefixOf(bindingId: string): string | null;
	/** The newest other deletion at exactly this CIDR that began after that time and has not failed. */
	overtaking(id: string, cidr: string, sinceMs: number): Deletion | null;
	/** Plain ids of the prefix's bindings that are being deleted, or were deleted after that time. */
	goneSince(prefixId: string, sinceMs: number): Set<string>;
	pace(prefixId: string, sinceMs: number): Pace;
	/** When the account's deletions of that time began, oldest first; only the newest ones. */
	begunSince(sinceMs: number, atMost: number): number[];
}

/** The Ledger's storage. Every call is synchronous; calls with no `await` between them become durable together. */
export interface Journal extends JournalReads {
	claimed(actor: string, key: string): { payload: string; deletionId: string } | null;
	/** By its id, or by an id that became an alias of it. */
	get(id: string): Deletion | null;
	/** This actor's deletion with exactly this payload, if it is still being looked up. */
	beingLookedUp(actor: string, payload: string): Deletion | null;
	/** Whether the request came in after the last start: if so, its own authority still counts. */
	cameInSinceStart(id: string): boolean;
	/** The freeze in force; null if there is none. */
	freeze(): Freeze | null;
	/** Stores an open deletion. At `dueAtMs` the alarm takes over if the work is not done. */
	storeOpen(open: OpenDeletion, dueAtMs: number, claims?: readonly Claim[]): void;
	/** Stores a restoration under way, as `storeOpen` does. */
	storeRestoring(open: OpenRestoration, dueAtMs: number): void;
	/**
	 * Stores a settled deletion and queues it for publishing. If it leaves the caller's key free (`leavesKeyFree`), it keeps
	 * no lasting claim.
	 */
	storeSettled(deletion: Deletion, claims?: readonly Claim[]): void;
	/**
	 * Stores a refusal, or counts it on the record of an earlier refusal of the same kind.
	 * @returns the answer to this request: its own verdicts and evidence, under that record's id.
	 */
	storeRefused(refused: Deletion, claims?: readonly Claim[]): Deletion;
	/** How long look-ups are blocked for a caller who named too many bindings that don't exist; usually 0. */
	missesBlockMs(actor: string): number;
	/** Adds keys to a deletion that another request began. */
	join(deletionId: string, claims: readonly Claim[]): void;
	/** Drops a received deletion in favour of the record that answers it: its id and its claims lead there from now on. */
	mergeInto(id: string, deletionId: string): void;
}

export interface LastDeletionQuery {
	bindingId?: string;
	prefixId?: string;
	cidr?: string;
}

export interface Ports {
	accountId: string;
	policy: Policy;
	/** What the actor of a record may do now; null if the actor no longer exists. */
	authorityOf(party: Party): Pick<Actor, "scopes" | "ranges"> | null;
	/**
	 * Holds an actor's work like a freeze while the configuration that limits the actor is faulty: until it is fixed, nobody
	 * knows what the actor may do. Usually null.
	 */
	freezeOn(party: Party): Freeze | null;
	cloudflare: Cloudflare;
	/** What the watch saw announced of a prefix; null if it has not been able to read that lately. */
	announced(prefixId: string): readonly BgpPrefix[] | null;
	journal: Journal;
	/** The newest matching record of a completed deletion, in the Ledger or in KV; null also if KV can't be read. */
	lastDeletion(query: LastDeletionQuery): Promise<Summary | null>;
	now(): number;
	randomBytes(count: number): Uint8Array;
	sleep(ms: number): Promise<void>;
	/** Reports a bug in unbind: `careful-rules.ts` has no row for this event in this phase. */
	noRule(what: { deletionId: string; phase: string; event: string }): void;
}
