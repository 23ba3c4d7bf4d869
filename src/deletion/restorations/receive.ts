// The first step of many restorations under one request: is it well formed, and what does each record alone say? It refuses a
// malformed request as a whole, and a record that cannot be restored by itself. Asks Cloudflare nothing.
import { restorationsAtMost } from "../limits.ts";
import { missingScope } from "../record/actor.ts";
import { type Deletion, summaryOf } from "../record/deletion.ts";
import { digested } from "../record/digest.ts";
import { isRecordId } from "../record/record-id.ts";
import { refusedUnread } from "../steps/begin-restoration.ts";
import type {
	RestorationItem,
	RestorationItemState,
	RestorationsCommand,
	RestorationsRefusal,
} from "./restorations.ts";

export function refusedAsAWhole({ deletions, actor }: RestorationsCommand): RestorationsRefusal | null {
	if (!actor.scopes.includes("restore")) return missingScope(actor, "restore");
	const invalid = (detail: string) => ({ code: "invalid_request" as const, detail });
	const allowed = `from 1 to ${restorationsAtMost.toLocaleString("en")} ids of records`;
	if (deletions.length === 0 || deletions.length > restorationsAtMost) return invalid(`Name ${allowed}.`);
	const malformed = deletions.find((id) => !isRecordId(id));
	if (malformed !== undefined) return invalid(`${JSON.stringify(malformed.slice(0, 40))} is not the id of a record.`);
	const repeated = deletions.find((id, index) => deletions.indexOf(id) < index);
	return repeated === undefined ? null : invalid(`The record ${repeated} is named twice.`);
}

/** The request under its key: another payload under the same key is an error. */
export const payloadOf = ({ deletions, reason }: Pick<RestorationsCommand, "deletions" | "reason">): string =>
	digested(JSON.stringify(["restorations", ...deletions, reason]));

/** @param record null if the Ledger does not have it: then KV may. */
export function received(id: string, record: Deletion | null, actor: RestorationsCommand["actor"]): RestorationItem {
	const item = { ...nothingYet(id), ...(record === null ? {} : named(record)) };
	const refusal = record === null ? null : refusedUnread(record, actor);
	return refusal === null ? item : ended(item, "refused", refusal);
}

/** What a record says about its binding. */
export function named(record: Deletion): Pick<RestorationItem, "cidr" | "prefix_id" | "service_name"> {
	const { cidr, prefix_id, service_name } = summaryOf(record);
	return { cidr, prefix_id, service_name };
}

export const ended = (
	item: RestorationItem,
	state: RestorationItemState,
	{ code, detail }: { code: string; detail: string },
): RestorationItem => ({ ...item, state, code, detail });

const nothingYet = (id: string): RestorationItem => ({
	deletion_id: id,
	cidr: null,
	prefix_id: null,
	service_name: null,
	state: "waiting",
	binding_id: null,
	code: null,
	detail: null,
});
