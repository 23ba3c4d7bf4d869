// Reads a record that a request for many restorations named. A row that can't be parsed concerns its own record and holds up no
// other: the item is refused, because a later try would find the same.

import type { Deletion } from "../../deletion/record/deletion.ts";
import { fail, type Result } from "../../deletion/result.ts";
import type { HistoryUnreadable } from "../../deletion/steps/decisions.ts";
import { log, traceOf } from "../../log.ts";
import { isSetAside } from "../tables.ts";
import type { RestoringNeeds } from "./needs.ts";

interface Unparsable {
	code: "not_restorable";
	detail: string;
}

export const unparsable: Unparsable = {
	code: "not_restorable",
	detail: "unbind can't parse this record. Look at Cloudflare, and create the binding by hand if it is missing.",
};

/** Never rejects. `not_restorable`: never; another failure: not now. */
export async function readNamed(
	sql: SqlStorage,
	{ recorded }: Pick<RestoringNeeds, "recorded">,
	id: string,
): Promise<Result<Deletion | null, Unparsable | Pick<HistoryUnreadable, "code">>> {
	try {
		return await recorded(id);
	} catch (error) {
		if (isSetAside(sql, id)) return fail(unparsable);
		log("error", "restorations_interrupted", traceOf(error));
		return fail({ code: "history_unreadable" });
	}
}
