// What users do with records: list the latest deletions, show one, and decide about one by a command or a button. The
// Ledger judges whether a decision is allowed.

import { type Card, card } from "../../cards/card.ts";
import { recordCard } from "../../cards/record-card.ts";
import { recordPage, timeWords } from "../../cards/words.ts";
import type { Target } from "../../deletion/address/target.ts";
import type { Deletion, Summary } from "../../deletion/record/deletion.ts";
import type { Option } from "../../deletion/steps/options.ts";
import type { ResolutionRequest } from "../../deletion/steps/resolution.ts";
import { chatWaitMs, rowsACard } from "../limits.ts";
import { changeDeletion, resolveDeletion } from "../request/change.ts";
import { recordButtons } from "./buttons.ts";
import { type ChatRequest, type Reply, refused, refusedBy, reply } from "./reply.ts";

export async function showHistory(target: Target | null, request: ChatRequest): Promise<Reply> {
	const filter = {
		state: null,
		actor: null,
		door: null,
		bindingId: target?.kind === "id" ? target.bindingId : null,
		prefixId: null,
		cidr: target?.kind === "cidr" ? target.cidr.text : null,
		sinceMs: null,
		untilMs: null,
	};
	const page = await request.context.history.page({ filter, limit: rowsACard, cursor: null, unless: null });
	if (!page.ok || page.value === null) return refused("The history cannot be read right now. Run the command again.");
	const { rows, next, version } = page.value;
	const about = { target: target?.named ?? null, isStale: version === null, hasMore: next !== null };
	return reply(historyCard(rows, about, request.origin));
}

/**
 * The latest deletions, one row each.
 * @param target the binding that the rows are about; null for the whole account.
 */
function historyCard(
	rows: readonly Summary[],
	{ target, isStale, hasMore }: { target: string | null; isStale: boolean; hasMore: boolean },
	origin: string,
): Card {
	const about = target === null ? "" : ` of ${target}`;
	return card(rows.length === 0 ? `No deletions${about} on record` : `Latest deletions${about}`, {
		rows: rows.map(({ id, state, cidr, service_name, actor, reason, created_at }) => ({
			head: `${cidr ?? "?"} ${state.replaceAll("_", " ")}`,
			link: recordPage(origin, id),
			rest: [service_name, `by ${actor}`, timeWords(created_at), id, reason]
				.filter((part) => part !== null)
				.join(" · "),
		})),
		text: hasMore ? ["There are more. The page shows all of them."] : [],
		warnings: isStale ? ["unbind's Ledger is unreachable, so the newest may be missing."] : [],
		link: hasMore ? `${origin}/` : null,
	});
}

export async function showRecord(id: string, request: ChatRequest): Promise<Reply> {
	const read = await request.context.history.record(id);
	if (read.kind === "none") return refused("There is no deletion with this id.");
	if (read.kind === "unavailable") return refused("The history cannot be read right now. Run the command again.");
	const deletion = recordIn(read.text);
	return reply(recordCard(deletion, request.origin, await recordButtons(deletion, request)));
}

/** Written by the Ledger alone, from a `Deletion`. */
const recordIn = (text: string): Deletion => JSON.parse(text);

export async function change(option: Option, id: string, { actor, ledger, origin }: ChatRequest): Promise<Reply> {
	const changed = await changeDeletion(option, id, { actor, ledger, waitMs: chatWaitMs });
	if (!changed.ok) return refusedBy(changed.failure);
	const shown = recordCard(changed.value, origin);
	return reply(shown, { replaces: true, announcement: shown });
}

/** If Cloudflare can't be read, someone who checked elsewhere settles the unknown outcome. */
export async function resolve(
	{ id, outcome, note }: { id: string } & ResolutionRequest,
	{ actor, ledger, origin }: ChatRequest,
): Promise<Reply> {
	const resolved = await resolveDeletion(id, { outcome, note }, { actor, ledger });
	if (!resolved.ok) return refusedBy(resolved.failure);
	const shown = recordCard(resolved.value, origin);
	return reply(shown, { announcement: shown });
}
