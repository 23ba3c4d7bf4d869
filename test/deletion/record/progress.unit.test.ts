// Stored progress. Releases that know more or fewer phases can read each other's.
import { describe, expect, it } from "vitest";
import {
	notYetSent,
	type Phase,
	type Progress,
	phases,
	readProgress,
	storedProgress,
} from "../../../src/deletion/record/progress.ts";
import { startMs } from "../world.ts";

const progressIn = (phase: Phase): Progress => ({
	...notYetSent(startMs),
	phase,
	callsSent: 2,
	lastSentAtMs: startMs + 1,
	looks: 3,
});

describe("stored progress", () => {
	it.each(phases)("is read back as written in the phase %s", (phase) => {
		expect(readProgress(storedProgress(progressIn(phase)))).toEqual(progressIn(phase));
	});

	it.each<[Phase, object]>([
		["ready", { readBackFirst: false, mayHaveTakenEffect: false, answeredNo: false }],
		["doubtful", { readBackFirst: true, mayHaveTakenEffect: true, answeredNo: false }],
		["watching", { readBackFirst: true, mayHaveTakenEffect: true, answeredNo: true }],
		["already", { readBackFirst: true, mayHaveTakenEffect: false, answeredNo: true }],
		["paused", { readBackFirst: true, mayHaveTakenEffect: false, answeredNo: false }],
	])("from version 0.1.0 is read as %s", (phase, fields) => {
		const { judgedAtMs, callsSent, lastSentAtMs, looks } = progressIn(phase);
		const text = JSON.stringify({ judgedAtMs, callsSent, lastSentAtMs, readBacks: looks, ...fields });
		expect(readProgress(text)).toEqual(progressIn(phase));
	});

	it("loses a phase that version 0.1.0 left unchanged while it went on", () => {
		const sentMeanwhile = {
			...JSON.parse(storedProgress(progressIn("ready"))),
			readBackFirst: true,
			mayHaveTakenEffect: true,
		};
		expect(readProgress(JSON.stringify(sentMeanwhile))).toEqual(progressIn("doubtful"));
	});

	it("loses a phase and fields that only a later release knows", () => {
		const later = { ...JSON.parse(storedProgress(progressIn("watching"))), form: 3, phase: "asleep", more: true };
		expect(readProgress(JSON.stringify(later))).toEqual(progressIn("doubtful"));
	});
});
