// Promise 2. Recorded first: the intent is durable before the DELETE leaves. Whatever stops after that, the record
// settles by itself.
import { abortAllDurableObjects, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Deletion } from "../../src/deletion/deletion.ts";
import type { Ledger } from "../../src/index.ts";
import { call, cloudflare, deletes, HISTORY, ledger } from "../harness.ts";

const path = "/bindings/203.0.113.128/25?reason=INC-4211";
const events = (record: Deletion) => record.timeline.map(({ event }) => event);

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2030, 0, 2, 12) }));
afterEach(async () => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	await cloudflare.reset();
	await reset();
});

/** Starts a deletion whose DELETE hangs, and resets the object meanwhile. */
async function dieDuring(fault: "hang_before" | "hang_after"): Promise<string> {
	await cloudflare.order({ method: "DELETE", fault: { kind: fault } });
	const answer = call(`${path}`, { method: "DELETE", headers: { prefer: "wait=0" } });
	await cloudflare.log(3);
	const { json } = await answer;
	await abortAllDurableObjects();
	await cloudflare.drop();
	return json.id;
}

/** Runs the alarm at its time. */
async function alarm(afterMs: number): Promise<void> {
	vi.setSystemTime(Date.now() + afterMs);
	expect(await runDurableObjectAlarm(ledger())).toBe(true);
	// The alarm does not wait for KV.
	await new Promise((resolve) => setTimeout(resolve, 50));
}

const record = async (id: string): Promise<Deletion> => (await call(`/deletions/${id}`)).json;

describe("recorded first", () => {
	it("has the intent on disk when the DELETE reaches Cloudflare", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const answer = call(path, { method: "DELETE" });
		await cloudflare.log(3);
		const rows = await runInDurableObject<Ledger, { state: string; record: string; alarm: number | null }>(
			ledger(),
			async (_, { storage }) => ({
				...storage.sql.exec<{ state: string; record: string }>("SELECT state, record FROM deletions").one(),
				alarm: await storage.getAlarm(),
			}),
		);
		expect(rows.state).toBe("deleting");
		expect(events(JSON.parse(rows.record))).toEqual(["requested", "planned", "sent"]);
		expect(rows.alarm).toBe(Date.now() + 15_000);
		await cloudflare.release();
		expect((await answer).status).toBe(200);
	});

	it("keeps the record if the object is reset between intent and DELETE, and carries it out", async () => {
		const id = await dieDuring("hang_before");
		expect((await record(id)).state).toBe("deleting");
		await alarm(15_000);
		const settled = await record(id);
		expect(settled).toMatchObject({ state: "deleted", cloudflare: { status: 200, attempts: 2 } });
		expect(events(settled)).toEqual([
			"requested",
			"planned",
			"sent",
			"read_back",
			"sent",
			"answered",
			"deleted",
			"published",
		]);
		expect((await call("/bindings?covering=203.0.113.128/25")).text).not.toContain("203.0.113.128/25");
	});

	it("settles as deleted if the object is reset between DELETE and outcome, without a second DELETE", async () => {
		const id = await dieDuring("hang_after");
		expect((await record(id)).state).toBe("deleting");
		await alarm(15_000);
		const settled = await record(id);
		expect(settled.state).toBe("deleted");
		expect(events(settled)).toEqual(["requested", "planned", "sent", "read_back", "deleted", "published"]);
		expect(await deletes()).toHaveLength(1);
	});

	it("settles by the alarm alone, without another request", async () => {
		const id = await dieDuring("hang_after");
		await alarm(15_000);
		expect(await HISTORY.get(`deletion:${id}`, "json")).toMatchObject({ id, state: "deleted" });
	});

	it("does not carry out an interrupted deletion hours later, but reads back and records a failure", async () => {
		const id = await dieDuring("hang_before");
		await alarm(3_600_000);
		expect(await record(id)).toMatchObject({ state: "failed", failure: { code: "cloudflare_refused" } });
		expect(await deletes()).toHaveLength(1);
		expect((await call("/bindings/203.0.113.128/25")).status).toBe(200);
	});

	it("keeps reading back at growing intervals while Cloudflare cannot be read, until it knows", async () => {
		const id = await dieDuring("hang_after");
		await cloudflare.order({ method: "GET", times: 9, fault: { kind: "html", status: 502 } });
		await alarm(15_000);
		expect((await record(id)).state).toBe("unknown");
		await alarm(1000);
		await alarm(2000);
		expect((await record(id)).state).toBe("unknown");
		await alarm(4000);
		expect((await record(id)).state).toBe("deleted");
		expect(await deletes()).toHaveLength(1);
	});

	it("knows its account when the alarm wakes it", async () => {
		const id = await dieDuring("hang_after");
		await abortAllDurableObjects();
		await alarm(15_000);
		expect(
			(await cloudflare.log()).every(({ path }) => path.includes("/accounts/258def64c72dae45f3e4c8516e2111f2/")),
		).toBe(true);
		expect((await record(id)).state).toBe("deleted");
	});
});
