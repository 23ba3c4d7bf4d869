// Why the ledger did not take a freeze, or did not lift the one in force.
import type { Freeze } from "../deletion/freeze.ts";

/** @param freeze what was asked for; null was to lift. */
export const notTurned = (freeze: Freeze | null): string =>
	freeze === null
		? "unbind's ledger is new, and is still reading the history in KV. Lift the freeze when it has. Try again in a minute."
		: "A freeze that ends later is in force. To shorten it, lift it first.";
