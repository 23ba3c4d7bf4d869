// What a door has at hand for one request. It never sees `Env`.
import type { Config } from "../config.ts";
import type { History } from "../deletion/history.ts";
import type { LedgerApi } from "../deletion/ledger-api.ts";

export interface Context {
	requestId: string;
	config: Config;
	ledger: LedgerApi;
	history: History;
	/** A brake for those who fail to authenticate: true while the address may fail once more. */
	mayFail(address: string): Promise<boolean>;
}
