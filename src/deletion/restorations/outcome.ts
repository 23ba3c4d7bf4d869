// What a record's restoration means for the request for many that named the record.
import type { Deletion, Restoration } from "../record/deletion.ts";
import type { RestorationItem } from "./restorations.ts";

export type Outcome = Pick<RestorationItem, "state" | "binding_id" | "code" | "detail">;

export function outcomeOf({ restoration }: Deletion): Outcome {
	const state = restoration?.state ?? "waiting";
	const binding_id = state === "restored" || state === "already_bound" ? (restoration?.binding_id ?? null) : null;
	const { code = null, detail = null } = (state === "failed" && restoration?.failure) || {};
	return { state, binding_id, code, detail };
}

/** Nothing was created, and only Cloudflare's rate limit or a short stop was the reason: it is worth another try. */
export const isHeldUp = ({ restoration }: Pick<Deletion, "restoration">): boolean =>
	restoration?.state === "failed" &&
	(restoration.failure?.code === "cloudflare_unavailable" || wasThrottled(restoration));

const wasThrottled = ({ failure, cloudflare }: Restoration): boolean =>
	failure?.code === "cloudflare_refused" && cloudflare?.status === 429;

/** The state to show of a restoration that is under way. */
export const unknownOr = (record: Deletion | null): "unknown" | "restoring" =>
	record?.restoration?.state === "unknown" ? "unknown" : "restoring";
