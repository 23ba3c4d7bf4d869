// The account as it was, and whose doing each change was.
import { expect, it } from "vitest";
import { keepLifetimes } from "../../../src/ledger/watch/lifetimes.ts";
import { past } from "../../../src/ledger/watch/past.ts";
import { lifetimeOf } from "../../../src/watch/lifetime.ts";
import { bindingOf } from "../../deletion/world.ts";
import { binding } from "../../notify/records.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "../a-storage.ts";

const known = { sinceMs: noonMs - 1000, lookedMs: noonMs };
const changes = { sinceMs: noonMs - 1000, untilMs: noonMs + 9000, prefixId: null, cursor: null, atMost: 1 };

it("attributes a loss to our deletion, page by page", () => {
	const sql = sqlOf();
	const ours = journalOf(sql).keep(madeRecord({ state: "deleted" }));
	const seen = lifetimeOf(
		{ ...bindingOf("", binding.cidr), id: binding.id },
		binding.prefix_id,
		"first_look",
		noonMs - 500,
	);
	const gone = { ...seen, closed: "deleted" as const, goneSinceMs: noonMs, closedMs: noonMs };
	const late = lifetimeOf(bindingOf("e1".repeat(16), "203.0.113.0/26"), binding.prefix_id, "appeared", noonMs + 5000);
	keepLifetimes(sql, [gone, late]);

	const query = { at: [noonMs - 1, noonMs + 6000, noonMs - 2000], changes, changedOnly: false, caller: null };
	const first = past(sql, query, known);
	expect(first.accounts.map((one) => one?.flatMap(({ bindings }) => bindings.map(({ cidr }) => cidr)) ?? null)).toEqual(
		[[binding.cidr], ["203.0.113.0/26"], null],
	);
	expect(first.changes).toMatchObject([{ change: "disappeared", by: "unbind", deletionId: ours.id }]);
	const next = past(sql, { ...query, changes: { ...changes, cursor: first.next } }, known);
	expect(next.changes).toMatchObject([{ change: "appeared", by: "elsewhere", deletionId: null }]);
	expect(next.next).toBeNull();
});

it("knows nothing before the watch began", () => {
	expect(
		past(sqlOf(), { at: [noonMs], changes, changedOnly: false, caller: null }, { sinceMs: null, lookedMs: null }),
	).toEqual({
		knownSinceMs: null,
		lookedMs: null,
		accounts: [null],
		changes: [],
		next: null,
	});
});
