// Runs the contenders in turn for several rounds, so that other load on the machine affects all of them alike, and
// summarizes the rounds.

export async function rounds<Name extends string>(
	count: number,
	contenders: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
	const names = Object.keys(contenders) as Name[];
	const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
	for (let round = 0; round < count; round++) {
		// Every other round goes backwards, so that no contender is always first.
		for (const name of round % 2 === 0 ? names : names.toReversed()) measured[name].push(await contenders[name]());
	}
	return measured;
}

export function quantile(values: readonly number[], part: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median of the ratios of each round. */
export const ratio = (some: readonly number[], others: readonly number[]): number =>
	median(some.map((value, round) => value / (others[round] ?? Number.NaN)));
