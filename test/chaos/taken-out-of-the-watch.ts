// The safeguards of the watch: what keeps it from recording a loss that is none, from missing one, and from freezing without
// need. Each name says what is taken out.
import type { Mutation } from "./mutation.ts";

export const watchMutations: readonly Mutation[] = [
	{
		// Two misses count only if they began more than the lag apart.
		name: "the watch's lag between two misses",
		patch: {
			file: "src/watch/evidence.ts",
			replace: "missedAgainMs === null && beginMs > missedMs + lagMs",
			by: "missedAgainMs === null && beginMs > missedMs",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: false,
	},
	{
		// A look that shows a binding clears an earlier miss.
		name: "the watch's miss that a later look clears",
		patch: {
			file: "src/watch/evidence.ts",
			replace: "seenMs: endMs, missedMs: null, missedAgainMs: null };",
			by: "seenMs: endMs };",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: true,
	},
	{
		// A miss counts only if the look began after the last one that showed the binding had ended.
		name: "the watch's order of a miss and a show",
		patch: {
			file: "src/watch/evidence.ts",
			replace: "\tif (beginMs < lifetime.seenMs) return lifetime;\n",
			by: "",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: false,
	},
	{
		// Our own open and unknown deletions say by themselves what became of the binding.
		name: "the watch leaves our open records out",
		patch: {
			file: "src/watch/evidence.ts",
			replace: "\tif (!ours.open.has(plain)) return null;\n",
			by: "\tif (ours.open !== null) return null;\n",
		},
		tests: ["test/watch/judge.unit.test.ts"],
		chaos: true,
	},
	{
		// Our own deletion explains a miss.
		name: "the watch knows our deletions",
		patch: {
			file: "src/watch/evidence.ts",
			replace: "if (goneMs !== undefined && !isLater(goneMs)) return",
			by: "if (goneMs !== undefined && isLater(-goneMs)) return",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/promises/seen.test.ts"],
		chaos: true,
	},
	{
		// It explains nothing about a binding that was first seen after it.
		name: "the watch's loss after a deletion of ours",
		patch: {
			file: "src/watch/evidence.ts",
			replace: "if (goneMs !== undefined && !isLater(goneMs)) return",
			by: "if (goneMs !== undefined) return",
		},
		tests: ["test/watch/judge.unit.test.ts"],
		chaos: false,
	},
	{
		// A list that lags does not bring back what is gone.
		name: "the watch's lag after a loss",
		patch: {
			file: "src/watch/evidence.ts",
			replace: "\tif (look.beginMs < endedMs + lagMs) return null;\n",
			by: "",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: true,
	},
	{
		// Unless many are missed, a 404 speaks for the binding that was asked for only.
		name: "the watch's read of each missed binding",
		patch: {
			file: "src/watch/judge.ts",
			replace: "speaksForAll ? others : [asked]",
			by: "others",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: false,
	},
	{
		// A read by its id confirms that the binding is gone.
		name: "the watch's read by id",
		patch: {
			file: "src/watch/judge.ts",
			replace: 'if (look.seen !== "missing") {',
			by: "if (look.seen === null) {",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: false,
	},
	{
		// Only a 404 says so, no other failure.
		name: "the watch's 404",
		patch: {
			file: "src/ledger/watch/looks.ts",
			replace: 'fault.kind === "not_found" ? "missing" : null',
			by: 'fault.kind === "not_found" ? "missing" : "missing"',
		},
		tests: ["test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// The 404 counts only if it was asked for after the second miss.
		name: "the watch's 404 after the second miss",
		patch: {
			file: "src/watch/judge.ts",
			replace: "\t\tif (look.beginMs < (one.missedAgainMs ?? look.beginMs)) continue;\n",
			by: "",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: false,
	},
	{
		// A list that failed, or may not be complete, proves nothing.
		name: "the watch's failed lists",
		patch: {
			file: "src/ledger/watch/looks.ts",
			replace: ": { beginMs: endMs, endMs, seen: null };",
			by: ": { beginMs: endMs, endMs, seen: [] };",
		},
		tests: ["test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// A list that has an id twice is a fault.
		name: "the watch's list with an id twice",
		patch: {
			file: "src/watch/judge.ts",
			replace: "if (seen.size < look.seen.length)",
			by: "if (seen.size > look.seen.length)",
		},
		tests: ["test/watch/judge.unit.test.ts"],
		chaos: false,
	},
	{
		// An account whose prefixes all vanish at once is a fault.
		name: "the watch's account without a known prefix",
		patch: {
			file: "src/watch/judge-account.ts",
			replace: "if (before.length > 0 && !before.some(stays)) {",
			by: "if (before.length < 0) {",
		},
		tests: ["test/watch/judge-account.unit.test.ts", "test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// Looks that overlap have no order.
		name: "the watch's looks that overlap",
		patch: {
			file: "src/watch/judge.ts",
			replace: "\tif (prefix.lookedMs !== null && look.beginMs < prefix.lookedMs) return unchanged;\n",
			by: "",
		},
		tests: ["test/watch/judge.unit.test.ts", "test/watch/honest-looks.unit.test.ts"],
		chaos: false,
	},
	{
		// A loss and its record are one transaction.
		name: "the watch's transaction of a loss and its record",
		patch: {
			file: "src/ledger/watch/memory.ts",
			replace: "storage.transactionSync(() => keep(judgement, known.lifetimes));",
			by: "keep(judgement, known.lifetimes);",
		},
		tests: ["test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// What unbind restored is watched at once: it may be gone before the next look.
		name: "the watch of what unbind restored",
		patch: {
			file: "src/ledger/watch/watch.ts",
			replace: 'if (record?.state === "restored") memory.takeRestored(record, now());',
			by: 'if (record?.state === "received") memory.takeRestored(record, now());',
		},
		tests: ["test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// A deletion that has left the Ledger is looked up in KV.
		name: "the watch's question to KV",
		patch: {
			file: "src/ledger/watch/looks.ts",
			replace: "now() - seenMs > ledgerRemembersMs ? await deletionInKv(bindingId) : null",
			by: "now() - seenMs < 0 ? await deletionInKv(bindingId) : null",
		},
		tests: ["test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// Each prefix is looked at so often that a loss is noticed within an interval and three minutes.
		name: "the watch's head start",
		patch: {
			file: "src/watch/pace.ts",
			replace: "Math.max(askedMs - headStartMs, leastMs)",
			by: "Math.max(askedMs, leastMs)",
		},
		tests: ["test/watch/pace.unit.test.ts", "test/watch/noticed-in-time.unit.test.ts"],
		chaos: false,
	},
	{
		// Many losses freeze deletions.
		name: "the watch's freeze",
		patch: {
			file: "src/watch/mass.ts",
			replace: "if (together.length < atLeast) continue;",
			by: "if (together.length >= 0) continue;",
		},
		tests: ["test/watch/mass.unit.test.ts", "test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// It neither shortens nor replaces a freeze in force.
		name: "the watch's freeze leaves another one alone",
		patch: {
			file: "src/ledger/watch/records.ts",
			replace: " && isRecent && freezeInForce(sql, nowMs) === null;",
			by: " && isRecent;",
		},
		tests: ["test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// Losses that froze once never freeze again.
		name: "the watch's one freeze for an event",
		patch: {
			file: "src/watch/mass.ts",
			replace: "let rest = losses.filter(({ massMs }) => massMs === null)",
			by: "let rest = losses.filter(({ massMs }) => massMs !== 0)",
		},
		tests: ["test/watch/mass.unit.test.ts", "test/promises/seen.test.ts"],
		chaos: false,
	},
	{
		// After a long gap in the looks, nobody can say that losses came within one interval.
		name: "the watch's losses after a gap",
		patch: {
			file: "src/watch/mass.ts",
			replace: "missedAt(one) - one.seenMs <= gapIntervals * intervalMs;",
			by: "missedAt(one) - one.seenMs <= Infinity;",
		},
		tests: ["test/watch/mass.unit.test.ts"],
		chaos: false,
	},
];
