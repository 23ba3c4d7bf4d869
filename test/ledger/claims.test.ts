// An earlier request's key answers also when the Ledger has been lost: what it was claimed for is in KV too.
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Binding } from "../../sandbox/imitation/state.ts";
import type { Claim } from "../../src/deletion/ports.ts";
import { formatVersion } from "../../src/deletion/record/deletion.ts";
import { notYetSent } from "../../src/deletion/record/progress.ts";
import type { Ledger } from "../../src/index.ts";
import { keptClaims } from "../../src/ledger/claims.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { createMirrors } from "../../src/ledger/mirrors.ts";
import { deletionAt, nowMs } from "../adapters/history/rows.ts";
import { prefixes } from "../doors/account.ts";
import { alertsOf } from "../doors/webhooks/alerts.ts";
import { deliver } from "../doors/webhooks/deliver.ts";
import { type Answer, call, cloudflare, deletes, HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, minuteMs, pass, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { approver, asker, bound, lift, operator, others } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

const cidr = "203.0.113.128/25";
const inLedger = <Value>(act: (storage: DurableObjectStorage) => Value | Promise<Value>) =>
	runInDurableObject<Ledger, Value>(ledger(), (_, { storage }) => act(storage));
const ask = (target: string, key: string, token = asker.token): Promise<Answer> =>
	call(`/bindings/${target}`, { method: "DELETE", token, headers: { "idempotency-key": key } });
const isReplay = ({ headers }: Answer) => headers.get("idempotency-replayed") === "true";

/** The claims of a record, as KV has them. */
async function inKv(id: string): Promise<string> {
	const { keys } = await HISTORY.list({ prefix: "binding:" });
	const name = keys.find((key) => key.name.endsWith(id))?.name;
	return name === undefined ? "" : ((await HISTORY.get(name)) ?? "");
}
const published = (id: string) => expect.poll(() => inKv(id)).toContain("claims");

/** The object with nothing in it; the freeze that the next one begins with is lifted. */
async function lose(): Promise<void> {
	await inLedger(async (storage) => {
		await storage.deleteAlarm();
		await storage.deleteAll();
	});
	await abortAllDurableObjects();
	expect((await call("/freeze")).json.reason).toContain("Ledger is new");
	expect((await lift()).status).toBe(200);
}

/** Somebody binds it again: a second DELETE would hit. */
async function boundAgain(before: Binding[]): Promise<void> {
	const again = before.find((one) => one.cidr === cidr);
	if (again === undefined) throw new Error(`nothing was bound to ${cidr}`);
	pass(10 * minuteMs);
	await others(prefixes.amsterdam, (all) => [...all, { ...again, id: again.id.replace("c01d", "eb0d") }]);
}

describe("after the Ledger was lost", () => {
	it("an alert that still fires gets the first answer, and deletes nothing", async () => {
		const before = await bound(prefixes.amsterdam);
		const alerts = alertsOf({ labels: { ...alertsOf({}).alerts[0]?.labels, binding: cidr } });
		const first = await deliver("alertmanager", alerts);
		expect(first.json.outcome).toBe("deleted");
		await published(first.json.deletions[0].id);
		await lose();
		await boundAgain(before);
		const again = await deliver("alertmanager", alerts);
		expect([again.status, again.json, isReplay(again)]).toEqual([first.status, first.json, true]);
		expect(await deletes()).toHaveLength(1);
	});

	it("a key answers its own caller for the same request, and nobody else", async () => {
		const before = await bound(prefixes.amsterdam);
		const first = await ask(cidr, "k");
		expect(first.json.state).toBe("deleted");
		await published(first.json.id);
		await lose();
		// A second loss: what was taken over is in KV still.
		await lose();
		await boundAgain(before);
		const again = await ask(cidr, "k");
		expect([again.json.id, isReplay(again)]).toEqual([first.json.id, true]);
		expect((await ask("203.0.113.0/26", "k")).json).toMatchObject({
			code: "idempotency_key_reused",
			deletion_id: first.json.id,
		});
		expect(await deletes()).toHaveLength(1);
		const other = await ask(cidr, "k", operator.token);
		expect([other.json.state, isReplay(other)]).toEqual(["deleted", false]);
	});

	it("a key is free for another request after a week", async () => {
		const { json } = await ask(cidr, "k");
		await published(json.id);
		pass(6 * dayMs);
		await lose();
		pass(1 * dayMs + minuteMs);
		await runDurableObjectAlarm(ledger());
		expect((await ask("203.0.113.0/26", "k")).json.state).toBe("deleted");
	});

	it("a key of a deletion whose outcome was unknown answers", async () => {
		const before = await bound(prefixes.amsterdam);
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
		const asked = call(`/bindings/${cidr}`, {
			method: "DELETE",
			token: asker.token,
			headers: { "idempotency-key": "k", prefer: "wait=0" },
		});
		await expect.poll(deletes).toHaveLength(1);
		const { id } = (await asked).json;
		await cloudflare.order({ method: "GET", times: 500, fault: { kind: "html" } });
		await cloudflare.drop();
		await expect.poll(async () => (await call(`/deletions/${id}`)).json.state).toBe("unknown");
		for (let quarters = 0; quarters < 16; quarters++) await wakeAfter(minuteMs / 4);
		await expect.poll(() => HISTORY.get(`open:${id}`)).not.toBeNull();
		await lose();
		await cloudflare.reset();
		await others(prefixes.amsterdam, (all) => all.filter((one) => one.cidr !== cidr));
		await wakeAfter(minuteMs);
		await expect.poll(async () => (await call(`/deletions/${id}`)).json.state).toBe("deleted");
		await boundAgain(before);
		const again = await ask(cidr, "k");
		expect([again.json.id, isReplay(again)]).toEqual([id, true]);
	});

	it("ignores claims in KV that can't be read", async () => {
		const { json } = await ask(cidr, "k");
		await published(json.id);
		const { keys } = await HISTORY.list({ prefix: "binding:" });
		for (const text of ["{", '{"claims":7}', "", '{"form":9,"claims":[{"actor":7}]}']) {
			for (const { name, metadata } of keys) await HISTORY.put(name, text, { metadata });
			await lose();
			expect((await call(`/deletions/${json.id}`)).json.state).toBe("deleted");
		}
	});
});

describe("the claims in KV", () => {
	it("are digests, and no caller is shown them", async () => {
		const { json } = await ask(cidr, "a-key-of-the-caller");
		await published(json.id);
		const text = await inKv(json.id);
		expect(JSON.parse(text)).toEqual({
			form: formatVersion,
			claims: [
				{
					actor: asker.name,
					key: expect.stringMatching(/^sha256:[\w-]{43}$/),
					payload: expect.stringMatching(/^sha256:[\w-]{43}$/),
					madeAtMs: expect.any(Number),
				},
			],
		});
		for (const path of [`/deletions/${json.id}`, "/deletions", `/deletions?binding=${json.binding.id}`])
			for (const token of [operator.token, approver.token]) {
				const shown = await call(path, { token, headers: { accept: "application/json" } });
				expect([path, shown.status, shown.text.includes("sha256:")]).toEqual([path, 200, false]);
			}
		expect(await HISTORY.get(`deletion:${json.id}`)).not.toContain("claim");
	});

	it("have their form in the ledger, too", async () => {
		await ask(cidr, "k");
		const forms = await inLedger(({ sql }) => sql.exec("SELECT DISTINCT form FROM claims").toArray());
		expect(forms).toEqual([{ form: formatVersion }]);
	});

	it("cost no further write", async () => {
		const { json } = await ask(cidr, "k");
		await published(json.id);
		expect((await HISTORY.list()).keys).toHaveLength(3);
	});

	it("are not there where the key is free again", async () => {
		await cloudflare.order({ method: "DELETE", times: 3, fault: { kind: "throttle", retry_after: 90 } });
		const { json } = await ask(cidr, "k");
		expect(json.code).toBe("cloudflare_refused");
		await expect.poll(() => HISTORY.get(`deletion:${json.deletion_id}`)).not.toBeNull();
		expect(await inKv(json.deletion_id)).toBe("");
	});

	const claim = (key: string): Claim => ({ actor: "ci", key, payload: "p", payloadOfVersion1: "p", lasting: true });
	const open = { terms: { acknowledge: [], ifMatch: null, ranges: null, approved: [] }, progress: notYetSent(nowMs) };

	it("are written again when another request comes to a record that KV has", () =>
		inLedger(({ sql }) => {
			const journal = createJournal(sql, { now: () => nowMs, onDue() {}, onSettled() {} });
			const dueMs = (id: string) => sql.exec("SELECT publish_at AS at FROM deletions WHERE id = ?", id).one().at;
			const first = deletionAt(nowMs);
			const received = { state: "received" as const, binding: null };
			const [second, third] = [deletionAt(nowMs + 1, received), deletionAt(nowMs + 2, received)];
			journal.storeSettled(first, [claim("key:1")]);
			sql.exec("UPDATE deletions SET publish_at = NULL");
			// The id of a request alone is nothing to keep.
			journal.storeOpen({ ...open, deletion: second }, nowMs, [{ ...claim("request:2"), lasting: false }]);
			journal.mergeInto(second.id, first.id);
			expect(dueMs(first.id)).toBeNull();
			journal.storeOpen({ ...open, deletion: third }, nowMs, [claim("key:3")]);
			journal.mergeInto(third.id, first.id);
			expect(dueMs(first.id)).toBe(nowMs + 20_000);
			expect(keptClaims(sql, first.id)).toHaveLength(2);
		}));

	it("are in the mirror of an unclear deletion, also those that come while it is written or later", () =>
		inLedger(async ({ sql }) => {
			let atMs = nowMs;
			const journal = createJournal(sql, { now: () => atMs, onDue() {}, onSettled() {} });
			const unknown = deletionAt(nowMs, { state: "unknown" });
			const mirrors = createMirrors(sql, HISTORY, () => atMs);
			const mirrored = async (afterMs: number) => {
				atMs += afterMs;
				await mirrors.sendDue();
				return JSON.parse((await HISTORY.get(`open:${unknown.id}`)) ?? "{}").claims?.length;
			};
			journal.storeOpen({ ...open, deletion: unknown }, nowMs, [claim("key:1")]);
			const put = HISTORY.put.bind(HISTORY);
			vi.spyOn(HISTORY, "put").mockImplementationOnce(async (...given: unknown[]) => {
				journal.join(unknown.id, [claim("key:2")]);
				return put(String(given[0]), String(given[1]));
			});
			expect(await mirrored(30_000)).toBe(1);
			expect(await mirrored(30_000)).toBe(2);
			journal.join(unknown.id, [{ ...claim("request:3"), lasting: false }]);
			expect(mirrors.nextDueMs()).toBeNull();
			journal.join(unknown.id, [claim("key:4")]);
			expect(await mirrored(30_000)).toBe(3);
			expect(mirrors.nextDueMs()).toBeNull();
		}));

	it("leave a key free that a ledger which was set back still held", () =>
		inLedger(({ sql }) => {
			const journal = createJournal(sql, { now: () => nowMs, onDue() {}, onSettled() {} });
			const scheduled = deletionAt(nowMs, { state: "scheduled" });
			journal.storeOpen({ ...open, deletion: scheduled }, nowMs, [claim("key:1")]);
			const failure = { code: "cloudflare_unavailable" as const, detail: "Later", retry_after_seconds: 5 };
			journal.adopt({ ...scheduled, state: "failed", failure }, nowMs, 9, []);
			expect(journal.claimed("ci", "key:1")).toBeNull();
		}));
});
