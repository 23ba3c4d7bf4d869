// Promise 7. Fresh: a history read right after a deletion shows it, although KV is eventually consistent.

import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readLimitMs } from "../../src/adapters/history/limits.ts";
import { withShortTimers } from "../doors/account.ts";
import { call, cloudflare, HISTORY } from "../harness.ts";

afterEach(async () => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	await cloudflare.reset();
	await reset();
});

const remove = (cidr: string) => call(`/bindings/${cidr}`, { method: "DELETE" });
const ids = async (query = "") => (await call(`/deletions${query}`)).json.deletions.map(({ id }: { id: string }) => id);

/** Makes KV lag as in another location: reads and lists lack the latest writes. */
function behind() {
	vi.spyOn(HISTORY, "get").mockResolvedValue(null as never);
	vi.spyOn(HISTORY, "list").mockResolvedValue({ keys: [], list_complete: true, cacheStatus: null } as never);
}

describe("fresh", () => {
	it("shows a deletion at once in the list and by its id, before KV has it", async () => {
		behind();
		const { json } = await remove("203.0.113.128/25");
		expect(await ids()).toEqual([json.id]);
		expect((await call(`/deletions/${json.id}`)).json).toMatchObject({ id: json.id, state: "deleted" });
	});

	it("shows it in every filtered list it belongs to, and in no other", async () => {
		behind();
		const { json } = await remove("203.0.113.128/25");
		for (const query of [
			"?binding=c01d0000000000000000000000000003",
			"?prefix=2af39739cc4e3b5910c918468bb89828",
			"?state=deleted",
			"?actor=sandbox",
			"?door=api",
			"?since=2026-01-01",
		]) {
			expect(await ids(query), query).toEqual([json.id]);
		}
		for (const query of [
			"?binding=c01d0000000000000000000000000002",
			"?prefix=b10c0000000000000000000000000002",
			"?state=failed",
			"?actor=ci",
			"?door=cloudflare",
			"?until=2026-01-02",
		]) {
			expect(await ids(query), query).toEqual([]);
		}
	});

	it("shows an open deletion, and its outcome as soon as there is one", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const answer = remove("203.0.113.128/25");
		await cloudflare.log(3);
		expect((await call("/deletions")).json.deletions).toMatchObject([{ state: "deleting", settled_at: null }]);
		await cloudflare.release();
		await answer;
		expect((await call("/deletions")).json.deletions).toMatchObject([{ state: "deleted" }]);
	});

	it("shows each record once when KV has caught up with some of them", async () => {
		const first = await remove("203.0.113.128/25");
		await vi.waitFor(async () => expect((await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(1));
		const put = vi.spyOn(HISTORY, "put").mockRejectedValue(new Error("KV PUT failed: 429 Too Many Requests"));
		const second = await remove("203.0.113.0/26");
		await vi.waitFor(() => expect(put).toHaveBeenCalled());
		expect((await ids()).toSorted()).toEqual([first.json.id, second.json.id].toSorted());
	});

	it("relies on KV alone after ten minutes", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2030, 0, 2, 12) });
		const { json } = await remove("203.0.113.128/25");
		await vi.waitFor(async () => expect((await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(1));
		vi.setSystemTime(Date.now() + 11 * 60_000);
		expect(await ids()).toEqual([json.id]);
		behind();
		expect(await ids()).toEqual([]);
	});

	describe.each([
		["refuses", () => Promise.reject(new Error("KV PUT failed: 500"))],
		["hangs", () => new Promise<never>(() => {})],
	])("while KV %s writes", (_, broken) => {
		it("shows a deletion that KV never got for as long as that lasts", async () => {
			vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2030, 0, 2, 12) });
			vi.spyOn(HISTORY, "put").mockImplementation(broken);
			const { json } = await remove("203.0.113.128/25");
			for (const minutes of [11, 60, 300]) {
				vi.setSystemTime(Date.now() + minutes * 60_000);
				expect((await call("/deletions")).json).toMatchObject({ deletions: [{ state: "deleted" }], stale: false });
				expect((await call(`/deletions/${json.id}`)).json.state).toBe("deleted");
			}
		});

		it("shows a restoration of which KV has the deletion only for as long as that lasts", async () => {
			vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2030, 0, 2, 12) });
			const { json } = await remove("203.0.113.128/25");
			// KV has the deletion, and never gets to know of the restoration.
			await vi.waitFor(async () => expect((await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(1));
			vi.spyOn(HISTORY, "put").mockImplementation(broken);
			await call(`/deletions/${json.id}/restoration`, { method: "POST" });
			for (const minutes of [11, 60, 300]) {
				vi.setSystemTime(Date.now() + minutes * 60_000);
				expect((await call("/deletions")).json).toMatchObject({ deletions: [{ state: "restored" }], stale: false });
				expect((await call(`/deletions/${json.id}`)).json.state).toBe("restored");
			}
		});
	});

	describe.each([
		["fails", () => Promise.reject(new Error("KV GET failed: 500"))],
		["hangs", () => new Promise<never>(() => {})],
	])("while KV %s on reads", (_, broken) => {
		it("serves the Ledger's week, and marks it as possibly incomplete", async () => {
			withShortTimers(readLimitMs);
			vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2030, 0, 2, 12) });
			const { json } = await remove("203.0.113.128/25");
			await vi.waitFor(async () => expect((await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(1));
			vi.setSystemTime(Date.now() + 3 * 86_400_000);
			for (const read of ["get", "list"] as const) vi.spyOn(HISTORY, read).mockImplementation(broken);
			const list = await call("/deletions");
			expect(list.json).toEqual({ deletions: [expect.objectContaining({ id: json.id })], next: null, stale: true });
			expect(list.headers.get("etag")).toBeNull();
			expect((await call(`/deletions/${json.id}`)).json.state).toBe("deleted");
			const file = await call("/deletions", { headers: { accept: "text/csv" } });
			expect(file.headers.get("x-unbind-stale")).toBe("true");
			expect(file.text).toContain(json.id);
		});
	});

	it("does not mark a complete export as stale", async () => {
		await remove("203.0.113.128/25");
		const file = await call("/deletions", { headers: { accept: "application/x-ndjson" } });
		expect(file.headers.get("x-unbind-stale")).toBeNull();
	});
});
