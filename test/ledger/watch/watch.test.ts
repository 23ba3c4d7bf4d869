// The watch's bad days: a credential without its right to list, a stop between two alarms, an account that grows, ten thousand
// bindings, and a long gap.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Ledger } from "../../../src/index.ts";
import { cdn25, cdn26, spectrum26 } from "../../doors/account.ts";
import { call, cloudflare, ledger } from "../../harness.ts";
import { endClock, minuteMs, pass, startClock } from "../../lifecycle/clock.ts";
import { goneElsewhere, losses, restarted, watch, watched } from "../../lifecycle/watching.ts";

beforeEach(startClock);
afterEach(endClock);

const status = async () => (await call("/status")).json;
const active = { provisioning: { state: "active" } };
const hex = (number: number, digits: number) => number.toString(16).padStart(digits, "0");

/** An account of that many prefixes, with that many bindings each. */
async function grow(prefixCount: number, each: number): Promise<void> {
	const state = await cloudflare.state();
	const service = { service_id: state.services[0]?.id ?? "", service_name: "CDN" };
	const prefixes = Array.from({ length: prefixCount }, (_, prefix) => ({
		...(state.prefixes[0] ?? expect.unreachable()),
		id: `b10d${hex(prefix, 28)}`,
		cidr: `10.${prefix >> 8}.${prefix & 255}.0/24`,
		bgp_prefixes: undefined,
		bindings: Array.from({ length: each }, (__, index) => ({
			id: `c01e${hex(prefix, 14)}${hex(index, 14)}`,
			cidr: `10.${prefix >> 8}.${prefix & 255}.${index}/32`,
			...service,
			...active,
		})),
	}));
	await cloudflare.put({ ...state, prefixes });
}

const listed = async () =>
	(await cloudflare.log()).flatMap(({ path }) => /prefixes\/(b10d\w+)\/bindings$/.exec(path)?.[1] ?? []);

/** Counts the rows of the watch's tables that are written from now on. */
const countWrites = () =>
	runInDurableObject<Ledger, { rows: number }>(ledger(), (_, { storage: { sql } }) => {
		const written = { rows: 0 };
		const exec = sql.exec.bind(sql);
		vi.spyOn(sql, "exec").mockImplementation((query: string, ...values: unknown[]) => {
			const cursor = exec(query, ...values);
			if (/\b(?:watch_slots|lifetimes)\b/.test(query)) written.rows += cursor.rowsWritten;
			return cursor as never;
		});
		return written;
	});

describe("a credential that may no longer list", () => {
	it("makes no loss, turns /status red and is logged; the watch goes on when it may again", async () => {
		const log = vi.spyOn(console, "error");
		await watch();
		await cloudflare.order({ method: "GET", path: "addressing", times: 300, fault: { kind: "reject", status: 403 } });
		await watched(40);
		expect(await losses()).toEqual([]);
		expect(await status()).toMatchObject({
			ok: false,
			problems: [{ code: "credential_rejected" }],
			credential: { rejected: true },
			watch: { missed: 0 },
		});
		expect((await call("/health", { token: null })).status).toBe(503);
		expect(log.mock.calls.flat().filter((line) => String(line).includes('"credential_rejected"'))).toHaveLength(1);
		await cloudflare.reset();
		await goneElsewhere(cdn25);
		await watched(15);
		expect(await status()).toMatchObject({ ok: true, credential: { rejected: false } });
		expect(await losses()).toMatchObject([{ binding_id: cdn25 }]);
	});
});

describe("a first look", () => {
	it("makes nothing appear, however many alarms it takes", async () => {
		await grow(45, 2);
		await watch();
		await watched(10);
		expect(await status()).toMatchObject({ watch: { prefixes: 45, bindings: 90 } });
		const until = new Date(Date.now()).toISOString();
		const { json } = await call(`/bindings/changes?since=2030-01-01T12:00:01Z&until=${until}`);
		expect(json.changes).toEqual([]);
	});
});

describe("a Ledger that is reset between two alarms of a sweep", () => {
	it("goes on where it was: nothing is looked at twice, and nothing left out", async () => {
		await grow(45, 1);
		await watch();
		await watched(12);
		await cloudflare.forgetLog();
		// A period is eight and a half minutes; its four alarms are two minutes apart.
		for (let stop = 0; stop < 4; stop++) {
			await watched(2);
			await restarted();
		}
		await watched(0.5);
		const seen = await listed();
		expect(new Set(seen).size).toBe(45);
		expect(seen.length).toBeLessThanOrEqual(45 + 20);
	});
});

describe("an account that grows past a quarter of the rate limit", () => {
	it("is looked at less often, and /status says how often", async () => {
		await watch();
		expect((await status()).watch).toMatchObject({ every_seconds: 600, interval_seconds: 600 });
		await grow(500, 0);
		const state = await cloudflare.state();
		await cloudflare.reset();
		const known = (await cloudflare.state()).prefixes;
		await cloudflare.put({ ...state, prefixes: [...known, ...state.prefixes] });
		await watched(9);
		const { every_seconds, interval_seconds } = (await status()).watch;
		expect([every_seconds, interval_seconds > 700, interval_seconds < 900]).toEqual([600, true, true]);
	});
});

describe("ten thousand bindings", () => {
	it("are looked at within the interval, and an unchanged sweep writes one row for each alarm's looks", async () => {
		await grow(100, 100);
		await watch();
		await watched(10);
		expect((await status()).watch).toMatchObject({ prefixes: 100, bindings: 10_000, interval_seconds: 600, missed: 0 });
		await cloudflare.forgetLog();
		const written = await countWrites();
		const startMs = performance.now();
		await watched(8.5);
		const calls = await cloudflare.calls();
		const sweepMs = performance.now() - startMs;
		// The list of prefixes and five slots, each in an alarm of its own.
		expect(written.rows).toBe(6);
		expect(calls.filter((one) => one === "GET prefixes")).toHaveLength(1);
		expect(calls.filter((one) => one === "GET bindings")).toHaveLength(100);
		expect(calls.filter((one) => one.includes("bgp")).length).toBeLessThanOrEqual(15);
		expect(sweepMs).toBeLessThan(20_000);
	}, 120_000);
});

describe("a gap of more than three intervals", () => {
	it("records what was lost meanwhile, and freezes nothing", async () => {
		await watch({ WATCH_MASS: 3 });
		await watched(10);
		await goneElsewhere(cdn25, cdn26, spectrum26);
		pass(45 * minuteMs);
		await watched(15);
		expect(await losses()).toHaveLength(3);
		expect((await call("/freeze")).json.frozen).toBe(false);
	});
});
