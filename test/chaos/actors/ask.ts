// Sends one request of a caller, again as long as the connection breaks, and notes the answer with the witness.
import { setTimeout as pause } from "node:timers/promises";
import { headersOf } from "../account.ts";
import type { Moments } from "../moments.ts";
import type { Step } from "../schedule.ts";
import type { Upstream } from "../upstream.ts";
import type { Victim } from "../victim.ts";
import type { Happening, Told, Witness } from "../witness.ts";
import type { WorldClock } from "../world-clock.ts";

export interface Stage {
	victim: Victim;
	upstream: Upstream;
	witness: Witness;
	moments: Moments;
	clock: WorldClock;
	/** Callers stop following records when this aborts. */
	signal: AbortSignal;
	/** Counts a requested deletion; false once there have been enough. */
	count(): boolean;
	/** Whether steps may still cause their faults. */
	mayStrike(): boolean;
}

export interface Answer extends Told {
	// biome-ignore lint/suspicious/noExplicitAny: whatever came
	json: any;
	text: string;
	headers: Headers;
	retryAfterMs: number;
}

type What = (Happening & { kind: "told" })["what"];

export interface Asked {
	what: What;
	step: Pick<Step, "name">;
	path: string;
	/** Called for each attempt, because a signature expires. */
	init?: () => RequestInit;
	by: string;
	leavesAfterMs?: number | null;
}

/** Null if the caller has left. */
export type Ask = (asked: Asked) => Promise<Answer | null>;

/** Whether a retry can help. */
export const isPassing = ({ status }: Answer): boolean => [429, 500, 502, 503].includes(status);

export function createAsk({ victim, witness, moments, clock, signal: end }: Stage): Ask {
	return async ({ what, step, path, init = (): RequestInit => ({}), by, leavesAfterMs = null }) => {
		const askedAtMs = clock.now();
		while (!end.aborted) {
			await victim.whenUp();
			const leaves = leavesAfterMs === null ? [] : [AbortSignal.timeout(leavesAfterMs)];
			const signal = AbortSignal.any([end, ...leaves]);
			const { headers: given, ...request } = init();
			const own = new Headers(given);
			const isOwnProof = own.has("cookie") || own.has("x-signature") || own.has("x-slack-signature");
			if (!isOwnProof) for (const [name, value] of Object.entries(headersOf(by))) own.set(name, value);
			const sent = victim.fetch(path, { ...request, headers: own, signal, redirect: "manual" });
			moments.reach("request_sent");
			const came = await sent.then(async (response) => ({ response, text: await response.text() })).catch(() => null);
			if (came !== null) {
				const answer = read(came.response, came.text);
				witness.note({
					kind: "told",
					caller: by,
					step: step.name,
					what,
					askedAtMs,
					about: idIn(path),
					...toldBy(answer),
				});
				moments.reach("answer_came");
				return answer;
			}
			if (signal.aborted) return null;
			await pause(50);
		}
		return null;
	};
}

/** A webhook's answer does not say when a record settled, so its state has to do. */
const final = ["deleted", "already_gone", "failed", "refused"];

const idIn = (path: string): string | null => /\/(?:deletions|records)\/([0-9a-z]{26})/.exec(path)?.[1] ?? null;

function read(response: Response, text: string): Answer {
	const json = parsed(text);
	const [delivered] = Array.isArray(json?.deletions) && json.outcome !== undefined ? json.deletions : [];
	const record = json?.timeline === undefined ? (json?.deletion ?? delivered ?? null) : json;
	return {
		status: response.status,
		code: json?.code ?? null,
		id: record?.id ?? json?.deletion_id ?? idIn(response.headers.get("location") ?? ""),
		state: record?.state ?? null,
		settled: record?.settled_at != null || (delivered !== undefined && final.includes(delivered.state)),
		bindingId: record?.binding?.id ?? null,
		restoration: record?.restoration?.state ?? null,
		restorationAskedAt: record?.restoration?.requested_at ?? null,
		json,
		text,
		headers: response.headers,
		retryAfterMs: Number(response.headers.get("retry-after") ?? 1) * 1000,
	};
}

// biome-ignore lint/suspicious/noExplicitAny: whatever came
function parsed(text: string): any {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

const toldBy = ({ status, code, id, state, settled, bindingId, restoration, restorationAskedAt }: Answer): Told => ({
	status,
	code,
	id,
	state,
	settled,
	bindingId,
	restoration,
	restorationAskedAt,
});
