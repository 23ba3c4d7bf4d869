// The Ledger's own count of outcomes, and its current state at a glance.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../src/config.ts";
import type { Overview } from "../../src/deletion/ledger-api.ts";
import { accountId } from "../doors/account.ts";
import { call, LEDGER } from "../harness.ts";
import { dayMs, endClock, inMs, noon, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { decide, freeze, lift, remove, restore } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

// The full RPC type of the stub is too deep for the compiler.
const ledger = () => (LEDGER as unknown as Env["LEDGER"]).getByName(accountId);
const everything = { afterId: "", bindingId: null, prefixId: null, unless: null };
async function glance(unless: string | null = null, sinceDay = "2029-12-01"): Promise<Overview> {
	const overview = await ledger().overview({ ...everything, unless }, sinceDay);
	if (overview === null) throw new Error("too many reads are waiting");
	return overview;
}
const today = new Date(noon).toISOString().slice(0, 10);
const outcomes = async () => Object.fromEntries((await glance()).outcomes.map(({ state, count }) => [state, count]));

describe("outcomes", () => {
	it("are counted by the day of the request", async () => {
		await remove("203.0.113.128/25");
		await remove("203.0.113.0/26");
		await remove("198.51.100.0/24");
		await remove("192.0.2.0/24");
		expect((await glance()).outcomes).toEqual([
			{ day: today, state: "deleted", count: 2 },
			{ day: today, state: "failed", count: 1 },
			{ day: today, state: "refused", count: 1 },
		]);
	});

	it("are reported only from the given day", async () => {
		await remove("203.0.113.128/25");
		expect((await glance(null, "2030-01-02")).outcomes).toEqual([]);
	});

	it("count a waiting deletion only once it settles", async () => {
		const { json } = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service");
		expect(await outcomes()).toEqual({});
		await decide(json.id, "reject");
		expect(await outcomes()).toEqual({ refused: 1 });
	});

	it("count a restored deletion once, as restored", async () => {
		const { json } = await remove("203.0.113.128/25");
		await restore(json.id);
		await restore(json.id);
		expect(await outcomes()).toEqual({ restored: 1 });
	});

	it("count a restored deletion once even if the Ledger no longer has its record", async () => {
		const { json } = await remove("203.0.113.128/25");
		await wakeAfter(8 * dayMs);
		await remove("203.0.113.0/26");
		await wakeAfter(8 * dayMs);
		expect(await ledger().record(json.id)).toBeNull();
		const counted = async () => (await glance()).outcomes.map(({ day, state, count }) => `${day} ${count} ${state}`);
		expect(await counted()).toEqual(["2030-01-01 1 deleted", "2030-01-09 1 deleted"]);
		await restore(json.id);
		expect(await counted()).toEqual(["2030-01-01 1 restored", "2030-01-09 1 deleted"]);
	});
});

describe("the overview", () => {
	it("shows how many deletions wait for an approval or for their time", async () => {
		await remove("198.51.100.0/24", "?acknowledge=leaves_no_service");
		await remove("203.0.113.128/25", `?not_before=${inMs(dayMs)}`);
		expect((await glance()).waiting).toEqual({ approval: 1, time: 1, held: 0 });
	});

	it("repeats nothing while the version is unchanged", async () => {
		await remove("203.0.113.128/25");
		const { changes } = await glance();
		expect(await glance(changes.version)).toEqual({
			changes: { version: changes.version, recent: null, until: null },
			freeze: null,
			waiting: { approval: 0, time: 0, held: 0 },
			outcomes: [],
		});
	});

	it("has a new version during a freeze and the old one afterwards", async () => {
		const { changes } = await glance();
		await freeze();
		const frozen = await glance(changes.version);
		expect(frozen).toMatchObject({ freeze: { reason: "INC-1" }, changes: { recent: [] } });
		expect((await glance(frozen.changes.version)).changes.recent).toBeNull();
		await lift();
		expect((await glance(frozen.changes.version)).changes).toEqual(changes);
	});

	it("leaves the API list's ETag alone during a freeze", async () => {
		const { headers } = await call("/deletions");
		await freeze();
		expect((await call("/deletions", { headers: { "if-none-match": headers.get("etag") ?? "" } })).status).toBe(304);
	});
});
