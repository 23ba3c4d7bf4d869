// Which of some names a misspelt word comes closest to. It is only ever shown, never acted on.

const stepsAtMost = 2;
const longestWord = 40;

/** null where none is near. */
export function nearestOf<Name extends string>(word: string, names: readonly Name[]): Name | null {
	if (word.length > longestWord) return null;
	const [best] = names.map((name) => ({ name, steps: distance(word, name) })).toSorted((a, b) => a.steps - b.steps);
	return best !== undefined && best.steps <= stepsAtMost && best.steps < word.length ? best.name : null;
}

/** How many letters have to be changed, added, left out, or swapped with their neighbour. */
function distance(one: string, other: string): number {
	const rows = [Array.from({ length: other.length + 1 }, (_, index) => index)];
	const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
	for (let row = 1; row <= one.length; row++) {
		const steps = [row];
		rows.push(steps);
		for (let column = 1; column <= other.length; column++) {
			const changed = one[row - 1] === other[column - 1] ? 0 : 1;
			const swapped =
				one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1] ? 1 : Number.POSITIVE_INFINITY;
			steps.push(
				Math.min(
					at(row - 1, column) + 1,
					at(row, column - 1) + 1,
					at(row - 1, column - 1) + changed,
					at(row - 2, column - 2) + swapped,
				),
			);
		}
	}
	return at(one.length, other.length);
}
