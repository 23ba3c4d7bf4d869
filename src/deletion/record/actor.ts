// Who does something, where they came in, and what they may.

export const doors = ["api", "cloudflare", "webhook", "chat", "page"] as const;
export type Door = (typeof doors)[number];

export const scopes = ["read", "delete", "approve", "restore", "freeze"] as const;
export type Scope = (typeof scopes)[number];

/** As records name them. `name` is who it is, and stays the same; it is never a name that its bearer can change. */
export interface Party {
	name: string;
	door: Door;
	/** The chat platform, and how it knows its user. */
	platform?: string;
	user_id?: string;
	/** What the user is called there, today. */
	user_name?: string;
}

/** Who asks, and what they may: a door has authenticated them, nothing more. */
export interface Actor extends Party {
	scopes: readonly Scope[];
	/** CIDRs in which the actor may delete; null is everywhere. */
	ranges: readonly string[] | null;
}

/** A name as it is compared: without case, of ASCII alone, so that a "K" for kelvin is no "k". */
export const folded = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether two names are one person's or one sender's, however an older record spells them. */
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
