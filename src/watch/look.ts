// What comes back from a look at Cloudflare, and what our own records say about bindings. Types only.
//
// The model of time: Cloudflare's answers lag. A look that began at `beginMs` and ended at `endMs` may show each binding as it
// was at any moment from `beginMs - lagMs` to `endMs`, each binding at its own moment. Ids are never reused. So a look that
// shows a binding proves that it was there at some moment before `endMs`, and one that misses it proves that it was absent at
// some moment after `beginMs - lagMs`. A show therefore counts at its end, and a miss at its beginning.
import type { Binding } from "../deletion/address/binding.ts";

export interface Span {
	beginMs: number;
	endMs: number;
}

/** A list of one prefix's bindings. `seen` is null if it failed, or if it may not be complete. */
export interface PrefixLook extends Span {
	prefixId: string;
	seen: readonly Binding[] | null;
}

/** The list of the account's prefixes. */
export interface AccountLook extends Span {
	seen: readonly { id: string; cidr: string }[] | null;
}

/** One binding, read by its id. `missing` is a clear 404; null is any other failure. */
export interface BindingLook extends Span {
	prefixId: string;
	bindingId: string;
	seen: Binding | "missing" | null;
}

/** What our records say about bindings, read when the look is judged. Ids are without dashes (`plainId`). */
export interface Ours {
	/** Bindings with an open or `unknown` record. */
	open: ReadonlySet<string>;
	/** When our deletion of a binding took effect. */
	deleted: ReadonlyMap<string, number>;
	/** Bindings that our restorations created. */
	restored: ReadonlySet<string>;
	/** CIDRs with a restoration under way: what appears there may be ours. */
	restoring: ReadonlySet<string>;
}
