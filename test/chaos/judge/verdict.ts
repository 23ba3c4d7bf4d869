// The result of a promise's check: how much it looked at, and where the promise was broken.

export interface Breach {
	what: string;
	/** The binding and record it is about, from which its story is told. */
	bindingId: string | null;
	recordId: string | null;
	/** The step it belongs to, if it is about no record. */
	step: string | null;
}

type About = Partial<Omit<Breach, "what">>;

export interface Verdict {
	checked: number;
	breaches: Breach[];
}

/** Counts what was checked and collects what is wrong. */
export function createBench() {
	const verdict: Verdict = { checked: 0, breaches: [] };
	return {
		verdict,
		/** @param wrong null if all is well. */
		look(wrong: string | null, { bindingId = null, recordId = null, step = null }: About = {}): void {
			verdict.checked += 1;
			if (wrong === null) return;
			verdict.breaches.push({ what: wrong, bindingId, recordId, step });
		},
	};
}
