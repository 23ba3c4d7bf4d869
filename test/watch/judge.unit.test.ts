import { describe, expect, it } from "vitest";
import type { Binding } from "../../src/deletion/address/binding.ts";
import { lagMs } from "../../src/deletion/limits.ts";
import { type Finding, judgeBinding, judgePrefix } from "../../src/watch/judge.ts";
import { type Lifetime, lastSeenMs, lifetimeOf } from "../../src/watch/lifetime.ts";
import type { Ours } from "../../src/watch/look.ts";
import type { WatchedPrefix } from "../../src/watch/slots.ts";
import { bindingOf, id } from "../deletion/world.ts";
import { nothingOurs } from "./a-watch.ts";

const shownMs = 1_000_000;
const prefixId = id("a0");
const one = bindingOf(id("b1"), "203.0.113.0/25");
const two = bindingOf(id("b2"), "203.0.113.128/25");
const prefix: WatchedPrefix = {
	prefixId,
	cidr: "203.0.113.0/24",
	isListed: true,
	fromStart: true,
	lookedMs: shownMs,
	failedMs: null,
};
const standing = [one, two].map((binding) => lifetimeOf(binding, prefixId, "first_look", shownMs));
const ours = (change: Partial<Ours>): Ours => ({ ...nothingOurs, ...change });

/** The rows after a series of looks. Each takes a second. */
function watched(lifetimes: readonly Lifetime[] = standing, before: Partial<WatchedPrefix> = {}) {
	const rows = new Map(lifetimes.map((row) => [`${row.bindingId} ${row.firstSeenMs}`, row]));
	const state = { prefix: { ...prefix, ...before }, findings: [] as Finding[], written: 0, own: nothingOurs };
	const keep = (judged: ReturnType<typeof judgePrefix>) => {
		for (const row of judged.lifetimes) rows.set(`${row.bindingId} ${row.firstSeenMs}`, row);
		Object.assign(state, { prefix: judged.prefix, findings: judged.findings, written: judged.lifetimes.length });
		return api;
	};
	const known = () => ({ prefix: state.prefix, lifetimes: [...rows.values()] });
	const api = {
		lists: (beginMs: number, seen: readonly Binding[] | null, endMs = beginMs + 1000) =>
			keep(judgePrefix(known(), { prefixId, beginMs, endMs, seen }, state.own)),
		/** As if many were missed, unless `speaksForAll` is false. */
		reads: (beginMs: number, bindingId: string, seen: Binding | "missing" | null, speaksForAll = true) =>
			keep(
				judgeBinding(known(), { prefixId, bindingId, beginMs, endMs: beginMs + 1000, seen }, state.own, speaksForAll),
			),
		with(own: Partial<Ours>) {
			state.own = ours(own);
			return api;
		},
		get kinds() {
			return state.findings.map(({ kind }) => kind);
		},
		get findings() {
			return state.findings;
		},
		get written() {
			return state.written;
		},
		get prefix() {
			return state.prefix;
		},
		row: (binding: Binding) =>
			[...rows.values()].findLast(({ bindingId }) => bindingId === binding.id) ?? expect.unreachable(),
		rows: () => [...rows.values()],
	};
	return api;
}

const missMs = shownMs + 600_000;
const againMs = missMs + lagMs + 1;
const getMs = againMs + 2000;

describe("a binding that is missed", () => {
	it("disappears after two misses more than the lag apart and a 404 to a read by its id", () => {
		const watch = watched().lists(missMs, [two]);
		expect([watch.kinds, watch.row(one).missedMs, watch.row(one).seenMs]).toEqual([[], missMs, shownMs]);
		watch.lists(againMs, [two]);
		expect([watch.kinds, watch.row(one).missedAgainMs]).toEqual([[], againMs]);
		watch.reads(getMs, one.id, "missing");
		const lost = {
			...standing[0],
			missedMs: missMs,
			missedAgainMs: againMs,
			closed: "disappeared",
			goneSinceMs: missMs,
			closedMs: getMs + 1000,
		};
		expect(watch.findings).toEqual([{ kind: "disappeared", lifetime: lost }]);
		expect(watch.row(two)).toEqual(standing[1]);
	});

	it.each([
		["exactly the lag", missMs + lagMs, null],
		["more than the lag", missMs + lagMs + 1, missMs + lagMs + 1],
	])("needs a second miss more than the lag after the first: %s", (_, beginMs, missedAgainMs) => {
		expect(watched().lists(missMs, [two]).lists(beginMs, [two]).row(one).missedAgainMs).toBe(missedAgainMs);
	});

	it("is not gone after a 404 alone", () => {
		const watch = watched()
			.lists(missMs, [two])
			.reads(missMs + 1000, one.id, "missing");
		expect([watch.kinds, watch.row(one).closed]).toEqual([[], null]);
	});

	it.each([
		["fails", null],
		["names a binding twice", [two, two]],
	])("is not missed by a list that %s", (_, seen) => {
		const watch = watched().lists(missMs, seen);
		expect([watch.written, watch.prefix.failedMs, watch.prefix.lookedMs]).toEqual([0, missMs + 1000, shownMs]);
		expect(watch.lists(againMs, [two]).row(one).missedMs).toBe(againMs);
		expect(watch.prefix.failedMs).toBeNull();
	});

	it("is reported as implausible when a list names a binding twice, also with and without dashes", () => {
		const dashed = { ...two, id: "b2000000-0000-0000-0000-000000000000" };
		const implausible = [{ kind: "implausible", why: "repeated_id", prefixId }];
		expect(watched().lists(missMs, [two, dashed]).findings).toEqual(implausible);
	});

	it("is not missed by a look that began before the last one ended", () => {
		const watch = watched().lists(shownMs - 1, [two]);
		expect([watch.written, watch.prefix.lookedMs]).toEqual([0, shownMs]);
		expect(watched().lists(shownMs, [two]).row(one).missedMs).toBe(shownMs);
	});

	it("is not missed by a list that was requested before unbind restored it", () => {
		const restored = lifetimeOf(one, prefixId, "restored", missMs + 500);
		expect(watched([restored]).lists(missMs, []).written).toBe(0);
		expect(
			watched([restored])
				.lists(missMs + 500, [])
				.row(one).missedMs,
		).toBe(missMs + 500);
	});

	it("is cleared by a list that shows it again", () => {
		const watch = watched()
			.lists(missMs, [two])
			.lists(missMs + 60_000, [one, two])
			.lists(againMs, [two]);
		expect(watch.row(one)).toMatchObject({ missedMs: againMs, missedAgainMs: null, seenMs: missMs + 61_000 });
	});

	it("is cleared by a read that shows it, which says nothing about the others", () => {
		const watch = watched().lists(missMs, []).lists(againMs, []).reads(getMs, one.id, one);
		expect(watch.kinds).toEqual([]);
		expect(watch.row(one)).toMatchObject({ missedMs: null, missedAgainMs: null, seenMs: getMs + 1000, closed: null });
		expect(watch.row(two)).toMatchObject({ missedAgainMs: againMs });
		expect(watch.reads(getMs + 2000, two.id, "missing").kinds).toEqual(["disappeared"]);
		expect(watch.row(one).closed).toBeNull();
	});

	it("stays missed when the read fails", () => {
		const watch = watched().lists(missMs, [two]).lists(againMs, [two]).reads(getMs, one.id, null);
		expect([watch.kinds, watch.written, watch.prefix.failedMs]).toEqual([[], 0, getMs + 1000]);
	});

	it("is lost together with the others that two looks missed, after one 404", () => {
		const watch = watched().lists(missMs, []).lists(againMs, []).reads(getMs, two.id, "missing");
		expect(watch.kinds).toEqual(["disappeared", "disappeared"]);
	});

	it("is not lost after another binding's 404 if few are missed", () => {
		const watch = watched().lists(missMs, []).lists(againMs, []).reads(getMs, two.id, "missing", false);
		expect(watch.findings).toMatchObject([{ kind: "disappeared", lifetime: { bindingId: two.id } }]);
		expect(watch.reads(getMs + 2000, one.id, one, false).kinds).toEqual([]);
		expect(watch.row(one)).toMatchObject({ closed: null, missedMs: null });
	});

	it("is not lost after another binding's 404 before it is missed twice itself", () => {
		const watch = watched().lists(missMs, [two]).lists(againMs, []).reads(getMs, one.id, "missing");
		expect(watch.findings).toMatchObject([{ kind: "disappeared", lifetime: { bindingId: one.id } }]);
		expect(watch.row(two).closed).toBeNull();
	});

	it("is not lost through a read that began before its second miss", () => {
		const watch = watched()
			.lists(missMs, [two])
			.lists(againMs, [two])
			.lists(againMs + 2000, [])
			.lists(againMs + 3000 + lagMs, []);
		expect(watch.reads(getMs, one.id, "missing").findings).toHaveLength(1);
		expect(watch.row(two).closed).toBeNull();
	});

	it("ignores a read about a binding that was seen again since", () => {
		const watch = watched()
			.lists(missMs, [])
			.lists(againMs, [])
			.lists(againMs + 1000, [one])
			.reads(againMs, one.id, "missing");
		expect([watch.kinds, watch.written]).toEqual([[], 0]);
	});
});

describe("a binding that unbind deleted or restored", () => {
	const missedTwice = () => watched().lists(missMs, [two]).lists(againMs, [two]);

	it("is left out while a record of it is open", () => {
		const watch = watched()
			.with({ open: new Set([one.id]) })
			.lists(missMs, [two]);
		expect([watch.written, watch.row(one).missedMs]).toEqual([0, null]);
	});

	it("is no longer missed when unbind begins to delete it", () => {
		const watch = missedTwice()
			.with({ open: new Set([one.id]) })
			.reads(getMs, one.id, "missing");
		expect(watch.kinds).toEqual([]);
		expect(watch.row(one)).toMatchObject({ closed: null, missedMs: null, missedAgainMs: null });
	});

	it("says nothing about other bindings by its 404", () => {
		const watch = watched().lists(missMs, []).lists(againMs, []);
		expect(watch.with({ deleted: new Map([[one.id, againMs]]) }).reads(getMs, one.id, "missing").kinds).toEqual([]);
		expect([watch.row(one).closed, watch.row(two).closed]).toEqual(["deleted", null]);
	});

	it("is closed without a loss at the time of unbind's deletion", () => {
		const watch = watched()
			.with({ deleted: new Map([[one.id, missMs - 7000]]) })
			.lists(missMs, [two]);
		expect(watch.kinds).toEqual([]);
		expect(watch.row(one)).toMatchObject({ closed: "deleted", goneSinceMs: missMs - 7000, closedMs: missMs + 1000 });
	});

	it("is recognised by an id with dashes", () => {
		const dashed = { ...one, id: "b1000000-0000-0000-0000-000000000000" };
		const watch = watched([lifetimeOf(dashed, prefixId, "first_look", shownMs)]);
		expect(watch.lists(missMs, [one]).written).toBe(0);
		expect(watch.with({ open: new Set([one.id]) }).lists(againMs, []).written).toBe(0);
	});

	it("is lost if it was seen long after unbind's deletion", () => {
		const deleted = new Map([[one.id, shownMs - lagMs]]);
		const watch = watched().with({ deleted }).lists(missMs, [two]);
		expect(watch.row(one)).toMatchObject({ closed: null, missedMs: missMs });
	});

	it.each([
		["a list that may lag behind our deletion", missMs + lagMs - 1, []],
		["a later list", missMs + lagMs, ["appeared"]],
	])("appears by %s only if the list cannot be out of date", (_, beginMs, kinds) => {
		const watch = watched([standing[1] ?? expect.unreachable()]).with({ deleted: new Map([[one.id, missMs]]) });
		expect(watch.lists(beginMs, [one, two]).kinds).toEqual(kinds);
	});

	it("appears as restored, and as active if it is", () => {
		const watch = watched([]).with({ restored: new Set([one.id]), restoring: new Set(["203.0.113.0/25"]) });
		expect(watch.lists(missMs, [one]).kinds).toEqual(["appeared", "active"]);
		expect(watch.row(one)).toMatchObject({ opened: "restored", activeMs: missMs + 1000 });
	});

	it("does not appear while a restoration at its CIDR is open", () => {
		const watch = watched([])
			.with({ restoring: new Set(["203.0.113.0/25"]) })
			.lists(missMs, [one, two]);
		expect(watch.findings).toMatchObject([{ kind: "appeared", lifetime: { bindingId: two.id } }]);
	});
});

describe("a binding that is listed", () => {
	it("writes nothing if nothing changed", () => {
		const watch = watched().lists(missMs, [one, two]);
		expect([watch.written, watch.kinds, watch.prefix.lookedMs]).toEqual([0, [], missMs + 1000]);
		expect(lastSeenMs(watch.row(one), watch.prefix)).toBe(missMs + 1000);
	});

	it("does not appear in the first look at a prefix that was there from the start", () => {
		const first = watched([], { lookedMs: null });
		expect(first.lists(missMs, [one]).kinds).toEqual([]);
		expect(first.row(one)).toMatchObject({ opened: "first_look", firstSeenMs: missMs + 1000, activeMs: null });
		expect(first.lists(againMs, [one, two]).kinds).toEqual(["appeared"]);
	});

	it("appears in the first look at a prefix that came later", () => {
		expect(watched([], { lookedMs: null, fromStart: false }).lists(missMs, [one]).kinds).toEqual(["appeared"]);
	});

	it("is left out if its id is not safe in a path", () => {
		expect(watched([]).lists(missMs, [{ ...one, id: ".." }]).written).toBe(0);
	});

	it("becomes active once", () => {
		const starting = { ...one, provisioningState: "provisioning" };
		const watch = watched([]).lists(missMs, [starting]);
		expect([watch.kinds, watch.row(one).activeMs]).toEqual([["appeared"], null]);
		expect(watch.lists(againMs, [one]).kinds).toEqual(["active"]);
		expect(watch.lists(getMs, [starting]).kinds).toEqual([]);
		expect(watch.row(one).provisioningState).toBe("provisioning");
		expect(watch.lists(getMs + 9000, [one]).kinds).toEqual([]);
		expect(watch.row(one).activeMs).toBe(againMs + 1000);
	});

	it("keeps its state when an answer leaves it out", () => {
		expect(watched().lists(missMs, [{ ...one, provisioningState: null }, two]).written).toBe(0);
	});

	it("closes one lifetime and opens another when its service changes", () => {
		const moved = { ...one, serviceId: id("5f"), serviceName: "Spectrum" };
		const watch = watched().lists(missMs, [moved, two]);
		const [finding] = watch.findings;
		expect(finding).toMatchObject({
			kind: "changed",
			before: { serviceName: "CDN", closed: "changed", goneSinceMs: missMs + 1000 },
			after: { serviceName: "Spectrum", opened: "changed", firstSeenMs: missMs + 1000, closed: null },
		});
		expect(watch.rows()).toHaveLength(3);
	});

	it.each([
		["a list that may still show the service before", { serviceId: id("5f") }, shownMs + lagMs - 1, []],
		["an answer without the service", { serviceId: null }, missMs, []],
		["a later list", { serviceId: id("5f") }, shownMs + lagMs, ["changed"]],
		["another CIDR", { cidr: "203.0.113.0/26" }, missMs, ["changed"]],
	])("changes only if it really did: %s", (_, change, beginMs, kinds) => {
		expect(watched().lists(beginMs, [{ ...one, ...change }, two]).kinds).toEqual(kinds);
	});

	it.each([
		["within the lag it is an old list", lagMs - 1, [], 2],
		["later it is back", lagMs, ["appeared"], 3],
	])("may come back after it was recorded as gone: %s", (_, laterMs, kinds, rows) => {
		const watch = watched().lists(missMs, [two]).lists(againMs, [two]).reads(getMs, one.id, "missing");
		expect(watch.lists(getMs + 1000 + laterMs, [one, two]).kinds).toEqual(kinds);
		expect(watch.rows()).toHaveLength(rows);
		if (rows === 3) expect(watch.row(one).opened).toBe("returned");
	});
});
