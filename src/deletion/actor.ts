// Who does something, where they came in, and what they may.

export const doors = ["api", "cloudflare"] as const;
export type Door = (typeof doors)[number];

export const scopes = ["read", "delete", "approve", "restore", "freeze"] as const;
export type Scope = (typeof scopes)[number];

/** As records name them. */
export interface Party {
	name: string;
	door: Door;
}

/** Who asks, and what they may: a door has authenticated them, nothing more. */
export interface Actor extends Party {
	scopes: readonly Scope[];
	/** CIDRs in which the actor may delete; null is everywhere. */
	ranges: readonly string[] | null;
}
