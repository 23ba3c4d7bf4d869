// The operator in the replay, who asks again if the runtime was killed meanwhile.
import { setTimeout as pause } from "node:timers/promises";
import { callers, headersOf } from "../chaos/account.ts";
import type { Victim } from "../chaos/victim.ts";

const again = [429, 500, 502, 503, 504];

export interface Asked {
	method?: string;
	body?: unknown;
	key?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: each path has an answer of its own
export type Ask = (path: string, asked?: Asked) => Promise<any>;

export const createAsk =
	(victim: Victim): Ask =>
	async (path, { method = "GET", body, key } = {}) => {
		const headers = new Headers(headersOf(callers[0] ?? ""));
		if (body !== undefined) headers.set("content-type", "application/json");
		if (key !== undefined) headers.set("idempotency-key", key);
		for (;;) {
			await victim.whenUp();
			const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
			const answer = await victim
				.fetch(path, init)
				.then(async (response) => ({ status: response.status, text: await response.text() }))
				.catch(() => null);
			if (answer !== null && !again.includes(answer.status)) {
				if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
				return JSON.parse(answer.text);
			}
			await pause(50);
		}
	};

/** All rows of a list, page by page. */
export async function rowsOf<Row>(ask: Ask, query: string): Promise<Row[]> {
	const rows: Row[] = [];
	for (let cursor: string | null = ""; cursor !== null; ) {
		const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
		const page: { deletions: Row[]; next: string | null } = await ask(`/deletions?${query}&limit=1000${more}`);
		rows.push(...page.deletions);
		cursor = page.next;
	}
	return rows;
}
