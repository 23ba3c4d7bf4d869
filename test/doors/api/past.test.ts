// GET /bindings?at= and GET /bindings/changes: the account as the watch saw it, with the real Ledger.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import type { Ledger } from "../../../src/index.ts";
import { keepLifetimes } from "../../../src/ledger/watch/lifetimes.ts";
import { lifetimeOf } from "../../../src/watch/lifetime.ts";
import { call, cloudflare, ledger } from "../../harness.ts";
import { dayMs, endClock, hourMs, inMs, minuteMs, pass, startClock } from "../../lifecycle/clock.ts";
import { deleted, others, remove, restore } from "../../lifecycle/people.ts";
import { goneElsewhere, watch, watched } from "../../lifecycle/watching.ts";
import { cdn25, cdn26, magicTransit24, prefixes, services, shop24 } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

beforeEach(startClock);
afterEach(endClock);

const text = encodeURIComponent;
const now = () => inMs(0);
const bindingsAt = async (at: string, query = "") => (await call(`/bindings?at=${text(at)}${query}`)).json;
const idsOf = (answer: { prefixes: { bindings: { id: string }[] }[] }) =>
	answer.prefixes.flatMap(({ bindings }) => bindings.map(({ id }) => id)).toSorted();
const changes = async (query = "") => (await call(`/bindings/changes${query}`)).json;
/** Each as `disappeared CIDR by`. */
const shortened = (answer: { changes: { change: string; cidr: string; by: string }[] }) =>
	answer.changes.map(({ change, cidr, by }) => `${change} ${cidr} ${by}`);

describe("GET /bindings?at=", () => {
	it("shows the account as it was, in the shape of the account now", async () => {
		await watch();
		const live = (await call("/bindings")).json;
		const before = now();
		const lostAfterMs = Date.now();
		await goneElsewhere(cdn25);
		await watched(14);
		const there = await bindingsAt(before);
		expect(idsOf(there)).toEqual(idsOf(live));
		expect(there).toMatchObject({ at: before, watched_since: expect.any(String), looked_since: expect.any(String) });
		const [amsterdam] = there.prefixes.filter(({ id }: { id: string }) => id === prefixes.amsterdam);
		expect(amsterdam).toMatchObject({ cidr: "203.0.113.0/24", description: null, asn: null, advertised: null });
		const lost = amsterdam.bindings.find(({ id }: { id: string }) => id === cdn25);
		const sameLive = live.prefixes[0].bindings.find(({ id }: { id: string }) => id === cdn25);
		expect(lost).toEqual({ ...sameLive, first_seen_at: expect.any(String), gone_at: expect.any(String) });
		expect(Date.parse(lost.gone_at)).toBeGreaterThan(lostAfterMs);
		const later = await bindingsAt(now());
		expect(idsOf(later)).toEqual(idsOf(live).filter((id) => id !== cdn25));
		expect(idsOf(await bindingsAt(lost.gone_at))).not.toContain(cdn25);
		expect(idsOf(await bindingsAt(new Date(Date.parse(lost.gone_at) - 1).toISOString()))).toContain(cdn25);
	});

	it("lists a prefix whose bindings are all gone now", async () => {
		await watch();
		const before = now();
		await goneElsewhere(shop24);
		await watched(14);
		const ids = (answer: { prefixes: { id: string }[] }) => answer.prefixes.map(({ id }) => id);
		expect(ids(await bindingsAt(before))).toContain(prefixes.shop);
		expect(ids(await bindingsAt(now()))).not.toContain(prefixes.shop);
	});

	it("lists a prefix that has left the account, without its CIDR", async () => {
		await watch();
		const before = now();
		const { prefixes: all, ...rest } = await cloudflare.state();
		await cloudflare.put({ ...rest, prefixes: all.filter(({ id }) => id !== prefixes.shop) });
		await watched(40);
		const [shop] = (await bindingsAt(before)).prefixes.filter(({ id }: { id: string }) => id === prefixes.shop);
		expect(shop).toMatchObject({ cidr: "", bindings: [{ id: shop24, cidr: "198.51.100.0/24" }] });
	});

	it("shows only what covered an address then", async () => {
		await watch();
		const before = now();
		await goneElsewhere(cdn26);
		await watched(14);
		expect(idsOf(await bindingsAt(before, "&covering=203.0.113.7"))).toEqual([magicTransit24, cdn26].toSorted());
		expect(idsOf(await bindingsAt(now(), "&covering=203.0.113.7"))).toEqual([magicTransit24]);
		expect((await bindingsAt(before, "&covering=192.0.2.1")).prefixes).toEqual([]);
	});

	it("refuses a time before the watch began, and names watched_since", async () => {
		await watch();
		const { watched_since } = await bindingsAt(now());
		const early = new Date(Date.parse(watched_since) - 1).toISOString();
		const answer = await call(`/bindings?at=${text(early)}`);
		expectProblem(answer, {
			status: 400,
			code: "invalid_request",
			title: "The request is malformed",
			detail: `The parameter "at" is earlier than ${watched_since} (watched_since). unbind has no data from before then.`,
			watched_since,
		});
	});

	it("refuses a time whose losses are no longer kept", async () => {
		await watch({ HISTORY_RETENTION_DAYS: 30 });
		const begin = now();
		pass(31 * dayMs);
		const answer = await call(`/bindings?at=${text(begin)}`);
		expect([answer.status, answer.json.watched_since]).toEqual([400, inMs(-30 * dayMs)]);
		expect((await call(`/bindings?at=${text(inMs(-30 * dayMs))}`)).status).toBe(200);
	});

	it("refuses the future, a time without its zone, and a day", async () => {
		await watch();
		const detail = 'The parameter "at" is in the future.';
		expect((await call(`/bindings?at=${text(inMs(1))}`)).json).toMatchObject({ code: "invalid_request", detail });
		for (const at of ["2030-01-01T12:00:00", "2030-01-01", "", "yesterday"])
			expect((await call(`/bindings?at=${text(at)}`)).json.code).toBe("invalid_request");
	});

	it("says that the watch is off if it never looked, and still shows what it saw before it was turned off", async () => {
		const off = await call(`/bindings?at=${text(now())}`);
		expect(off.status).toBe(409);
		expect(off.json).toMatchObject({ code: "conflict", detail: expect.stringContaining("Set WATCH_MINUTES") });
		expect((await call("/bindings/changes")).status).toBe(409);
		await watch();
		const before = now();
		await watch({ WATCH_MINUTES: 0 });
		const there = await bindingsAt(before);
		expect(idsOf(there)).toContain(cdn25);
		expect(Date.parse(there.looked_since)).toBeLessThanOrEqual(Date.parse(before));
	});

	it("asks Cloudflare nothing", async () => {
		await watch();
		await cloudflare.forgetLog();
		await call(`/bindings?at=${text(now())}`);
		await call("/bindings/changes");
		expect(await cloudflare.calls()).toEqual([]);
	});
});

describe("GET /bindings/changes", () => {
	it("says who made each change, with its record", async () => {
		await watch();
		await watched(3);
		const ours = await deleted("203.0.113.128/25");
		await watched(12);
		await goneElsewhere(cdn26);
		await watched(14);
		await restore(ours);
		await others(prefixes.shop, (all) =>
			all.map((one) => ({ ...one, service_id: services.Spectrum, service_name: "Spectrum" })),
		);
		await others(prefixes.v6, (all) => [
			...all,
			...all.slice(0, 1).map((one) => ({ ...one, id: "ab".padEnd(32, "0"), cidr: "2001:db8:100:3::/64" })),
		]);
		await watched(12);
		const answer = await changes();
		expect(shortened(answer).slice(0, 2)).toEqual([
			"disappeared 203.0.113.128/25 unbind",
			"disappeared 203.0.113.0/26 elsewhere",
		]);
		expect(shortened(answer).slice(2).toSorted()).toEqual([
			"appeared 2001:db8:100:3::/64 elsewhere",
			"appeared 203.0.113.128/25 unbind",
			"changed 198.51.100.0/24 elsewhere",
		]);
		const times = answer.changes.map(({ at }: { at: string }) => at);
		expect(times).toEqual(times.toSorted());
		const of = (change: string, cidr: string) =>
			answer.changes.find((one: { change: string; cidr: string }) => one.change === change && one.cidr === cidr);
		expect(of("disappeared", "203.0.113.128/25")).toEqual({
			at: (await call(`/deletions/${ours}`)).json.settled_at,
			change: "disappeared",
			cidr: "203.0.113.128/25",
			binding_id: cdn25,
			prefix_id: prefixes.amsterdam,
			service_id: services.CDN,
			service_name: "CDN",
			cidr_before: null,
			service_id_before: null,
			service_name_before: null,
			by: "unbind",
			deletion_id: ours,
		});
		const lossId = of("disappeared", "203.0.113.0/26").deletion_id;
		const loss = await runInDurableObject<Ledger, Deletion | null>(ledger(), (object) => object.record(lossId));
		expect([loss?.state, loss?.binding?.id]).toEqual(["deleted_elsewhere", cdn26]);
		expect(of("appeared", "203.0.113.128/25")).toMatchObject({ deletion_id: ours });
		expect(of("changed", "198.51.100.0/24")).toMatchObject({
			service_name: "Spectrum",
			service_name_before: "CDN",
			cidr_before: "198.51.100.0/24",
			deletion_id: null,
		});
		expect(of("appeared", "2001:db8:100:3::/64")).toMatchObject({ service_name_before: null, deletion_id: null });
		const shop = await changes(`?prefix=${prefixes.shop}`);
		expect(shortened(shop)).toEqual(["changed 198.51.100.0/24 elsewhere"]);
	});

	it("counts what unbind found already gone as someone else's doing", async () => {
		await watch();
		await cloudflare.order({ method: "DELETE", fault: { kind: "reject", status: 404, effect: true } });
		const { json } = await remove("203.0.113.64/26");
		expect(json.state).toBe("already_gone");
		await watched(14);
		const { changes: rows } = await changes();
		expect(rows).toMatchObject([{ change: "disappeared", by: "elsewhere", deletion_id: json.id }]);
	});

	it("leaves the record out once it has left the ledger", async () => {
		await watch();
		await deleted("203.0.113.128/25");
		await goneElsewhere(cdn26);
		await watched(14);
		await runInDurableObject<Ledger, unknown>(ledger(), (_, { storage: { sql } }) => sql.exec("DELETE FROM deletions"));
		const { changes: rows } = await changes();
		expect(rows.map(({ by, deletion_id }: { by: string; deletion_id: null }) => [by, deletion_id])).toEqual([
			["unbind", null],
			["elsewhere", null],
		]);
	});

	it("covers the last day by default, as far as it is known, and refuses to begin before that", async () => {
		await watch();
		const young = await changes();
		expect([young.since, young.until]).toEqual([young.watched_since, now()]);
		const early = await call(`/bindings/changes?since=${text(inMs(-hourMs))}`);
		expect([early.status, early.json.watched_since]).toEqual([400, young.watched_since]);
		await goneElsewhere(cdn25);
		await watched(14);
		const [{ at }] = (await changes()).changes;
		pass(30 * hourMs);
		const older = await changes();
		expect([older.since, older.changes]).toEqual([inMs(-dayMs), []]);
		expect((await changes(`?since=${text(young.watched_since)}&until=${text(at)}`)).changes).toHaveLength(1);
		expect((await changes(`?since=${text(at)}`)).changes).toEqual([]);
		expect((await changes(`?since=${text(young.watched_since)}&until=${text(inMs(dayMs))}`)).until).toBe(now());
	});

	it.each([
		["a later since", "?since=2030-01-02&until=2030-01-01", '"since" is later than "until"'],
		["a prefix's CIDR", "?prefix=203.0.113.0/24", "32 hex digits"],
		["another list's cursor", "?cursor=abc", "did not come from this list"],
		["an unknown parameter", "?from=2030-01-01", "Unknown parameter"],
	])("refuses %s", async (_, query, says) => {
		await watch();
		const { status, json } = await call(`/bindings/changes${query}`);
		expect([status, json.code, json.detail]).toEqual([400, "invalid_request", expect.stringContaining(says)]);
	});

	describe("many changes", () => {
		const count = 2500;
		beforeEach(async () => {
			await watch();
			await watched(1);
			const binding = {
				cidr: "192.0.2.0/24",
				range: null,
				serviceId: null,
				serviceName: "=CDN",
				provisioningState: null,
			};
			const lifetimes = Array.from({ length: count }, (_, index) =>
				lifetimeOf({ ...binding, id: String(index).padStart(32, "0") }, prefixes.shop, "appeared", Date.now()),
			);
			await runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => keepLifetimes(sql, lifetimes));
		});

		it("are spread over pages, each change once", async () => {
			const ids: string[] = [];
			let path: string | undefined = "/bindings/changes";
			const sizes: number[] = [];
			while (path !== undefined) {
				const { headers, json } = await call(path);
				ids.push(...json.changes.map(({ binding_id }: { binding_id: string }) => binding_id));
				sizes.push(json.changes.length);
				path = /^<(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
				expect(path === undefined).toBe(json.next === null);
				pass(minuteMs);
			}
			expect(sizes).toEqual([1000, 1000, 500]);
			expect(new Set(ids).size).toBe(count);
		});

		it("are one file as NDJSON or CSV, with no cell that a spreadsheet runs", async () => {
			const file = async (accept: string) => {
				const { headers, text } = await call("/bindings/changes", { headers: { accept } });
				return { type: headers.get("content-type"), lines: text.trimEnd().split(/\r?\n/) };
			};
			const { type, lines } = await file("application/x-ndjson");
			expect([type, lines.length]).toEqual(["application/x-ndjson", count]);
			const [first] = (await changes()).changes;
			expect(JSON.parse(lines[0] ?? "")).toEqual(first);
			const csv = await file("text/csv");
			expect([csv.type, csv.lines.length]).toEqual(["text/csv; charset=utf-8; header=present", count + 1]);
			expect(csv.lines[0]).toBe(Object.keys(first).join(","));
			expect(csv.lines[1]).toBe(
				`${first.at},appeared,192.0.2.0/24,${first.binding_id},${prefixes.shop},,'=CDN,,,,elsewhere,`,
			);
		});
	});

	it("refuses a caller whose reads pile up in the ledger", async () => {
		await watch();
		const query = { at: [], changes: null, changedOnly: false, caller: "ci" };
		const answers = await Promise.all(Array.from({ length: 60 }, () => ledger().past(query)));
		expect(answers.filter((one) => one === null).length).toBeGreaterThan(0);
		expect(answers.filter((one) => one !== null).length).toBeGreaterThan(30);
	});
});

it("both routes need the scope read", async () => {
	for (const path of [`/bindings?at=${text(now())}`, "/bindings/changes"])
		expect((await call(path, { token: null })).status).toBe(401);
});
