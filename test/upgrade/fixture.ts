// What a release leaves behind: the Ledger's tables, the keys in KV, and Cloudflare's side of it.
import type { ShownButton } from "../sandbox/chat/platform.ts";
import type { StateInput } from "../sandbox/imitation/state.ts";
import type { Repeatable } from "./requests.ts";

export type Row = Record<string, string | number | null>;

export interface Stored {
	/** The statements that made the tables and indexes. */
	schema: string[];
	tables: Record<string, Row[]>;
	alarmAtMs: number | null;
	/** A value that is null is the record that the Ledger has too, word for word. */
	kv: { key: string; value: string | null; metadata: unknown }[];
}

export interface FirstAnswer {
	status: number;
	/** Of the record; null in a chat, where nobody is shown it as such. */
	id: string | null;
}

export interface Fixture {
	release: string;
	/** When it was left. Every time in it is before or after this one. */
	nowMs: number;
	/** What each record is there for → its id. */
	records: Record<string, string>;
	/** Requests that can come again, by the record that answered them, and how. */
	requests: Record<string, { request: Repeatable; answer: FirstAnswer }>;
	/** Of chat messages that nobody has pressed yet. */
	buttons: Record<string, ShownButton>;
	stored: Stored;
	/** The tables that are other ones with a freeze in force. */
	frozen: Record<string, Row[]>;
	/** At Cloudflare. */
	account: StateInput;
}
