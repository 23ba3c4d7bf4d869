// The journal in memory stands in for the one in SQLite: whatever is kept, both say the same.
import { env, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notYetSent } from "../../src/deletion/careful.ts";
import { type Deletion, isOpen, states } from "../../src/deletion/deletion.ts";
import type { Claim, Journal } from "../../src/deletion/ports.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { createMemoryJournal } from "../deletion/memory-journal.ts";
import { accountId, id, startMs } from "../deletion/world.ts";

const ids = ["7zzp0k0000000000000000000a", "7zzp0k0000000000000000000b", "7zzp0k0000000000000000000c"];
const bindings = [id("b0"), "c01d0000-0000-4000-8000-000000000007", id("b2")];
const prefixes = [id("a1"), "b10c0000-0000-4000-8000-000000000002"];
const cidrs = ["203.0.113.0/24", "203.0.113.0/26"];
const keys = ["key:k", "key:l", "request:1"];

const recordOf = (given: {
	record: number;
	state: Deletion["state"];
	binding: number | null;
	asksAgain: boolean;
}): Deletion => ({
	id: ids[given.record] ?? "",
	state: given.state,
	target: cidrs[given.record % 2] ?? "",
	reason: null,
	actor: { name: "ci", door: "api" },
	created_at: new Date(startMs).toISOString(),
	settled_at: null,
	binding:
		given.binding === null
			? null
			: {
					account_id: accountId,
					prefix_id: prefixes[given.binding % 2] ?? "",
					id: bindings[given.binding] ?? "",
					cidr: cidrs[given.binding % 2] ?? "",
					service_id: null,
					service_name: null,
					provisioning: null,
				},
	effect: null,
	guards: [],
	cloudflare: null,
	failure: given.asksAgain ? { code: "budget", detail: "Later.", retry_after_seconds: 1 } : null,
	timeline: [],
	not_before: null,
	approval: null,
	restoration: null,
});

const aClaim: fc.Arbitrary<Claim> = fc
	.record({ actor: fc.constantFrom("ci", "bob"), key: fc.constantFrom(...keys), payload: fc.constantFrom("p", "q") })
	.map((claim) => ({ ...claim, lasting: claim.key.startsWith("key:") }));
const claims = fc.array(aClaim, { maxLength: 2 });
const anAct = fc.record({
	record: fc.nat(2),
	state: fc.constantFrom(...states),
	asksAgain: fc.boolean(),
	restoring: fc.boolean(),
	join: fc.boolean(),
	claims,
	dueInMs: fc.nat(100),
	passMs: fc.nat(50),
});
/** A record has one binding for life, or none; two can have the same. */
const boundTo = fc.array(fc.option(fc.nat(2)), { minLength: 3, maxLength: 3 });
type Act = typeof anAct extends fc.Arbitrary<infer Value> ? Value : never;

const terms = { acknowledge: ["leaves_no_service"], ifMatch: null, ranges: ["::/0"], approved: [] };

function act(journal: Journal, one: Act, binding: number | null, nowMs: number): string | null {
	const deletion = recordOf({ ...one, binding });
	if (one.join) journal.join(deletion.id, one.claims);
	else if (isOpen(deletion)) {
		try {
			journal.keepOpen({ deletion, terms, progress: notYetSent(nowMs) }, nowMs + one.dueInMs, one.claims);
		} catch {
			return "a binding has two open deletions";
		}
	} else if (one.restoring) journal.keepRestoring({ deletion, progress: notYetSent(nowMs) }, nowMs + one.dueInMs);
	else journal.keepSettled(deletion, one.claims);
	return null;
}

const asked = (journal: Journal, nowMs: number) => ({
	records: ids.map((record) => [journal.get(record), journal.open(record), journal.restoring(record)]),
	claims: ["ci", "bob"].flatMap((actor) => keys.map((key) => journal.claimed(actor, key))),
	openByBinding: [...bindings, id("b9")].map((bindingId) => journal.openFor({ bindingId })),
	openInTheOtherSpelling: journal.openFor({ bindingId: bindings[1]?.replaceAll("-", "") ?? "" })?.deletion.id,
	// Two bindings can have the same CIDR, one after the other; which comes first is nobody's business.
	openByCidr: cidrs.map((cidr) => journal.openFor({ cidr }) !== null),
	since: [0, nowMs - 60, nowMs].map((sinceMs) => ({
		deleted: bindings.map((bindingId) => journal.deletedSince(bindingId, sinceMs)),
		gone: prefixes.map((prefixId) => [...journal.goneSince(prefixId, sinceMs)].toSorted()),
		pace: prefixes.map((prefixId) => journal.pace(prefixId, sinceMs)),
		overtaking: ids.flatMap((record) => cidrs.map((cidr) => journal.overtaking(record, cidr, sinceMs))),
	})),
});

describe("the journal in memory", () => {
	it("says what the one in SQLite says, whatever is kept in whatever order", async () => {
		await runInDurableObject(env.LEDGER.getByName(accountId), async (_, { storage }) => {
			migrate(storage);
			await fc.assert(
				fc.asyncProperty(fc.array(anAct, { maxLength: 12 }), boundTo, async (acts, bound) => {
					for (const table of ["deletions", "claims"]) storage.sql.exec(`DELETE FROM ${table}`);
					const clock = { nowMs: startMs };
					const now = () => clock.nowMs;
					const stored = createJournal(storage.sql, { now, onDue: () => {}, onSettled: () => {} });
					const remembered = createMemoryJournal(now);
					for (const one of acts) {
						clock.nowMs += one.passMs;
						const outcomes = [stored, remembered].map((journal) =>
							act(journal, one, bound[one.record] ?? null, clock.nowMs),
						);
						expect(outcomes[1]).toBe(outcomes[0]);
						expect(asked(remembered, clock.nowMs)).toEqual(asked(stored, clock.nowMs));
					}
				}),
				{ numRuns: 200 },
			);
		});
	});
});
