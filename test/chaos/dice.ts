// Random numbers that are the same for the same seed. Each user has its own dice, so that when one rolls does not
// change what another gets.

export interface Dice {
	/** From 0 to below 1. */
	next(): number;
	chance(probability: number): boolean;
	/** A whole number, including both ends. */
	between(least: number, most: number): number;
	pick<Item>(items: readonly Item[]): Item;
	/** Picks an item by weight. */
	weigh<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item;
}

/** mulberry32, seeded with FNV-1a of the seed and the owner's name. */
export function createDice(seed: number, owner: string): Dice {
	let state = 0x811c9dc5;
	for (const character of `${seed}/${owner}`) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);

	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return {
		next,
		chance: (probability) => next() < probability,
		between: (least, most) => least + Math.floor(next() * (most - least + 1)),
		pick(items) {
			const [item] = items.slice(Math.floor(next() * items.length));
			if (item === undefined) throw new RangeError("nothing to pick from");
			return item;
		},
		weigh(items) {
			let left = next() * items.reduce((sum, [weight]) => sum + weight, 0);
			for (const [weight, item] of items) {
				left -= weight;
				if (left < 0) return item;
			}
			throw new RangeError("nothing to pick from");
		},
	};
}
