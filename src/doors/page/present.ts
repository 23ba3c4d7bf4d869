// What a page shows of the present above everything else: the freeze, and what waits for somebody. One call to the Ledger.
import type { Overview } from "../../deletion/ledger-api.ts";
import { ask } from "../ask.ts";
import type { Context } from "../context.ts";
import type { Present } from "./views/layout.tsx";

export const presentOf = (overview: Overview | null): Present | null =>
	overview === null ? null : { freeze: overview.freeze, waiting: overview.waiting };

const noRows = { afterId: "~", bindingId: null, prefixId: null };
const noOutcomes = "9999-12-31";

/** null where the Ledger cannot be reached. With `rows`, the open deletions, and what changed lately, are told too. */
export async function glance(
	context: Context,
	{ unless = null, rows = false }: { unless?: string | null; rows?: boolean } = {},
): Promise<Overview | null> {
	const query = { ...noRows, caller: context.caller, unless, ...(rows ? { afterId: "" } : {}) };
	const told = await ask(context.requestId, () => context.ledger.overview(query, noOutcomes));
	return told.ok ? told.value : null;
}
