// What is written down of the watch's findings.
import { describe, expect, it, vi } from "vitest";
import { freezeInForce, noteHistory, setFreeze } from "../../../src/ledger/freezes.ts";
import { massDeletions } from "../../../src/ledger/watch/mass-deletions.ts";
import { createWatchRecords } from "../../../src/ledger/watch/records.ts";
import type { NotifyEvent } from "../../../src/notify/event.ts";
import { lifetimeOf } from "../../../src/watch/lifetime.ts";
import { bindingOf, id } from "../../deletion/world.ts";
import { binding, restorationIn } from "../../notify/records.ts";
import { journalOf, madeRecord, noonMs, sqlOf } from "../a-storage.ts";

const accountId = id("acc");
const prefix = {
	prefixId: id("f1"),
	cidr: "203.0.113.0/24",
	isListed: true,
	fromStart: true,
	lookedMs: 0,
	failedMs: null,
};
const seen = (mark: string, cidr: string) =>
	lifetimeOf(bindingOf(id(mark), cidr), prefix.prefixId, "appeared", noonMs - 9000);

function recordsOn(freezes = true) {
	const sql = sqlOf();
	noteHistory(sql, "read");
	const journal = journalOf(sql);
	const events: NotifyEvent[] = [];
	const judged: ReadonlyMap<string, string>[] = [];
	const ports = { accountId, journal, now: () => noonMs, randomBytes: (count: number) => new Uint8Array(count) };
	const records = createWatchRecords(sql, ports, freezes, {
		announce: (some) => void events.push(...some),
		lossesJudged: (massOf) => void judged.push(massOf),
	});
	return { sql, journal, records, judged, types: () => events.map(({ type }) => type) };
}

describe("a finding", () => {
	it("that a binding disappeared is a record with its snapshot and the effect on what is left", () => {
		const { sql, journal, records } = recordsOn();
		vi.spyOn(console, "warn").mockImplementation(() => {});
		const [lost, left] = [seen("a1", "203.0.113.0/26"), seen("a2", "203.0.113.0/24")];
		records.keepFinding({ kind: "disappeared", lifetime: lost }, [left], prefix);
		const [row] = sql.exec<{ id: string }>("SELECT id FROM deletions").toArray();
		expect(journal.get(row?.id ?? "")).toMatchObject({
			state: "deleted_elsewhere",
			binding: { id: lost.bindingId, account_id: accountId, cidr: "203.0.113.0/26" },
			effect: { falls_back_to: { cidr: "203.0.113.0/24" } },
		});
	});

	it("that a restored binding is active is a time on its record, once", () => {
		const { journal, records } = recordsOn();
		const { id: recordId } = journal.keep(madeRecord({ state: "restored", ...restorationIn("restored") }));
		const lifetime = { ...seen("a1", binding.cidr), bindingId: "d1".repeat(16), activeMs: noonMs + 60_000 };
		records.keepFinding({ kind: "active", lifetime }, [], prefix);
		records.keepFinding({ kind: "active", lifetime: { ...lifetime, activeMs: noonMs + 90_000 } }, [], prefix);
		expect(journal.get(recordId)?.restoration?.active_at).toBe("2030-01-01T12:01:00.000Z");
	});

	it("that something appeared or changed is an event, unless unbind restored it", () => {
		const { records, types } = recordsOn();
		const lifetime = seen("a1", "203.0.113.0/26");
		records.keepFinding({ kind: "appeared", lifetime }, [], prefix);
		records.keepFinding({ kind: "appeared", lifetime: { ...lifetime, opened: "restored" } }, [], prefix);
		records.keepFinding({ kind: "changed", before: lifetime, after: lifetime }, [], prefix);
		expect(types()).toEqual(["watch.appeared", "watch.changed"]);
	});
});

describe("a mass event", () => {
	const losses = ["a1", "a2", "a3", "a4"].map((mark) => ({
		...seen(mark, `203.0.113.${mark.slice(1)}/32`),
		massMs: noonMs,
	}));
	const mass = { events: [{ startMs: noonMs, freezes: true }], lifetimes: losses };

	it("freezes deletions with the first of its losses, and its growth does not", () => {
		const { sql, records, types, judged } = recordsOn();
		vi.spyOn(console, "error").mockImplementation(() => {});
		records.keepMasses(mass);
		expect(freezeInForce(sql, noonMs)?.reason).toBe(
			"4 bindings disappeared without unbind: 203.0.113.1/32, 203.0.113.2/32, 203.0.113.3/32 and 1 more.",
		);
		records.keepMasses({ events: [], lifetimes: losses });
		expect(types()).toEqual(["watch.mass_deletion", "freeze.on"]);
		expect(judged.map(({ size }) => size)).toEqual([4, 4]);
	});

	it.each<[string, boolean, boolean]>([
		["if WATCH_FREEZE is off", false, true],
		["if its losses are not recent", true, false],
	])("freezes nothing %s", (_, freezes, isRecent) => {
		const { sql, records } = recordsOn(freezes);
		vi.spyOn(console, "error").mockImplementation(() => {});
		records.keepMasses({ ...mass, events: [{ startMs: noonMs, freezes: isRecent }] });
		expect([freezeInForce(sql, noonMs), massDeletions(sql, noonMs)[0]?.froze]).toEqual([null, false]);
	});

	it("leaves a freeze in force alone", () => {
		const { sql, records } = recordsOn();
		vi.spyOn(console, "error").mockImplementation(() => {});
		const by = { name: "alice", door: "api" as const };
		const freeze = { reason: "mine", by, since: "2030-01-01T11:00:00.000Z", until: null };
		setFreeze(sql, freeze, by, noonMs, () => {});
		records.keepMasses(mass);
		expect(freezeInForce(sql, noonMs)?.reason).toBe("mine");
	});
});
