// The safeguards against what Cloudflare and KV really do: lag, outages, resets, other releases. Each name says what is
// taken out.
import type { Mutation } from "./mutation.ts";

export const worldMutations: readonly Mutation[] = [
	{
		// When a restoration looks, a binding that we deleted does not count as bound while lists may lag.
		name: "what we deleted does not count as bound",
		patch: {
			file: "src/deletion/lookup/presence.ts",
			replace: "\tif (deleted !== null && now() < goneAtMs(deleted) + lagMs) return ok(false);\n",
			by: "",
		},
		tests: ["test/deletion/lookup/lag.unit.test.ts"],
		chaos: true,
	},
	{
		// A restoration can be requested again if its binding is no longer there.
		name: "a restoration whose binding has gone can be asked for again",
		patch: {
			file: "src/deletion/steps/begin-restoration.ts",
			replace: 'restoration?.state !== "already_bound") return false;',
			by: 'restoration?.state !== "already_bound") return false;\n\treturn true;',
		},
		tests: ["test/deletion/steps/begin-restoration.unit.test.ts"],
		chaos: false,
	},
	{
		// A look within two minutes of the last call is not enough to fail.
		name: "the lag before failing",
		patch: {
			file: "src/deletion/steps/careful-rules.ts",
			replace: "return lookedAtMs < progress.lastSentAtMs + lagMs;",
			by: "return false;",
		},
		tests: ["test/deletion/steps/careful-rules.unit.test.ts", "test/deletion/steps/careful.unit.test.ts"],
		chaos: true,
	},
	{
		// A look reads the binding by its id, not only in the list.
		name: "the look at the binding itself",
		patch: {
			file: "src/deletion/lookup/presence.ts",
			replace:
				'\tconst read = await cloudflare.getBinding(binding.prefix_id, binding.id);\n\tif (read.ok) return "there";\n\tif (read.failure.kind !== "not_found" || mayBeNew) return "unclear";\n',
			by: '\tconst listing = await cloudflare.listBindings(binding.prefix_id, { fresh: true });\n\tif (!listing.ok) return "unclear";\n\tif (listing.value.items.some(({ id }) => sameId(id, binding.id))) return "there";\n\tif (mayBeNew) return "unclear";\n',
		},
		tests: ["test/deletion/steps/send-deletion.unit.test.ts"],
		chaos: true,
	},
	{
		// A request joins a deletion by when it took effect, not by when its record last changed.
		name: "joining by when it took effect",
		patch: {
			file: "src/deletion/steps/judge-received.ts",
			replace: "goneAtMs(gone) >=",
			by: 'Date.parse(gone.timeline.at(-1)?.at ?? "") >=',
		},
		tests: ["test/deletion/steps/judge-received.unit.test.ts"],
		chaos: true,
	},
	{
		// The `received` record is committed before the look-up.
		name: "the record before the look-up",
		patch: {
			file: "src/ledger/ledger.ts",
			replace: "\t\tmigrate(ctx.storage);\n",
			by: "\t\tmigrate(ctx.storage);\n\t\tthis.#sql.exec(\"DELETE FROM deletions WHERE state = 'received'\");\n",
		},
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		// A duplicate whose id was given to a caller becomes an alias.
		name: "the alias of an id that was told",
		patch: {
			file: "src/ledger/journal.ts",
			replace: "\t\tif (row.told === 1) aliases.store(id, deletionId);\n",
			by: "",
		},
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		// The Ledger's part of a list includes unpublished records, however old.
		name: "what is unpublished, in the list",
		patch: {
			file: "src/ledger/changes.ts",
			replace: "\tUNION ALL SELECT id FROM deletions WHERE publish_at IS NOT NULL\n",
			by: "",
		},
		tests: ["test/ledger/changes.test.ts"],
		chaos: true,
	},
	{
		// When a record is read by its id, the Ledger's answer wins over KV's.
		name: "the Ledger's answer, by id",
		patch: {
			file: "src/adapters/history/record.ts",
			replace: "const kept = askLedger(id);",
			by: "const kept = published.then((copy) => (copy.ok && copy.value !== null ? ok(null) : askLedger(id)));",
		},
		tests: ["test/promises/fresh.test.ts"],
		chaos: true,
	},
	{
		// A KV put has a time limit.
		name: "the time limit of a KV put",
		patch: {
			file: "src/adapters/history/publish.ts",
			replace: "await limited(writeLimitMs, write);",
			by: "await write;",
		},
		tests: ["test/adapters/history/publish.test.ts"],
		chaos: true,
	},
	{
		// The alarm is set again before anything is published.
		name: "the next alarm before publishing",
		patch: {
			file: "src/ledger/alarm.ts",
			replace: "\t\talarm.wakeForNext();\n\t\tvoid publishing.then(() => alarm.wakeForNext());\n",
			by: "\t\tawait publishing;\n\t\talarm.wakeForNext();\n",
		},
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		// The outbox publishes a record again ten minutes after a put without a clear answer.
		name: "publishing once more after a put that timed out",
		patch: {
			file: "src/ledger/outbox.ts",
			replace: "outcome.failure.mayLand ? now() + lateLandingMs : null,",
			by: "null,",
		},
		tests: ["test/ledger/outbox.test.ts"],
		chaos: true,
	},
	{
		// An empty 2xx from Cloudflare is not a success.
		name: "a success needs an answer that can be read",
		patch: {
			file: "src/adapters/cloudflare/interpret.ts",
			replace: "if (answer.success !== true)",
			by: "if (answer.success === false)",
		},
		tests: ["test/adapters/cloudflare/interpret.unit.test.ts"],
		chaos: true,
	},
	{
		// A look-up by id remembers misses for a while.
		name: "the memory of misses",
		patch: {
			file: "src/deletion/lookup/find.ts",
			replace: "\tif (isComplete) directory.learnMissing(bindingId, ports.now());\n",
			by: "",
		},
		tests: ["test/deletion/lookup/find.unit.test.ts"],
		chaos: false,
	},
	{
		// When KV fails, the history serves the Ledger's week, marked stale.
		name: "the Ledger's week when KV cannot be read",
		patch: {
			file: "src/adapters/history/history.ts",
			replace: "if (changes === null) return fail(page);",
			by: "if (changes !== undefined) return fail(page);",
		},
		tests: ["test/promises/fresh.test.ts"],
		chaos: true,
	},
	{
		// An unreadable row is skipped and counted.
		name: "the isolation of an unreadable record",
		patch: {
			file: "src/ledger/tables.ts",
			replace: "\t\tsetAside(sql, row.id);\n\t\treturn null;\n",
			by: '\t\tthrow new Error("unreadable");\n',
		},
		tests: ["test/ledger/changes.test.ts"],
		chaos: false,
	},
	{
		// Any request sets an overdue alarm again.
		name: "the overdue alarm at any request",
		patch: {
			file: "src/ledger/alarm-clock.ts",
			replace: "\t\t\tif (isLost()) wakeBy(Date.now());\n",
			by: "",
		},
		tests: ["test/promises/never-lost.test.ts"],
		chaos: false,
	},
	{
		// An approval that a freeze held up for too long is requested again.
		name: "asking again for an approval that a freeze held up",
		patch: {
			file: "src/deletion/steps/waiting.ts",
			replace: "if (deletion.approval === null || !isLate || !wasFrozen) return",
			by: "if (isLate || !isLate) return",
		},
		tests: ["test/lifecycle/freeze.test.ts"],
		chaos: false,
	},
	{
		// An unreachable Ledger is a 503.
		name: "503 for a Ledger that cannot be reached",
		patch: {
			file: "src/doors/ledger-client.ts",
			replace: "\t}\n\treturn fail(unreachable);",
			by: '\t}\n\tthrow new Error("unreachable");',
		},
		tests: ["test/doors/unreachable.test.ts"],
		chaos: true,
	},
	{
		// If Cloudflare can be read, the look decides instead of the resolution by hand.
		name: "the look before a resolution",
		patch: {
			file: "src/deletion/steps/resolution.ts",
			replace: 'await (what === "deletion" ? lookForDeleted(deletion, ports) : lookForRestored(deletion, ports));',
			by: "await Promise.resolve<Seen | null>(null);",
		},
		tests: ["test/deletion/steps/resolution.unit.test.ts"],
		chaos: false,
	},
	{
		// A resolution by hand has to wait ten minutes.
		name: "the ten minutes before a resolution",
		patch: {
			file: "src/deletion/limits.ts",
			replace: "const looksAloneMs = 600_000;",
			by: "const looksAloneMs = 0;",
		},
		tests: ["test/deletion/steps/resolution.unit.test.ts"],
		chaos: false,
	},
	{
		// `?binding=` finds the rows of both spellings of an id.
		name: "both spellings of an id in ?binding=",
		patch: {
			file: "src/adapters/history/keys.ts",
			replace: "[plainId(space.of), dashedId(space.of)].map",
			by: "[space.of].map",
		},
		tests: ["test/adapters/history/record.test.ts", "test/adapters/history/page.test.ts"],
		chaos: false,
	},
	{
		// KV's retention counts from a record's last change.
		name: "the retention from the last change",
		patch: {
			file: "src/adapters/history/publish.ts",
			replace: "expiryOf(lastChangeMs(deletion), retentionDays",
			by: "expiryOf(Date.parse(deletion.created_at), retentionDays",
		},
		tests: ["test/adapters/history/publish.test.ts"],
		chaos: false,
	},
	{
		// Rows with states that only another release knows are shown.
		name: "the rows of unknown states",
		patch: {
			file: "src/adapters/history/keys.ts",
			replace: 'state: v.custom<State>((value) => typeof value === "string"),',
			by: 'state: v.picklist(["deleted", "already_gone", "restored", "refused", "failed", "cancelled", "expired"]),',
		},
		tests: ["test/adapters/history/page.test.ts"],
		chaos: false,
	},
	{
		// The calls reserved for deletions are a share of Cloudflare's quota.
		name: "the reserve by the quota",
		patch: {
			file: "src/adapters/cloudflare/rate-gate.ts",
			replace: "quota === null ? largestReserve : Math.min",
			by: "quota === quota ? largestReserve : Math.min",
		},
		tests: ["test/adapters/cloudflare/rate-gate.unit.test.ts"],
		chaos: false,
	},
	{
		// Breadth's Retry-After is when enough deletions have left the window, not just the oldest.
		name: "the Retry-After of breadth",
		patch: {
			file: "src/deletion/judgement/guards.ts",
			replace: "pace.prefix[earlier - mayStay - 1]",
			by: "pace.prefix[0]",
		},
		tests: ["test/lifecycle/budget.test.ts"],
		chaos: false,
	},
	{
		// A part of a period that takes a single list does not end a page.
		name: "full pages with ?until= alone",
		patch: {
			file: "src/adapters/history/page.ts",
			replace: "if (listing.cursor !== null) longLists++;",
			by: "longLists++;",
		},
		tests: ["test/adapters/history/page.test.ts"],
		chaos: false,
	},
	{
		// At the start, a Ledger made by an earlier release gets the new columns.
		name: "the migration of a Ledger that is there already",
		patch: {
			file: "src/ledger/migrations.ts",
			replace: "return row === undefined ? 0 : Number(row.value);",
			by: "return row === undefined ? schemaVersion : Number(row.value);",
		},
		tests: ["test/upgrade/takes-over.test.ts"],
		chaos: false,
	},
	{
		// At the start, a newer release's tables are left alone.
		name: "the newer schema that is left as it is",
		patch: {
			file: "src/ledger/migrations.ts",
			replace: "if (before >= schemaVersion) return;",
			by: "if (before === schemaVersion) return;",
		},
		tests: ["test/ledger/migrations.test.ts"],
		chaos: false,
	},
	{
		// A received record's due time is in a column that the previous release does not read.
		name: "a received record is not due for the previous release",
		patch: {
			file: "src/ledger/rows.ts",
			replace: "isReceived ? null : (work?.dueAtMs ?? null),",
			by: "work?.dueAtMs ?? null,",
		},
		tests: ["test/upgrade/received.test.ts"],
		chaos: false,
	},
	{
		// A list row counts only if it was derived from the record's latest change.
		name: "the change that a list row was derived from",
		patch: {
			file: "src/ledger/changes.ts",
			replace: "CASE WHEN summary_change = change THEN summary END AS summary",
			by: "summary",
		},
		tests: ["test/ledger/changes.test.ts"],
		chaos: false,
	},
	{
		// The previous release kept claims under the name as it was spelt.
		name: "the claims under another spelling",
		patch: {
			file: "src/ledger/claims.ts",
			replace: "[name, ...othersOf(sql, name)]",
			by: "[name]",
		},
		tests: ["test/ledger/spellings.test.ts"],
		chaos: false,
	},
	{
		// The previous release kept a claim's long payload unchanged.
		name: "the payload as the previous release kept it",
		patch: {
			file: "src/deletion/steps/claims.ts",
			replace: "for (const { actor, key, payloadOfVersion1: whole, lasting } of claims) {",
			by: "for (const { actor, key, payload: whole, lasting } of claims) {",
		},
		tests: ["test/deletion/steps/claims.unit.test.ts"],
		chaos: false,
	},
	{
		// Of a new Ledger: it knows the keys that the lost one had given answers to.
		name: "the claims that KV keeps",
		patch: {
			file: "src/ledger/journal.ts",
			replace: "\t\t\ttakeOverClaims(sql, deletion.id, claims);\n",
			by: "",
		},
		tests: ["test/ledger/claims.test.ts"],
		chaos: false,
	},
	{
		// In a new Ledger, deletions are frozen until the history has been read.
		name: "frozen until the history is read",
		patch: {
			file: "src/ledger/freezes.ts",
			replace: "if (hasReadHistory(sql)) return null;",
			by: "if (sql !== undefined) return null;",
		},
		tests: ["test/ledger/recovery.test.ts"],
		chaos: false,
	},
	{
		// A new Ledger that finds a history starts frozen.
		name: "the frozen start of a new Ledger",
		patch: {
			file: "src/ledger/recovery.ts",
			replace: '\t\t\tfreezeFor("new");\n',
			by: "",
		},
		tests: ["test/ledger/recovery.test.ts"],
		chaos: false,
	},
	{
		// A Ledger that was set back is frozen.
		name: "the freeze of a Ledger that was set back",
		patch: {
			file: "src/ledger/recovery.ts",
			replace: '\t\tfreezeFor("older");\n',
			by: "",
		},
		tests: ["test/ledger/recovery.test.ts"],
		chaos: false,
	},
	{
		// A Ledger that was set back cancels its waiting deletions.
		name: "cancelling what waited in a Ledger that was set back",
		patch: {
			file: "src/ledger/recovery.ts",
			replace: '\t\tif (kind === "older") for (const id of idsIn(sql, waitingIds)) cancelWaiting(id);\n',
			by: "",
		},
		tests: ["test/ledger/recovery.test.ts"],
		chaos: false,
	},
];
