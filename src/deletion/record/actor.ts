// Who is acting, through which door, and what they may do.

export const doors = ["api", "cloudflare", "webhook", "chat", "page", "watch"] as const;
export type Door = (typeof doors)[number];

export const scopes = ["read", "delete", "approve", "restore", "freeze"] as const;
export type Scope = (typeof scopes)[number];

/** An actor as records show it. `name` identifies the actor and stays the same: it is never one that its user can change. */
export interface Party {
	name: string;
	door: Door;
	/** The chat platform, and its id of the user. */
	platform?: string;
	user_id?: string;
	/** The user's display name there, at the time. */
	user_name?: string;
}

/** Who is asking, and what they may do. A door has authenticated them, and has decided nothing else. */
export interface Actor extends Party {
	scopes: readonly Scope[];
	/** CIDRs in which the actor may delete; null means everywhere. */
	ranges: readonly string[] | null;
}

/** A name for comparison: lower-cased, ASCII only, so that the kelvin sign does not equal "k". */
export const folded = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether two names belong to the same person or sender, however an older record spells them. */
export const sameName = (one: string, other: string): boolean => folded(one) === folded(other);

export interface ScopeMissing {
	code: "scope_missing";
	detail: string;
	actor: string;
}

export const missingScope = ({ name }: Party, scope: Scope): ScopeMissing => ({
	code: "scope_missing",
	detail: `${name} lacks the scope "${scope}".`,
	actor: name,
});

/** The part of an actor that goes on record. */
export const partyOf = ({ scopes: _, ranges: __, ...party }: Actor): Party => party;
