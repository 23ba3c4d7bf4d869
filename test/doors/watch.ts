// Counts what a request costs: every operation on KV and every call to the Ledger, by name.
import { vi } from "vitest";
import type { Env } from "../../src/config.ts";
import type { LedgerApi } from "../../src/deletion/ledger-api.ts";
import { HISTORY, LEDGER } from "../harness.ts";

export interface Watched {
	kv: string[];
	ledger: string[];
}

export function watch(): Watched {
	const watched: Watched = { kv: [], ledger: [] };
	for (const operation of ["get", "getWithMetadata", "list", "put", "delete"] as const) {
		const real = HISTORY[operation].bind(HISTORY) as (...args: unknown[]) => unknown;
		vi.spyOn(HISTORY, operation).mockImplementation(((...args: unknown[]) => {
			watched.kv.push(operation);
			return real(...args);
		}) as never);
	}
	// Its own type, with everything RPC adds to it, is too much for the compiler.
	const namespace = LEDGER as unknown as Env["LEDGER"];
	const getByName = namespace.getByName.bind(namespace);
	vi.spyOn(namespace, "getByName").mockImplementation((name) => {
		const stub = getByName(name);
		const counted =
			<Args extends unknown[], Told>(method: string, call: (...args: Args) => Told) =>
			(...args: Args): Told => {
				watched.ledger.push(method);
				return call(...args);
			};
		return {
			changes: counted("changes", (query) => stub.changes(query)),
			overview: counted("overview", (query, sinceDay) => stub.overview(query, sinceDay)),
			record: counted("record", (id) => stub.record(id)),
			health: counted("health", () => stub.health()),
		} satisfies Partial<LedgerApi> as LedgerApi;
	});
	return watched;
}

/** Makes the Ledger unreachable: every call to it fails. */
export function breakLedger(): void {
	const broken = () => Promise.reject(new Error("Network connection lost."));
	vi.spyOn(LEDGER, "getByName").mockReturnValue(new Proxy({}, { get: () => broken }) as never);
}
