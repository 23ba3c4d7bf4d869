// Most clients that flood wait for each answer. A refusal that comes late slows them down, and waiting costs no CPU time.

export const lateByMs = 250;

export const late = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, lateByMs));
