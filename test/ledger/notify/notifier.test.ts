// Many events at once: what machines and people get, what one destination may hold up, and what it costs.
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import type { Ledger } from "../../../src/index.ts";
import { createJournal } from "../../../src/ledger/journal.ts";
import { rowsAtMost, waitingAtMost } from "../../../src/ledger/limits.ts";
import type { Notifier } from "../../../src/ledger/notify/notifier.ts";
import type { Notifications, NotificationsQuery } from "../../../src/notify/delivery.ts";
import type { NotifyEvent } from "../../../src/notify/event.ts";
import { credentialRejected, frozen, lifted, massDeletion } from "../../../src/notify/other-events.ts";
import { ledger } from "../../harness.ts";
import { hook, slack } from "../../notify/receivers.ts";
import { noonMs, recordIn, restorationIn } from "../../notify/records.ts";
import { notifierOn } from "./a-notifier.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await reset();
});

interface Given {
	sql: SqlStorage;
	notifier: Notifier;
	notifierOf(NOTIFY: object): Notifier;
	clock: { ms: number };
	/** The hosts that were called. */
	calls: string[];
	/** Rows written by SQL since the last time. */
	written(): number;
	/** The same for rows read. */
	read(): number;
	status: number;
}

const withNotifier = (NOTIFY: object, test: (given: Given) => Promise<void>): Promise<void> =>
	runInDurableObject<Ledger, void>(ledger(), async (_, { storage: { sql: real } }) => {
		let rows = 0;
		let readRows = 0;
		const sql = new Proxy(real, {
			get: (target, name) =>
				name === "exec"
					? (query: string, ...values: unknown[]) => {
							const cursor = Reflect.apply(target.exec, target, [query, ...values]);
							rows += cursor.rowsWritten;
							const all = cursor.toArray();
							readRows += cursor.rowsRead;
							return { toArray: () => all, one: () => all[0], rowsWritten: cursor.rowsWritten };
						}
					: Reflect.get(target, name),
		});
		const clock = { ms: noonMs };
		const calls: string[] = [];
		let present: Notifier | null = null;
		const given: Given = {
			sql,
			clock,
			calls,
			status: 200,
			written() {
				const count = rows;
				rows = 0;
				return count;
			},
			read() {
				const count = readRows;
				readRows = 0;
				return count;
			},
			notifierOf: (destinations) =>
				notifierOn(sql, destinations, {
					async post({ url }) {
						calls.push(new URL(url).hostname.split(".")[0] ?? "");
						return { status: given.status, headers: new Headers(), text: "ok" };
					},
					now: () => clock.ms,
				}),
			get notifier() {
				present ??= given.notifierOf(NOTIFY);
				return present;
			},
		};
		await test(given);
	});

/** A restored record of its own. */
const restored = (index: number, { notifier }: Given) => {
	const id = `0${String(index).padStart(25, "0")}`;
	const before = { ...recordIn("deleted", restorationIn("restoring")), id };
	notifier.recordChanged?.(before, { ...before, ...recordIn("restored", restorationIn("restored")), id }, index);
};

/** As the alarm does, until nothing is due within a day. */
async function sendAll({ notifier, clock }: Given): Promise<void> {
	for (let nextMs = notifier.nextMs(); nextMs !== null; nextMs = notifier.nextMs()) {
		clock.ms = Math.max(clock.ms + 1000, nextMs);
		await notifier.sendDue(40);
	}
}

const count = (calls: readonly string[], host: string) => calls.filter((one) => one === host).length;
const both = { people: slack(), machine: hook("machine") };

describe("1,100 restorations at once", () => {
	it("are one message to people and 1,100 to machines, and every delivery says what became of it", () =>
		withNotifier(both, async (given) => {
			for (let index = 0; index < 1100; index++) restored(index, given);
			await sendAll(given);
			expect([count(given.calls, "slack"), count(given.calls, "machine")]).toEqual([1, 1100]);
			const { sql } = given;
			const query = "SELECT destination, state, count(*) AS count FROM deliveries GROUP BY destination, state";
			expect(sql.exec(query).toArray()).toEqual([
				{ destination: "machine", state: "delivered", count: 1100 },
				{ destination: "people", state: "delivered", count: 1 },
				{ destination: "people", state: "folded", count: 1100 },
			]);
			const into = sql.exec<{ id: string }>("SELECT DISTINCT folded_into AS id FROM deliveries WHERE state = 'folded'");
			const [digest] = into.toArray();
			const told = given.notifier.deliveries.shown(digest?.id ?? "");
			expect(told?.event.summary).toMatch(/^1100 bindings were restored: 203\.0\.113\.128\/25, /);
		}));

	it("are a few messages to people if they come one after the other", () =>
		withNotifier({ people: slack() }, async (given) => {
			for (let index = 0; index < 1100; index++) {
				restored(index, given);
				given.clock.ms += 350;
				await given.notifier.sendDue(40);
			}
			await sendAll(given);
			const minutes = (1100 * 350) / 60_000;
			expect(given.calls.length).toBeLessThanOrEqual(5 + Math.ceil(minutes) + 1);
			expect(given.calls.length).toBeGreaterThan(5);
		}));
});

describe("someone who freezes and lifts all day, and a Cloudflare that rejects the credential now and then", () => {
	const by = { name: "mallory", door: "api" } as const;
	const freeze = { reason: "again", by, since: "2030-01-01T12:00:00.000Z", until: null };

	it.each<[string, (seq: number, ms: number) => NotifyEvent[], RegExp]>([
		["freezes", (seq, ms) => [frozen(freeze, seq, ms), lifted(freeze, by, seq, ms)], /\d+ freezes were set: again/],
		[
			"rejections",
			(_, ms) => [credentialRejected("read", ms)],
			/\d+ rejections of unbind's credential by Cloudflare: 2030/,
		],
	])("get people a few messages about their %s, and machines all", (_, eventsAt, words) =>
		withNotifier(both, async (given) => {
			const { notifier, clock, calls, sql } = given;
			const types = eventsAt(0, 0).length;
			for (let seq = 1; seq <= 300; seq++) {
				clock.ms += 1000;
				notifier.announce(eventsAt(seq, clock.ms));
				await notifier.sendDue(40);
			}
			await sendAll(given);
			expect(count(calls, "machine")).toBe(300 * types);
			// Five at once, and one a minute after that.
			expect(count(calls, "slack")).toBeLessThanOrEqual(types * (5 + 6));
			const query = "SELECT group_concat(json_extract(event, '$.summary')) AS all_words FROM deliveries";
			expect(String(sql.exec(query).one().all_words)).toMatch(words);
		}),
	);
});

describe("a record that no event can be made of", () => {
	it("is stored all the same", () =>
		withNotifier(both, async ({ notifier }) => {
			const log = vi.spyOn(console, "error").mockReturnValue();
			const { failure: _, ...fromAnotherRelease } = recordIn("deleted");
			notifier.recordChanged?.(recordIn("deleting"), fromAnotherRelease as Deletion, 1);
			expect(log.mock.calls.flat().join()).toContain("announcement_failed");
		}));
});

describe("a delivery that can't be parsed", () => {
	it("is given up, and holds up no other", () =>
		withNotifier({ machine: hook("machine") }, async (given) => {
			for (const index of [1, 2]) restored(index, given);
			const [{ id } = { id: "" }] = given.sql.exec<{ id: string }>("SELECT id FROM deliveries").toArray();
			given.sql.exec("UPDATE deliveries SET event = '{' WHERE id = ?", id);
			given.clock.ms += 1000;
			await given.notifier.sendDue(40);
			expect(given.calls).toEqual(["machine"]);
			const { value: page } = {
				value: given.notifier.list({ destination: null, state: null, afterId: null, atMost: 10 }),
			};
			const states = page.deliveries.map((one) => [one.id === id, one.state]).toSorted();
			expect(states).toEqual([
				[false, "delivered"],
				[true, "undelivered"],
			]);
		}));
});

describe("a failure of the Ledger's own", () => {
	it("does not wake the alarm again at once", () =>
		withNotifier({ machine: hook("machine") }, async (given) => {
			const log = vi.spyOn(console, "error").mockReturnValue();
			restored(1, given);
			given.sql.exec("CREATE TRIGGER broken BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'no'); END");
			given.clock.ms += 1000;
			await given.notifier.sendDue(40);
			expect(log.mock.calls.flat().join()).toContain("notifying_failed");
			expect((given.notifier.nextMs() ?? 0) - given.clock.ms).toBe(60_000);
		}));
});

describe("a destination that is dead", () => {
	it("holds up a bounded number, and what had to go is counted", () =>
		withNotifier({ machine: hook("machine") }, async (given) => {
			vi.spyOn(console, "warn").mockImplementation(() => {});
			given.status = 500;
			for (let index = 0; index < waitingAtMost + 300; index++) restored(index, given);
			await given.notifier.sendDue(40);
			expect(given.notifier.destinations.facts()).toMatchObject([
				{ name: "machine", waiting: waitingAtMost, dropped: 300 },
			]);
			expect(given.calls).toEqual(["machine"]);
		}));

	it("keeps the message about a mass deletion, whatever comes after it", () =>
		withNotifier({ machine: hook("machine") }, async (given) => {
			vi.spyOn(console, "warn").mockImplementation(() => {});
			given.status = 500;
			given.notifier.announce([massDeletion(noonMs, [], true, noonMs)]);
			for (let index = 0; index < waitingAtMost + 300; index++) restored(index, given);
			await given.notifier.sendDue(40);
			const query = "SELECT type FROM deliveries WHERE type = 'watch.mass_deletion'";
			expect(given.sql.exec(query).toArray()).toHaveLength(1);
		}));

	it("costs an alarm and a reader of how it is doing few rows, whatever it holds up", () =>
		withNotifier({ machine: hook("machine") }, async (given) => {
			given.status = 500;
			for (let index = 0; index < 1000; index++) restored(index, given);
			expect(given.notifier.destinations.facts()).toMatchObject([{ waiting: 1000 }]);
			given.read();
			given.notifier.nextMs();
			expect(given.notifier.destinations.facts()).toMatchObject([{ waiting: 1000 }]);
			expect(given.read()).toBeLessThan(5);
		}));
});

describe("a list with a filter that few match", () => {
	const made = 3500;
	/** Every thousandth is for "rare". The last two have a state of their own. */
	const fill = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${made - 1})
		INSERT INTO deliveries (id, event_id, type, destination, address, state, made_at, attempts, event)
		SELECT printf('%020d', i), 'e', 'test', iif(i % 1000 = 999, 'rare', 'machine'), 'a',
			CASE i WHEN ${made - 2} THEN 'undelivered' WHEN ${made - 1} THEN 'skipped' ELSE 'delivered' END, 0, 1, '{}' FROM n`;
	const none = { destination: null, state: null, afterId: null, atMost: 50 };

	it.each<[string, Partial<NotificationsQuery>, number[], number]>([
		["a destination", { destination: "rare" }, [999, 1999, 2999], 4],
		["a state", { state: "skipped" }, [made - 1], 4],
		["both", { destination: "rare", state: "held" }, [], 4],
		["undelivered", { state: "undelivered" }, [made - 2], 1],
		["undelivered to one destination", { destination: "MACHINE", state: "undelivered" }, [made - 2], 1],
		["one per page", { destination: "rare", atMost: 1 }, [999, 1999, 2999], 4],
	])("reads a bounded number of rows for each page, and misses none (%s)", (_, wish, indexes, pages) =>
		withNotifier({ machine: hook("machine") }, async ({ notifierOf, sql, read }) => {
			sql.exec(fill);
			const notifier = notifierOf({ machine: hook("machine") });
			notifier.list(none);
			const ids: string[] = [];
			let count = 0;
			let afterId: string | null = null;
			do {
				read();
				const page: Notifications = notifier.list({ ...none, ...wish, afterId });
				expect(read()).toBeLessThanOrEqual(2 * rowsAtMost + 2);
				ids.push(...page.deliveries.map(({ id }) => id));
				afterId = page.next;
				count++;
			} while (afterId !== null);
			expect(ids).toEqual(indexes.map((index) => String(index).padStart(20, "0")));
			expect(count).toBe(pages);
		}),
	);
});

describe("a deletion", () => {
	it("costs a row and its index entry for each destination, and no call", () =>
		withNotifier({}, async ({ sql, written, calls, notifierOf }) => {
			const costWith = (NOTIFY: object, id: string): number => {
				const onChanged = notifierOf(NOTIFY).recordChanged;
				const journal = createJournal(sql, { now: () => noonMs, onDue() {}, onSettled() {}, onChanged });
				journal.version();
				written();
				journal.storeSettled({ ...recordIn("deleted"), id });
				return written();
			};
			costWith({}, "first");
			const none = costWith({}, "none");
			expect(costWith({ a: hook("a") }, "one") - none).toBe(2);
			expect(costWith({ a: hook("a"), b: hook("b"), c: hook("c") }, "three") - none).toBe(6);
			expect(calls).toEqual([]);
		}));

	it("costs two rows more when it is delivered", () =>
		withNotifier({ a: hook("a") }, async (given) => {
			restored(1, given);
			await sendAll(given);
			restored(2, given);
			given.written();
			await sendAll(given);
			expect([given.calls.length, given.written()]).toEqual([2, 2]);
		}));
});
