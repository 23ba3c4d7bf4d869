// What every page shows at the top: the freeze, how many deletions wait, and what is lost. Costs one call to the Ledger.
import type { Overview } from "../../deletion/ledger-api.ts";
import type { Context } from "../context.ts";
import type { Present } from "./views/layout.tsx";

export const presentOf = (overview: Overview | null): Present | null =>
	overview === null ? null : { freeze: overview.freeze, waiting: overview.waiting, lost: overview.lost ?? [] };

const noRows = { afterId: "~", bindingId: null, prefixId: null };
const noOutcomes = "9999-12-31";

/** null if the Ledger is unreachable. @param rows also read the open deletions and the recent changes. */
export async function glance(
	context: Context,
	{ unless = null, rows = false }: { unless?: string | null; rows?: boolean } = {},
): Promise<Overview | null> {
	const query = { ...noRows, caller: context.caller, unless, ...(rows ? { afterId: "" } : {}) };
	const overview = await context.ledger.overview(query, noOutcomes);
	return overview.ok ? overview.value : null;
}
