// The table of `careful-rules.ts` is complete, every row can be reached, and it keeps its promises whatever happens in
// whatever order.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callsAtMost, callTakesAtMostMs, lagMs, sendWindowMs } from "../../../src/deletion/limits.ts";
import { notYetSent, type Phase, type Progress, phases } from "../../../src/deletion/record/progress.ts";
import {
	type Action,
	type CarefulEvent,
	type CarefulFacts,
	phaseMeanings,
	type Rule,
	rules,
	type Step,
	stepOf,
} from "../../../src/deletion/steps/careful-rules.ts";
import { startMs } from "../world.ts";

const answers: readonly CarefulEvent[] = [
	"done",
	"already",
	"refused",
	"credential_rejected",
	"throttled",
	"unclear",
	"no_calls_left",
];
const sights: readonly CarefulEvent[] = ["saw_done", "saw_not_done", "saw_in_the_way", "saw_nothing"];
const isOut = (phase: Phase): boolean => phase === "sent" || phase === "sent_again";

/** A call that is out gets an answer. In every other phase there are only looks, and none before anything is sent. */
const eventsIn = (phase: Phase): readonly CarefulEvent[] => {
	if (phase === "ready") return ["go"];
	return ["go", ...(isOut(phase) ? answers : sights)];
};
const everyPair = phases.flatMap((phase) => eventsIn(phase).map((event) => [phase, event] as const));
const rowsFor = (phase: Phase, event: CarefulEvent): Rule[] =>
	rules.filter((one) => one.in === phase && one.on === event);

describe("the table", () => {
	it.each(everyPair)("ends the rows for %s, %s with its only unconditional row", (phase, event) => {
		const rows = rowsFor(phase, event);
		expect(rows.map(({ when }) => when === undefined)).toEqual(rows.map((_, index) => index === rows.length - 1));
		expect(rows.length).toBeGreaterThan(0);
		expect(new Set(rows.map(({ when }) => when)).size).toBe(rows.length);
	});

	it("has no row for a pair that cannot occur", () => {
		const possible = new Set(everyPair.map((pair) => pair.join()));
		expect(rules.filter((one) => !possible.has([one.in, one.on].join()))).toEqual([]);
	});

	it("names the next phase in every row that does not end the work", () => {
		for (const { to, do: action } of rules)
			expect(to === undefined).toBe(typeof action === "object" || action.startsWith("succeed"));
	});

	it("gives every phase a meaning", () => {
		expect(Object.keys(phaseMeanings)).toEqual([...phases]);
	});

	it("looks again later, keeps the phase and says so, after an event without a rule", () => {
		const facts = { nowMs: startMs, lookedAtMs: startMs, isForbidden: false, retryAfterMs: 0 };
		const progress: Progress = { ...notYetSent(startMs), phase: "doubtful" };
		const step = stepOf(progress, "done", facts);
		expect(step).toMatchObject({ progress: { ...progress, looks: 1 }, do: "look_later", hasRule: false });
	});
});

/** One step of a walk: an event, while time passes and freezes come and go. */
interface Moment {
	/** Picks one of the events that can occur. */
	event: number;
	passesMs: number;
	isForbidden: boolean;
	retryAfterMs: number;
	/** The isolate stops; the alarm goes on. */
	stops: boolean;
}

const aMoment: fc.Arbitrary<Moment> = fc.record({
	event: fc.nat(1000),
	passesMs: fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(lagMs + 1000)),
	isForbidden: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
	retryAfterMs: fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(120_000)),
	stops: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

interface Passage {
	from: Progress;
	event: CarefulEvent;
	facts: CarefulFacts;
	step: Step;
}

const ended = ({ do: action }: Step): boolean => typeof action === "object" || action.startsWith("succeed");

/** The events that can follow an action. */
function nextEvents(action: Action): readonly CarefulEvent[] {
	if (action === "send") return answers;
	return action === "look" ? sights : ["go"];
}

function walk(moments: readonly Moment[]): Passage[] {
	let progress = notYetSent(startMs);
	let nowMs = startMs;
	let possible: readonly CarefulEvent[] = ["go"];
	const passages: Passage[] = [];
	for (const { event: number, passesMs, isForbidden, retryAfterMs: asked, stops } of moments) {
		const event = stops ? "go" : (possible[number % possible.length] ?? "go");
		const lookedAtMs = nowMs;
		nowMs += passesMs;
		const retryAfterMs = event === "throttled" || event === "no_calls_left" ? asked : 0;
		const facts = { nowMs, lookedAtMs, isForbidden, retryAfterMs };
		const step = stepOf(progress, event, facts);
		passages.push({ from: progress, event, facts, step });
		if (ended(step)) break;
		progress = step.progress;
		possible = nextEvents(step.do);
		if (step.do === "pause" || step.do === "look_later") nowMs += step.waitMs;
	}
	return passages;
}

const anyWalk = fc.array(aMoment, { maxLength: 40 }).map(walk);
/** Whether the call may have taken effect for all that Cloudflare's answer says. */
const mayHaveLanded = ({ from, event }: Passage): boolean =>
	isOut(from.phase) && (event === "go" || event === "unclear");
const failureOf = ({ do: action }: Step): string | null => (typeof action === "object" ? action.fail : null);

/** The part of the past that decides what to do next. */
interface Past {
	isOut: boolean;
	mayHaveLanded: boolean;
	/** Cloudflare's last clear answer, unless that was success. */
	said: "refused" | "already" | "throttled" | null;
	/** Nothing more is sent. */
	isOver: boolean;
}

const nothingYet: Past = { isOut: false, mayHaveLanded: false, said: null, isOver: false };

function modelOf(
	past: Past,
	event: CarefulEvent,
	{ callsSent, judgedAtMs, lastSentAtMs }: Progress,
	facts: CarefulFacts,
) {
	const { nowMs, lookedAtMs, isForbidden, retryAfterMs } = facts;
	const left = event === "no_calls_left" ? callsSent - 1 : callsSent;
	const maySend = left < callsAtMost && nowMs + retryAfterMs < judgedAtMs + sendWindowMs && !isForbidden;
	const isLagging = lookedAtMs < lastSentAtMs + lagMs;
	const { isOut, mayHaveLanded, said, isOver } = past;
	const then = (does: Action, change: Partial<Past> = {}) => ({ does, past: { ...past, ...change } });
	switch (event) {
		case "go":
			if (isOut) return then("look", { mayHaveLanded: true });
			if (mayHaveLanded || said !== null) return then("look");
			return then(maySend ? "send" : { fail: isForbidden ? "forbidden" : "not_sent" });
		case "done":
			return then("succeed_by_us");
		case "unclear":
			return then("look", { mayHaveLanded: true });
		case "refused":
		case "already":
			return then("look", { said: event, isOver: true });
		case "credential_rejected":
			return mayHaveLanded ? then("look", { isOver: true }) : then({ fail: event });
		case "throttled":
		case "no_calls_left":
			if (maySend) return then("pause", event === "throttled" ? { said: event } : { said: null });
			return mayHaveLanded ? then("look", { isOver: true }) : then({ fail: event });
		case "saw_done":
			return then(mayHaveLanded ? "succeed_by_us" : "succeed_by_others");
		case "saw_nothing":
			return then("look_later");
		case "saw_not_done":
		case "saw_in_the_way": {
			const isEmpty = event === "saw_not_done";
			if (isEmpty && !isOver && maySend) return then("send");
			if ((mayHaveLanded || (isEmpty && said === "already")) && isLagging) return then("look_later");
			if (!isEmpty) return then({ fail: "in_the_way" });
			if (mayHaveLanded) return then({ fail: "never_took_effect" });
			if (said !== "throttled") return then({ fail: "refused" });
			return then({ fail: isForbidden ? "forbidden" : "throttled" });
		}
	}
}

const holdsForAll = (check: (passages: Passage[]) => void): void =>
	fc.assert(fc.property(anyWalk, check), { numRuns: 3000 });

describe("in any order of events", () => {
	it("does what the model does, and reaches every rule", () => {
		const reached = new Set<string>();
		const rowOf = (one: { in: Phase; on: CarefulEvent; do: Action }) => JSON.stringify([one.in, one.on, one.do]);
		const known = new Set<string>();
		const open: { progress: Progress; past: Past; nowMs: number; possible: readonly CarefulEvent[] }[] = [];
		const visit = (progress: Progress, past: Past, nowMs: number, possible: readonly CarefulEvent[]) => {
			const key = JSON.stringify([progress, past, nowMs, possible]);
			if (!known.has(key)) open.push({ progress, past, nowMs, possible });
			known.add(key);
		};
		visit(notYetSent(startMs), nothingYet, startMs, ["go"]);
		for (let one = open.pop(); one !== undefined; one = open.pop()) {
			const { progress, past, possible } = one;
			for (const event of new Set<CarefulEvent>(["go", ...possible])) {
				for (const afterMs of [0, 30_000, sendWindowMs, sendWindowMs + 2 * lagMs]) {
					for (const isForbidden of [false, true]) {
						const nowMs = Math.max(one.nowMs, startMs + afterMs);
						const facts = { nowMs, lookedAtMs: nowMs, isForbidden, retryAfterMs: 0 };
						const step = stepOf(progress, event, facts);
						const model = modelOf(past, event, progress, facts);
						expect([progress.phase, event, step.do]).toEqual([progress.phase, event, model.does]);
						reached.add(rowOf({ in: progress.phase, on: event, do: step.do }));
						const after = { ...model.past, isOut: step.do === "send" };
						if (!ended(step)) visit({ ...step.progress, looks: 0 }, after, nowMs, nextEvents(step.do));
					}
				}
			}
		}
		expect(rules.map(rowOf).filter((row) => !reached.has(row))).toEqual([]);
	});

	it("sends a call again only after a look since the last one showed that it is not done", () => {
		holdsForAll((passages) => {
			let isKnownUndone = true;
			for (const { event, step } of passages) {
				if (event === "saw_not_done") isKnownUndone = true;
				// The call never left.
				if (event === "no_calls_left") isKnownUndone = true;
				if (step.do !== "send") continue;
				expect(isKnownUndone).toBe(true);
				isKnownUndone = false;
			}
		});
	});

	it("sends at most three calls, all within a minute of the verdicts, and none while held", () => {
		holdsForAll((passages) => {
			let left = 0;
			for (const { from, event, facts, step } of passages) {
				if (event === "no_calls_left") left -= 1;
				if (step.do !== "send") continue;
				left += 1;
				expect(left).toBeLessThanOrEqual(callsAtMost);
				expect(step.progress).toMatchObject({ callsSent: left, lastSentAtMs: facts.nowMs });
				expect(facts.nowMs - from.judgedAtMs).toBeLessThan(sendWindowMs);
				expect(facts.isForbidden).toBe(false);
			}
		});
	});

	it("never fails before the lag is over if a call may have taken effect", () => {
		holdsForAll((passages) => {
			let lastOutAtMs: number | null = null;
			for (const passage of passages) {
				const { from, facts } = passage;
				if (mayHaveLanded(passage)) lastOutAtMs = Math.min(facts.nowMs, from.lastSentAtMs + callTakesAtMostMs);
				if (failureOf(passage.step) === null || lastOutAtMs === null) continue;
				expect(facts.lookedAtMs).toBeGreaterThanOrEqual(lastOutAtMs + lagMs);
				expect(["never_took_effect", "in_the_way"]).toContain(failureOf(passage.step));
			}
		});
	});

	it("credits us exactly when a call of ours may have taken effect", () => {
		holdsForAll((passages) => {
			let maybe = false;
			for (const passage of passages) {
				maybe ||= mayHaveLanded(passage) || passage.event === "done";
				if (passage.step.do === "succeed_by_us") expect(maybe).toBe(true);
				if (passage.step.do === "succeed_by_others") expect(maybe).toBe(false);
			}
		});
	});

	it("succeeds only on a clear answer or a look that shows it", () => {
		holdsForAll((passages) => {
			for (const { event, step } of passages) {
				const shows = event === "done" || event === "saw_done";
				expect(typeof step.do === "string" && step.do.startsWith("succeed")).toBe(shows);
			}
		});
	});

	it("reports that nothing was sent only if nothing can have taken effect", () => {
		holdsForAll((passages) => {
			const last = passages.at(-1);
			const failure = last === undefined ? null : failureOf(last.step);
			if (failure === null || !["forbidden", "not_sent", "no_calls_left"].includes(failure)) return;
			expect(passages.some(mayHaveLanded)).toBe(false);
		});
	});

	it("suggests a retry only when that can help", () => {
		holdsForAll((passages) => {
			const last = passages.at(-1);
			if (last === undefined) return;
			const helps = ["forbidden", "not_sent", "throttled", "no_calls_left"].includes(failureOf(last.step) ?? "");
			expect(last.step.retryAfterMs !== null).toBe(helps);
			if (helps) expect(last.step.retryAfterMs).toBeGreaterThan(0);
		});
	});

	it("counts inconclusive looks and waits up to 45 seconds after each, but never past the end of the lag", () => {
		holdsForAll((passages) => {
			for (const { from, facts, step } of passages) {
				expect(step.progress.looks).toBe(from.looks + (step.do === "look_later" ? 1 : 0));
				if (step.do !== "look_later") continue;
				expect(step.waitMs).toBeGreaterThan(0);
				expect(step.waitMs).toBeLessThanOrEqual(45_000);
				const lagEndsAtMs = step.progress.lastSentAtMs + lagMs;
				if (facts.nowMs < lagEndsAtMs) expect(facts.nowMs + step.waitMs).toBeLessThanOrEqual(lagEndsAtMs);
			}
		});
	});

	it("ends once looks are conclusive, however it began", () => {
		const decidingLook = fc.constantFrom<CarefulEvent>("saw_done", "saw_not_done", "saw_in_the_way");
		fc.assert(
			fc.property(anyWalk, decidingLook, (passages, sight) => {
				const last = passages.at(-1)?.step;
				if (last === undefined || ended(last)) return;
				let step = last;
				let nowMs = passages.at(-1)?.facts.nowMs ?? startMs;
				for (let steps = 0; !ended(step); steps++) {
					expect(steps).toBeLessThan(60);
					const event = step.do === "look" ? sight : step.do === "send" ? "unclear" : "go";
					if (step.do === "pause" || step.do === "look_later") nowMs += step.waitMs;
					step = stepOf(step.progress, event, { nowMs, lookedAtMs: nowMs, isForbidden: false, retryAfterMs: 0 });
				}
			}),
			{ numRuns: 2000 },
		);
	});
});

/** Whether a call of ours may have taken effect in each phase, according to the phase's meaning. */
const leavesOpen: Record<Phase, boolean> = {
	ready: false,
	sent: true,
	sent_again: true,
	doubtful: true,
	watching: true,
	refused: false,
	already: false,
	paused: false,
};

describe("a phase", () => {
	it("says whether a call of ours may have taken effect", () => {
		holdsForAll((passages) => {
			let maybe = false;
			for (const passage of passages) {
				if (mayHaveLanded(passage)) maybe = true;
				if (ended(passage.step)) break;
				const { phase } = passage.step.progress;
				// A call that is out may take effect, whatever came before.
				expect(leavesOpen[phase]).toBe(maybe || isOut(phase));
				if (phase === "sent" || phase === "sent_again") expect(phase === "sent_again").toBe(maybe);
			}
		});
	});
});
