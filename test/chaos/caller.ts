// One caller, as an automation would be written: it asks, and when the connection breaks it asks again under the same
// Idempotency-Key, until it has an answer; then it follows the record until that is settled. Some walk away half-way.
import { setTimeout as pause } from "node:timers/promises";
import { callers, headersOf } from "./account.ts";
import { asJson, deletionRequest } from "./deletion-request.ts";
import type { Moments } from "./moments.ts";
import type { Step } from "./schedule.ts";
import type { Upstream } from "./upstream.ts";
import type { Victim } from "./victim.ts";
import type { Happening, Told, Witness } from "./witness.ts";

export interface Stage {
	victim: Victim;
	upstream: Upstream;
	witness: Witness;
	moments: Moments;
	/** Nobody follows a record beyond that. */
	signal: AbortSignal;
	/** A deletion is asked for; false when there have been enough. */
	count(): boolean;
	/** Whether steps still have their mischief. */
	mayStrike(): boolean;
}

interface Answer extends Told {
	// biome-ignore lint/suspicious/noExplicitAny: whatever came
	json: any;
	retryAfterMs: number;
}

type What = (Happening & { kind: "told" })["what"];

const triesAtMost = 6;
const longestPauseMs = 3000;
const followPauseMs = 300;

export function createCaller(caller: string, stage: Stage) {
	const { victim, upstream, witness, moments } = stage;

	/** One request, repeated as long as the connection breaks. Null where the caller has gone. */
	async function ask(
		what: What,
		step: Step,
		path: string,
		init: RequestInit & { by?: string; leavesAfterMs?: number | null } = {},
	): Promise<Answer | null> {
		const { by = caller, leavesAfterMs = null, ...request } = init;
		while (!stage.signal.aborted) {
			await victim.whenUp();
			const leaves = leavesAfterMs === null ? [] : [AbortSignal.timeout(leavesAfterMs)];
			const signal = AbortSignal.any([stage.signal, ...leaves]);
			const headers = { ...headersOf(by), ...request.headers };
			const sent = fetch(victim.url + path, { ...request, headers, signal });
			moments.reach("request_sent");
			const came = await sent.then(async (response) => ({ response, text: await response.text() })).catch(() => null);
			if (came !== null) {
				const answer = read(came.response, came.text);
				witness.note({ kind: "told", caller: by, step: step.name, what, ...toldBy(answer) });
				moments.reach("answer_came");
				return answer;
			}
			if (signal.aborted) return null;
			await pause(50);
		}
		return null;
	}

	async function remove(step: Step, bindingId: string | null): Promise<void> {
		if (!stage.count()) return;
		if (step.mischief !== null && stage.mayStrike()) upstream.order(step.mischief, step.slot, bindingId);
		const { path, init, target } = deletionRequest(step, bindingId);
		witness.note({ kind: "asked", caller, step: step.name, what: "deletion", target });
		for (let tries = 0; tries < triesAtMost; tries++) {
			const once = () => ask("deletion", step, path, { ...init, leavesAfterMs: step.walksAwayAfterMs });
			const [answer, ...others] = await Promise.all(step.doubled && tries === 0 ? [once(), once()] : [once()]);
			if (!answer || others.some((other) => other === null)) return;
			if (answer.id !== null && answer.state === "pending_approval") return approve(step, answer.id);
			if (answer.status === 202 || (answer.status === 504 && answer.id !== null)) return follow(step, answer.id);
			if (![429, 500, 503, 504].includes(answer.status)) return;
			await pause(Math.min(answer.retryAfterMs, longestPauseMs));
		}
	}

	async function approve(step: Step, id: string): Promise<void> {
		const by = callers[(callers.indexOf(caller) + 1) % callers.length] ?? "";
		witness.note({ kind: "asked", caller: by, step: step.name, what: "approval", target: id });
		const init = { method: "POST", headers: asJson, body: JSON.stringify({ decision: step.word }), by };
		for (let tries = 0; tries < triesAtMost; tries++) {
			const answer = await ask("approval", step, `/deletions/${id}/approval`, init);
			if (answer === null || ![429, 500, 503].includes(answer.status)) break;
			await pause(Math.min(answer.retryAfterMs, longestPauseMs));
		}
		return follow(step, id);
	}

	async function restore(step: Step): Promise<void> {
		// Where it was, and which record has it, the history knows.
		const rows = await ask("record", step, `/deletions?prefix=${step.slot.prefixId}&limit=200`);
		const row = rows?.json.deletions?.find(
			(one: { cidr: string; state: string }) =>
				one.cidr === step.slot.cidr && ["deleted", "already_gone"].includes(one.state),
		);
		if (row === undefined) return;
		if (step.mischief !== null && stage.mayStrike()) upstream.order(step.mischief, step.slot, null);
		witness.note({ kind: "asked", caller, step: step.name, what: "restoration", target: row.id });
		for (let tries = 0; tries < triesAtMost; tries++) {
			const answer = await ask("restoration", step, `/deletions/${row.id}/restoration`, {
				method: "POST",
				leavesAfterMs: step.walksAwayAfterMs,
			});
			if (answer === null) return;
			if (answer.status === 202 || answer.status === 504) return follow(step, row.id);
			if (![429, 500, 502, 503].includes(answer.status)) return;
			await pause(Math.min(answer.retryAfterMs, longestPauseMs));
		}
	}

	async function follow(step: Step, id: string | null): Promise<void> {
		for (let answer: Answer | null; ; await pause(followPauseMs)) {
			answer = await ask("record", step, `/deletions/${id}`);
			if (answer === null || (answer.settled && !["restoring", "unknown"].includes(answer.restoration ?? ""))) return;
		}
	}

	return {
		/** One step, to its end. */
		async take(planned: Step): Promise<void> {
			const empty = planned.brings === null ? [] : upstream.empty();
			const slot = empty[Math.floor((planned.brings ?? 0) * empty.length)] ?? planned.slot;
			const step = { ...planned, slot };
			const bindingId = upstream.standing(slot);
			await (bindingId !== null || step.insists ? remove(step, bindingId) : restore(step));
		},
	};
}

function read(response: Response, text: string): Answer {
	const json = JSON.parse(text);
	const record = json.timeline === undefined ? (json.deletion ?? null) : json;
	return {
		status: response.status,
		code: json.code ?? null,
		id: record?.id ?? json.deletion_id ?? null,
		state: record?.state ?? null,
		settled: record?.settled_at != null,
		restoration: record?.restoration?.state ?? null,
		json,
		retryAfterMs: Number(response.headers.get("retry-after") ?? 1) * 1000,
	};
}

const toldBy = ({ json: _, retryAfterMs: __, ...told }: Answer): Told => told;
