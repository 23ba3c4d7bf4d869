// Cloudflare for many restorations in a row: a list that was read for one serves the next ones for a short while. Every call
// is counted, and spares the rate limit.
import { plainId } from "../address/cloudflare-id.ts";
import { listsKeptMs } from "../limits.ts";
import type { Cloudflare, CloudflareFault, Listing } from "../ports.ts";
import type { Result } from "../result.ts";

export interface Remembered {
	/** For the checks before a restoration. Its lists may be a little old. */
	checking: Cloudflare;
	/** For the call itself, and the looks after it: nothing is remembered. */
	sending: Cloudflare;
}

/** @param onCall called before each call. */
export function createRemembered(cloudflare: () => Cloudflare, now: () => number, onCall: () => void): Remembered {
	const counted =
		<Given extends unknown[], Answer>(call: (...given: Given) => Answer) =>
		(...given: Given): Answer => {
			onCall();
			return call(...given);
		};
	const sending: Cloudflare = {
		listPrefixes: counted((read) => cloudflare().listPrefixes({ ...read, sparing: true })),
		listBindings: counted((prefixId, read) => cloudflare().listBindings(prefixId, { ...read, sparing: true })),
		getBinding: counted((prefixId, bindingId) => cloudflare().getBinding(prefixId, bindingId)),
		listBgpPrefixes: counted((prefixId) => cloudflare().listBgpPrefixes(prefixId, { sparing: true })),
		deleteBinding: counted((prefixId, bindingId) => cloudflare().deleteBinding(prefixId, bindingId)),
		createBinding: counted((prefixId, binding) => cloudflare().createBinding(prefixId, binding, { sparing: true })),
	};
	const prefixes = memoryOf(now, sending.listPrefixes);
	const bindings = memoryOf(now, sending.listBindings);
	return {
		sending,
		checking: {
			...sending,
			listPrefixes: (read) => prefixes("", read),
			listBindings: (prefixId, read) => bindings(plainId(prefixId), prefixId, read),
		},
	};
}

/** Keeps good answers only. */
function memoryOf<Given extends unknown[], Item>(
	now: () => number,
	read: (...given: Given) => Promise<Result<Listing<Item>, CloudflareFault>>,
) {
	const kept = new Map<string, { atMs: number; answer: ReturnType<typeof read> }>();
	return (key: string, ...given: Given): ReturnType<typeof read> => {
		for (const [one, { atMs }] of kept) if (now() - atMs >= listsKeptMs) kept.delete(one);
		const present = kept.get(key);
		if (present !== undefined) return present.answer;
		let isGood = false;
		const answer = read(...given)
			.then((listing) => {
				isGood = listing.ok;
				return listing;
			})
			.finally(() => {
				if (!isGood) kept.delete(key);
			});
		kept.set(key, { atMs: now(), answer });
		return answer;
	};
}
