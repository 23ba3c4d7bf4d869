// How far a call that changes something has come: what is needed to go on after a stop, and nothing else.
import { form } from "./form.ts";

export const phases = ["ready", "sent", "sent_again", "doubtful", "watching", "refused", "already", "paused"] as const;
/** The rows of the table in `careful-rules.ts` say what each means. */
export type Phase = (typeof phases)[number];

export interface Progress {
	phase: Phase;
	/** When the guards last judged it: the call may be sent for a short while after. */
	judgedAtMs: number;
	callsSent: number;
	/** When the last call was sent; once it has ended, when that was. */
	lastSentAtMs: number;
	/** Looks, and look-ups, that decided nothing. */
	looks: number;
}

export const notYetSent = (judgedAtMs: number): Progress => ({
	phase: "ready",
	judgedAtMs,
	callsSent: 0,
	lastSentAtMs: 0,
	looks: 0,
});

/** The fields by which version 0.1.0 reads progress, should that release take over again. */
const fieldsOfVersion1 = ({ phase, looks }: Pick<Progress, "phase" | "looks">) => ({
	readBackFirst: phase !== "ready",
	mayHaveTakenEffect: ["sent", "sent_again", "doubtful", "watching"].includes(phase),
	answeredNo: phase === "refused" || phase === "already",
	readBacks: looks,
});

export const storedProgress = (progress: Progress): string =>
	JSON.stringify({ form, ...progress, ...fieldsOfVersion1(progress) });

interface Stored extends Omit<Progress, "phase" | "looks">, ReturnType<typeof fieldsOfVersion1> {
	/** Absent where version 0.1.0 began the work; a later release may know others. */
	phase?: string;
}

/**
 * Version 0.1.0 knows no phase, and carries a stored one along unchanged. So a phase counts only while it agrees with the
 * fields that both releases write; else it follows from them.
 */
export function readProgress(text: string): Progress {
	const stored: Stored = JSON.parse(text);
	const { judgedAtMs, callsSent, lastSentAtMs, readBackFirst, mayHaveTakenEffect, answeredNo, readBacks } = stored;
	const phase = phases.find((one) => one === stored.phase);
	const agrees = (one: Phase): boolean => {
		const fields = fieldsOfVersion1({ phase: one, looks: readBacks });
		return (
			fields.readBackFirst === readBackFirst &&
			fields.mayHaveTakenEffect === mayHaveTakenEffect &&
			fields.answeredNo === answeredNo
		);
	};
	const progress = { judgedAtMs, callsSent, lastSentAtMs, looks: readBacks };
	if (phase !== undefined && agrees(phase)) return { ...progress, phase };
	if (!readBackFirst) return { ...progress, phase: "ready" };
	if (mayHaveTakenEffect) return { ...progress, phase: answeredNo ? "watching" : "doubtful" };
	return { ...progress, phase: answeredNo ? "already" : "paused" };
}
