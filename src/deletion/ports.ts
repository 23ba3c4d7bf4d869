// What the domain needs from the world. Adapters and the Ledger carry it out; nothing here does anything.
import type { Cidr } from "./cidr.ts";
import type { CloudflareId } from "./cloudflare-id.ts";
import type { CloudflareAnswer, Deletion, Summary } from "./deletion.ts";
import type { Result } from "./result.ts";

/** A prefix, reduced to what unbind uses; what is secret-like in Cloudflare's object never gets this far. */
export interface Prefix {
	id: string;
	cidr: string;
	range: Cidr;
}

/** A binding as Cloudflare lists it. `range` is null where its CIDR is missing or cannot be read. */
export interface Binding {
	id: string;
	cidr: string | null;
	range: Cidr | null;
	serviceId: string | null;
	serviceName: string | null;
	/** An open set: `active`, `provisioning`, `magic_transit_route_missing`, … */
	provisioningState: string | null;
}

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
}

export interface Cloudflare {
	listPrefixes(options: ReadOptions): Promise<Result<Listing<Prefix>, CloudflareFault>>;
	listBindings(prefixId: CloudflareId, options: ReadOptions): Promise<Result<Listing<Binding>, CloudflareFault>>;
	/** One call, never repeated here. */
	deleteBinding(prefixId: CloudflareId, bindingId: CloudflareId): Promise<Result<CloudflareAnswer, CloudflareFault>>;
}

/** How far a deletion has come: what the pipeline has to know to go on after a stop, and nobody else. */
export interface Progress {
	/** When it was last looked up and guarded: the DELETE may be sent for a short while after. */
	guardedAtMs: number;
	deletesSent: number;
	lastSentAtMs: number;
	/** A DELETE has left since the binding was last looked at. */
	readBackFirst: boolean;
	/** No clear answer came to one of the DELETEs: it may have taken effect, or may still. */
	mayHaveTakenEffect: boolean;
	/** A DELETE was answered with "no such binding". */
	answeredGone: boolean;
	readBacks: number;
}

export interface OpenDeletion {
	deletion: Deletion;
	progress: Progress;
}

export interface Claim {
	actor: string;
	key: string;
	/** What was asked for under the key, canonically; another payload under the same key is an error. */
	payload: string;
}

/** The Ledger's storage. Every call is synchronous; calls with no `await` between them become durable together. */
export interface Journal {
	claimed(actor: string, key: string): { payload: string; deletionId: string } | null;
	get(id: string): Deletion | null;
	open(id: string): OpenDeletion | null;
	/** The open deletion of a binding; there is never a second one. */
	openFor(named: { bindingId: string } | { cidr: string }): OpenDeletion | null;
	/** Ids of the prefix's bindings that are being deleted, or were since then. */
	goneSince(prefixId: string, sinceMs: number): Set<string>;
	/** Stores an open deletion; `dueAtMs` is when the alarm looks after it if nobody else has. */
	keepOpen(open: OpenDeletion, dueAtMs: number, claims?: readonly Claim[]): void;
	/** Stores a settled deletion, and that it has to be published. */
	keepSettled(deletion: Deletion, claims?: readonly Claim[]): void;
	/** Binds further keys to a deletion that another request began. */
	join(deletionId: string, claims: readonly Claim[]): void;
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
	cloudflare: Cloudflare;
	journal: Journal;
	recollection: Recollection;
	now(): number;
	randomBytes(count: number): Uint8Array;
	sleep(ms: number): Promise<void>;
}
