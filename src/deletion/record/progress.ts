// The progress of a call that changes something: exactly what is needed to go on after a stop.
import { formatVersion } from "./deletion.ts";

export const phases = ["ready", "sent", "sent_again", "doubtful", "watching", "refused", "already", "paused"] as const;
/** `careful-rules.ts` says what each one means. */
export type Phase = (typeof phases)[number];

export interface Progress {
	phase: Phase;
	/** When the guards last judged it: the call may be sent only shortly after that. */
	judgedAtMs: number;
	callsSent: number;
	/** When the last call was sent, or, once it has ended, when it ended. */
	lastSentAtMs: number;
	/** Looks and look-ups that decided nothing. */
	looks: number;
}

export const notYetSent = (judgedAtMs: number): Progress => ({
	phase: "ready",
	judgedAtMs,
	callsSent: 0,
	lastSentAtMs: 0,
	looks: 0,
});

/** The fields that version 0.1.0 reads, in case of a rollback. */
const fieldsOfVersion1 = ({ phase, looks }: Pick<Progress, "phase" | "looks">) => ({
	readBackFirst: phase !== "ready",
	mayHaveTakenEffect: ["sent", "sent_again", "doubtful", "watching"].includes(phase),
	answeredNo: phase === "refused" || phase === "already",
	readBacks: looks,
});

export const storedProgress = (progress: Progress): string =>
	JSON.stringify({ form: formatVersion, ...progress, ...fieldsOfVersion1(progress) });

interface Stored extends Omit<Progress, "phase" | "looks">, ReturnType<typeof fieldsOfVersion1> {
	/** Absent if version 0.1.0 began the work; a later release may have others. */
	phase?: string;
}

/**
 * Version 0.1.0 knows no phase and carries a stored one along unchanged. So a phase counts only while it agrees with the
 * fields that both releases write; otherwise it is derived from them.
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
