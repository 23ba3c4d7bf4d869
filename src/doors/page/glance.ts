// What every page shows at the top: the freeze, how many deletions wait, and what is lost. Costs one call to the Ledger.
import type { Overview } from "../../deletion/ledger-api.ts";
import type { Context } from "../context.ts";

const noRows = { afterId: "~", bindingId: null, prefixId: null };
const noOutcomes = "9999-12-31";

/** null if the Ledger is unreachable. @param rows also read the open deletions and the recent changes. */
export async function glance(
	{ ledger, caller }: Context,
	{ unless = null, rows = false }: { unless?: string | null; rows?: boolean } = {},
): Promise<Overview | null> {
	const query = { ...noRows, caller, unless, ...(rows ? { afterId: "" } : {}) };
	const overview = await ledger.overview(query, noOutcomes);
	return overview.ok ? overview.value : null;
}
