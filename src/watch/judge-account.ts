// Compares the account's list of prefixes with the prefixes the watch knows. A prefix that is no longer listed counts as a look
// that shows none of its bindings; the caller judges that look like any other (`judgePrefix`).
import { isCloudflareId, plainId } from "../deletion/address/cloudflare-id.ts";
import type { Finding } from "./judge.ts";
import type { AccountLook, PrefixLook } from "./look.ts";
import type { WatchedPrefix } from "./slots.ts";

export interface AccountJudgement {
	findings: Extract<Finding, { kind: "implausible" }>[];
	/** All prefixes to watch from now on. */
	prefixes: WatchedPrefix[];
	/** One for each prefix that is not listed. */
	looks: PrefixLook[];
}

export function judgeAccount(known: readonly WatchedPrefix[], look: AccountLook): AccountJudgement {
	const { beginMs, endMs } = look;
	// For prefixes that are not listed, this was the look to wait for.
	const unproved = known.map((prefix) => (prefix.isListed ? prefix : { ...prefix, failedMs: endMs }));
	const nothing: AccountJudgement = { findings: [], prefixes: unproved, looks: [] };
	if (look.seen === null) return nothing;
	const listed = new Map(look.seen.map((prefix) => [plainId(prefix.id), prefix]));
	if (listed.size < look.seen.length)
		return { ...nothing, findings: [{ kind: "implausible", why: "repeated_id", prefixId: null }] };
	const stays = ({ prefixId }: WatchedPrefix) => listed.has(plainId(prefixId));
	const knownIds = new Set(known.map(({ prefixId }) => plainId(prefixId)));
	const added = [...listed]
		.filter(([plain, { id }]) => !knownIds.has(plain) && isCloudflareId(id))
		.map(([, { id, cidr }]) => newPrefix(id, cidr, known.length === 0));
	const looked = known.filter(({ lookedMs }) => lookedMs !== null);
	const before = looked.length === 0 ? known : looked;
	// A list without any of the prefixes known before is more likely a fault than the end of them all.
	if (before.length > 0 && !before.some(stays)) {
		const why = "no_known_prefix";
		return { findings: [{ kind: "implausible", why, prefixId: null }], prefixes: [...unproved, ...added], looks: [] };
	}
	return {
		findings: [],
		prefixes: [...known.map((prefix) => ({ ...prefix, isListed: stays(prefix) })), ...added],
		looks: known.filter((prefix) => !stays(prefix)).map(({ prefixId }) => ({ prefixId, beginMs, endMs, seen: [] })),
	};
}

const newPrefix = (prefixId: string, cidr: string, fromStart: boolean): WatchedPrefix => ({
	prefixId,
	cidr,
	isListed: true,
	fromStart,
	lookedMs: null,
	failedMs: null,
});
