// The safeguards against Cloudflare's and KV's real world: lag, outages, resets, other releases. Each names what is to be
// taken out; where the text is `toFillIn`, `npm run mutations` says so and fails.
import { type Mutation, toFillIn } from "./mutation.ts";

export const worldMutations: readonly Mutation[] = [
	{
		// In the look of a restoration: a binding that we deleted is not bound while lists may lag.
		name: "what we deleted does not count as bound",
		patch: toFillIn,
		tests: ["test/promises/the-way-back.test.ts"],
		chaos: true,
	},
	{
		// At the beginning of a restoration: one whose binding is no longer there can be asked for again.
		name: "a restoration whose binding has gone can be asked for again",
		patch: toFillIn,
		tests: ["test/promises/the-way-back.test.ts"],
		chaos: false,
	},
	{
		// Of a careful call: what a look shows within two minutes of the last call is no ground to fail.
		name: "the lag before failing",
		patch: toFillIn,
		tests: ["test/deletion/read-back.test.ts"],
		chaos: true,
	},
	{
		// Of a careful call's look: the binding is read by its id too, not only in the list.
		name: "the look at the binding itself",
		patch: toFillIn,
		tests: ["test/deletion/read-back.test.ts"],
		chaos: true,
	},
	{
		// Where a request is joined to a deletion: by when that took effect, not by when it changed.
		name: "joining by when it took effect",
		patch: toFillIn,
		tests: ["test/promises/once.test.ts"],
		chaos: true,
	},
	{
		// Before the look-up: the commit of `received`.
		name: "the record before the look-up",
		patch: toFillIn,
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		// Where a duplicate that was told an id becomes an alias.
		name: "the alias of an id that was told",
		patch: toFillIn,
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		// In the Ledger's part of a list: what is not published yet, however old.
		name: "what is unpublished, in the list",
		patch: toFillIn,
		tests: ["test/promises/fresh.test.ts"],
		chaos: true,
	},
	{
		// Where a record is read by its id: the Ledger's answer wins over KV's.
		name: "the Ledger's answer, by id",
		patch: toFillIn,
		tests: ["test/promises/fresh.test.ts"],
		chaos: true,
	},
	{
		// Around a KV put: its time limit.
		name: "the time limit of a KV put",
		patch: toFillIn,
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		// In the alarm: it is set again before anything is published.
		name: "the next alarm before publishing",
		patch: toFillIn,
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		// In the outbox: a put that timed out is followed by another publication ten minutes later.
		name: "publishing once more after a put that timed out",
		patch: toFillIn,
		tests: ["test/ledger/outbox.test.ts"],
		chaos: true,
	},
	{
		// Where Cloudflare's answer is interpreted: an empty 2xx is no success.
		name: "a success needs an answer that can be read",
		patch: toFillIn,
		tests: ["test/adapters/cloudflare/interpret.test.ts"],
		chaos: true,
	},
	{
		// Where a binding id is looked up: misses are remembered for a while.
		name: "the memory of misses",
		patch: toFillIn,
		tests: ["test/deletion/locate.test.ts"],
		chaos: false,
	},
	{
		// In the history's reads: when KV fails, the Ledger's week is served as stale.
		name: "the Ledger's week when KV cannot be read",
		patch: toFillIn,
		tests: ["test/promises/fresh.test.ts"],
		chaos: true,
	},
	{
		// Where rows are read: one that cannot be read is left out and counted.
		name: "the isolation of an unreadable record",
		patch: toFillIn,
		tests: ["test/ledger/overview.test.ts"],
		chaos: false,
	},
	{
		// Smaller ones: an overdue alarm is set again at any request.
		name: "the overdue alarm at any request",
		patch: toFillIn,
		tests: ["test/promises/never-lost.test.ts"],
		chaos: false,
	},
	{
		// Smaller ones: an approval that a freeze held up for too long is asked for again.
		name: "asking again for an approval that a freeze held up",
		patch: toFillIn,
		tests: ["test/lifecycle/approval.test.ts"],
		chaos: false,
	},
	{
		// Smaller ones: an unreachable Ledger is 503.
		name: "503 for a Ledger that cannot be reached",
		patch: toFillIn,
		tests: ["test/doors/entry.test.ts"],
		chaos: true,
	},
	{
		// Of a resolution by hand: where Cloudflare can be read, the look decides.
		name: "the look before a resolution",
		patch: toFillIn,
		tests: ["test/lifecycle/resolution.test.ts"],
		chaos: false,
	},
	{
		// Of a resolution by hand: not before ten minutes.
		name: "the ten minutes before a resolution",
		patch: toFillIn,
		tests: ["test/lifecycle/resolution.test.ts"],
		chaos: false,
	},
];
