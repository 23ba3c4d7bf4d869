// Contenders in turn, several rounds of them, so that whatever else the machine does meets all alike; and what is made
// of the rounds.

export async function rounds<Name extends string>(
	count: number,
	contenders: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
	const names = Object.keys(contenders) as Name[];
	const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
	for (let round = 0; round < count; round++) {
		// Backwards every other time: nobody always comes first.
		for (const name of round % 2 === 0 ? names : names.toReversed()) measured[name].push(await contenders[name]());
	}
	return measured;
}

export function quantile(values: readonly number[], part: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median of the rounds' own ratios. */
export const ratio = (some: readonly number[], others: readonly number[]): number =>
	median(some.map((value, round) => value / (others[round] ?? Number.NaN)));
