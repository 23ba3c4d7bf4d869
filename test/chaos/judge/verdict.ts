// What a promise's check says: how much it looked at, and where the promise was broken.

export interface Breach {
	what: string;
	/** What it is about, to tell its story by. */
	bindingId: string | null;
	recordId: string | null;
	/** Whose it is, where it is about no record. */
	step: string | null;
}

type About = Partial<Omit<Breach, "what">>;

export interface Verdict {
	checked: number;
	breaches: Breach[];
}

/** Counts what is looked at, and collects what is wrong. */
export function createBench() {
	const verdict: Verdict = { checked: 0, breaches: [] };
	return {
		verdict,
		/** @param wrong null where all is well. */
		look(wrong: string | null, { bindingId = null, recordId = null, step = null }: About = {}): void {
			verdict.checked += 1;
			if (wrong === null) return;
			verdict.breaches.push({ what: wrong, bindingId, recordId, step });
		},
	};
}
