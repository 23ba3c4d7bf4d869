// A probe: ok or not, and nothing else, as it asks nobody who they are. It costs one call to the Ledger.
import type { LedgerApi } from "../deletion/ledger-api.ts";

/** @param ledger null where unbind is misconfigured. */
export async function health(ledger: LedgerApi | null): Promise<Response> {
	let ok = false;
	try {
		ok = ledger !== null && !(await ledger.health()).credentialRejected;
	} catch {
		// A Ledger that cannot be reached is not ok; the reason is in its own log.
	}
	return Response.json({ ok }, { status: ok ? 200 : 503 });
}
