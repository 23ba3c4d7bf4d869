// What a door has at hand for one request. It never sees `Env`.
import type { Config } from "../config.ts";
import { parseCidr } from "../deletion/address/cidr.ts";
import type { History } from "../deletion/record/history.ts";
import type { LedgerClient } from "./ledger-client.ts";

export interface Context {
	requestId: string;
	/** The request's, read once. */
	url: Readonly<URL>;
	config: Config;
	/** The caller's name for the log, once it is known. */
	caller: string | null;
	ledger: LedgerClient;
	/** The Ledger for those who can't wait: a call that takes longer counts as out of reach. */
	hurriedLedger(limitMs: number): LedgerClient;
	history: History;
	/** Goes on after the answer, for up to 30 seconds, as the platform allows; what goes wrong is logged. */
	goOn(work: Promise<unknown>): void;
	/** A brake for those who fail to authenticate: true while the address may fail once more. */
	mayFail(address: string): Promise<boolean>;
	/** The same for those who ask how unbind is. */
	mayProbe(address: string): Promise<boolean>;
}

/**
 * Where a request comes from, as Cloudflare says. Of IPv6 its /48: whoever has one address has all of its /64, and often
 * all networks of the site.
 */
export function addressOf(request: Request): string {
	const address = request.headers.get("cf-connecting-ip") ?? "unknown";
	const network = parseCidr(`${address}/48`);
	if (network.ok) return network.value.text;
	return network.failure.reason === "host_bits" ? network.failure.hint : address;
}
