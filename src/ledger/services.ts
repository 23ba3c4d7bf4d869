// The Ledger's services, made when something first needs them: until then, the settings or the account may be missing.
import { configOf, type Env } from "../config.ts";
import { isCloudflareId } from "../deletion/address/cloudflare-id.ts";
import type { JournalEvents } from "./journal.ts";
import { getFlag, setFlag } from "./tables.ts";
import { type Wired, wire } from "./wiring.ts";

export interface Services {
	/** null until something needed them. */
	present(): Wired | null;
	/** Throws if the account, the credential or the tokens are faulty, or if the object is not named after its account. */
	wired(): Wired;
}

export function createServices(
	{ id, storage }: Pick<DurableObjectState, "id" | "storage">,
	env: () => Env,
	events: Pick<JournalEvents, "onDue" | "onSettled">,
): Services {
	const { sql } = storage;
	let present: Wired | null = null;
	function make(): Wired {
		const config = configOf(env());
		if (!config.ok) throw new Error("misconfigured");
		// An object woken by an alarm does not always know its name.
		const accountId = id.name ?? getFlag(sql, "account") ?? "";
		if (!isCloudflareId(accountId)) throw new Error("a Ledger must be named after its account");
		if (getFlag(sql, "account") === null) setFlag(sql, "account", accountId);
		return wire(storage, env().HISTORY, accountId, config.value, events);
	}
	return {
		present: () => present,
		wired() {
			present ??= make();
			return present;
		},
	};
}
