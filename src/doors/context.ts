// What a door gets for one request. A door never sees `Env`.
import type { Config } from "../config.ts";
import { parseCidr } from "../deletion/address/cidr.ts";
import type { History } from "../deletion/record/history.ts";
import type { LedgerClient } from "./ledger-client.ts";

export interface Context {
	requestId: string;
	/** The request's URL, parsed once. */
	url: Readonly<URL>;
	config: Config;
	/** The caller's name for the log, once it is known. */
	caller: string | null;
	ledger: LedgerClient;
	/** The Ledger with a time limit: a slower call counts as unreachable. */
	ledgerWithin(limitMs: number): LedgerClient;
	history: History;
	/** Keeps working after the answer, for up to 30 seconds (the platform's limit). Failures are logged. */
	runAfterAnswer(work: Promise<unknown>): void;
	/** Rate limit for failed logins: false once the address has used it up. */
	isUnderFailureLimit(address: string): Promise<boolean>;
	/** The same for health probes. */
	mayProbe(address: string): Promise<boolean>;
}

/**
 * Where a request comes from, according to Cloudflare. For IPv6, its /48: someone with one address has all of its /64, and
 * often all networks of the site.
 */
export function callerAddress(request: Request): string {
	const address = request.headers.get("cf-connecting-ip") ?? "unknown";
	const network = parseCidr(`${address}/48`);
	if (network.ok) return network.value.text;
	return network.failure.reason === "host_bits" ? network.failure.hint : address;
}
