// What a release leaves behind: the Ledger's tables, the keys in KV and the account at Cloudflare.
import type { ShownButton } from "../../sandbox/chat/platform.ts";
import type { StateInput } from "../../sandbox/imitation/state.ts";
import type { Repeatable } from "./requests.ts";

export type Row = Record<string, string | number | null>;

export interface Stored {
	/** The statements that create the tables and indexes. */
	schema: string[];
	tables: Record<string, Row[]>;
	alarmAtMs: number | null;
	/** A null value stands for the Ledger's own copy of the record. */
	kv: { key: string; value: string | null; metadata: unknown }[];
}

export interface FirstAnswer {
	status: number;
	/** The record's id; null in chat, which does not show it. */
	id: string | null;
}

export interface Fixture {
	release: string;
	/** The time at which the fixture was left. */
	nowMs: number;
	/** Each record's purpose → its id. */
	records: Record<string, string>;
	/** Requests that can be repeated, with their first answer, by the name of the record. */
	requests: Record<string, { request: Repeatable; answer: FirstAnswer }>;
	/** Buttons in chat that no one has pressed yet. */
	buttons: Record<string, ShownButton>;
	stored: Stored;
	/** The tables that differ while a freeze is in force. */
	frozen: Record<string, Row[]>;
	/** The account at Cloudflare. */
	account: StateInput;
}
