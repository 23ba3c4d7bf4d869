// The id of a record: 10 characters of *inverted* time and 16 random ones. Ids sort newest first, so a KV list is the
// history in order, and a period of time is a range of ids.

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const latestMs = 2 ** 48 - 1;
const timeDigits = 10;
const randomDigits = 16;

const pattern = new RegExp(`^[0-7][${alphabet}]{${timeDigits + randomDigits - 1}}$`);

const digitsOf = (value: number, count: number): string => {
	let digits = "";
	for (let rest = value; digits.length < count; rest = Math.floor(rest / 32))
		digits = alphabet.charAt(rest % 32) + digits;
	return digits;
};

const invertedTime = (ms: number): number => latestMs - Math.min(Math.max(Math.floor(ms), 0), latestMs);

/** A new id: `random` is 16 bytes, of which five bits each are used. */
export const newRecordId = (nowMs: number, random: Uint8Array): string =>
	digitsOf(invertedTime(nowMs), timeDigits) +
	Array.from(random.subarray(0, randomDigits), (byte) => alphabet.charAt(byte % 32)).join("");

export const isRecordId = (text: string): boolean => pattern.test(text);

/**
 * The id prefixes that cover everything created from `sinceMs` to `untilMs` inclusive, in order of the ids (newest first).
 * They split the period as CIDRs split an address range. A list operation costs more than a few extra rows, so no prefix is
 * finer than `unitMs` (rounded up to a power of 32). They can cover that much more at both ends: compare ids with
 * `idBounds` as well.
 */
export function idPrefixes(sinceMs: number, untilMs: number, unitMs: number): string[] {
	const newest = invertedTime(untilMs);
	const oldest = invertedTime(sinceMs);
	let unit = 1;
	while (unit < unitMs) unit *= 32;

	const prefixes: string[] = [];
	for (let at = newest - (newest % unit); at <= oldest; ) {
		let block = unit;
		while (at % (block * 32) === 0 && at + block * 32 - 1 <= oldest) block *= 32;
		prefixes.push(digitsOf(at, timeDigits).slice(0, timeDigits - Math.round(Math.log2(block) / 5)));
		at += block;
	}
	return prefixes;
}

/** The lowest and highest possible id of the period; compare with `<=`. */
export const idBounds = (sinceMs: number, untilMs: number): { first: string; last: string } => ({
	first: digitsOf(invertedTime(untilMs), timeDigits) + "0".repeat(randomDigits),
	last: digitsOf(invertedTime(sinceMs), timeDigits) + "z".repeat(randomDigits),
});
