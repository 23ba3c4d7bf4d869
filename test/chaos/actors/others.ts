// Others at work in the account, behind unbind's back.
import { type Deed, orderOf } from "../deeds.ts";
import type { Upstream } from "../upstream.ts";

/** Does nothing if the deed does not fit the account as it is now. */
export function meddle(deed: Deed, upstream: Upstream): void {
	const order = orderOf(deed, (slot) => upstream.standing(slot) !== null);
	if (order !== null) upstream.elsewhere(order);
}
