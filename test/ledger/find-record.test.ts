// A record is found wherever it is kept: in the journal, or in KV, under its own id or another.
import { reset } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { publish, publishAlias } from "../../src/adapters/history/publish.ts";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { ok } from "../../src/deletion/result.ts";
import { findRecord } from "../../src/ledger/find-record.ts";
import { deletionAt, nowMs } from "../adapters/history/rows.ts";
import { HISTORY } from "../harness.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await reset();
});

const journal =
	(...kept: Deletion[]) =>
	(id: string) =>
		kept.find((one) => one.id === id) ?? null;

it("takes the journal's version, and KV's once the journal has dropped it", async () => {
	const published = deletionAt(nowMs);
	await publish(HISTORY, published, 0, nowMs);
	const kept = { ...published, state: "restored" as const };
	expect(await findRecord(published.id, journal(kept), HISTORY)).toEqual(ok(kept));
	expect(await findRecord(published.id, journal(), HISTORY)).toEqual(ok(published));
	expect(await findRecord(deletionAt(nowMs).id, journal(), HISTORY)).toEqual(ok(null));
});

it("follows an id that a caller was given for another record", async () => {
	const published = deletionAt(nowMs);
	const given = deletionAt(nowMs).id;
	await publishAlias(HISTORY, { id: given, deletionId: published.id }, 0, nowMs);
	expect(await findRecord(given, journal(published), HISTORY)).toEqual(ok(published));
	await publish(HISTORY, published, 0, nowMs);
	expect(await findRecord(given, journal(), HISTORY)).toEqual(ok(published));
});

it("says that KV can't be read, and needs it for no record that the journal has", async () => {
	vi.spyOn(console, "warn").mockReturnValue();
	vi.spyOn(HISTORY, "get").mockRejectedValue(new Error("KV GET failed: 500"));
	const published = deletionAt(nowMs);
	expect(await findRecord(published.id, journal(published), HISTORY)).toEqual(ok(published));
	expect(await findRecord(published.id, journal(), HISTORY)).toMatchObject({ failure: { code: "history_unreadable" } });
});
