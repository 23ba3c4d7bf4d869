// The present release starts on what 0.1.0 left behind and finishes it.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BindingSnapshot, Deletion } from "../../src/deletion/deletion.ts";
import type { Ledger } from "../../src/index.ts";
import { inChannel, sentLater } from "../doors/chat/people.ts";
import { type Answer, call, cloudflare, deletes, HISTORY, ledger } from "../harness.ts";
import { endClock, hourMs, minuteMs, wakeAfter } from "../lifecycle/clock.ts";
import {
	cancel,
	creations,
	decide,
	events,
	freeze,
	lift,
	others,
	record,
	remove,
	restore,
} from "../lifecycle/people.ts";
import { amsterdam, bindingAt, part } from "./account.ts";
import type { Fixture } from "./fixture.ts";
import { load } from "./load.ts";
import left from "./releases/0.1.0.json" with { type: "json" };
import { outgoing, type Repeatable } from "./requests.ts";

const fixture = left as Fixture;
const { records, requests, buttons, stored } = fixture;
const names = Object.keys(records);
const idOf = (name: string): string => {
	const id = records[name];
	if (id === undefined) throw new Error(`no record ${name}`);
	return id;
};
/** The record as 0.1.0 left it; null if only KV has it. */
const leftAs = (name: string): Deletion | null => {
	const row = stored.tables.deletions?.find(({ id }) => id === idOf(name));
	return row === undefined ? null : JSON.parse(String(row.record));
};

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["Date"], now: fixture.nowMs });
});
afterEach(endClock);

const send = (request: Repeatable): Promise<Answer> => {
	const { path, method, headers, body } = outgoing(request, Date.now());
	return call(path, { method, headers, token: null, ...(body === null ? {} : { body }) });
};
/** The binding as it was at Cloudflare. */
const bound = ({ id, cidr, service_id, service_name }: BindingSnapshot) => ({
	id,
	cidr,
	provisioning: { state: "active" },
	...(service_id !== null && service_name !== null ? { service_id, service_name } : {}),
});
const stateOf = async (name: string): Promise<string> => (await record(idOf(name))).state;
const list = async (query = "") => (await call(`/deletions?limit=1000${query}`)).json;
const expectHealth = async () => expect((await call("/health", { token: null })).json).toMatchObject({ ok: true });

/** Runs whatever is due in the next minutes. */
async function wakeFor(minutes: number): Promise<void> {
	for (let half = 0; half < minutes * 2; half++) await wakeAfter(minuteMs / 2);
}

/** The tables, indexes and columns of the Ledger. */
const layout = () =>
	runInDurableObject<Ledger, object>(ledger(), (_, { storage: { sql } }) => {
		const named = sql
			.exec<{ type: string; name: string }>("SELECT type, name FROM sqlite_master ORDER BY name")
			.toArray()
			.filter(({ name }) => !/^(?:_cf_|sqlite_)/.test(name));
		const columns = (table: string) =>
			sql.exec<{ name: string }>(`SELECT name FROM pragma_table_info('${table}') ORDER BY name`).toArray();
		return named.map(({ type, name }) => [type, name, type === "table" ? columns(name) : null]);
	});
const schemaVersion = () =>
	runInDurableObject<Ledger, unknown>(ledger(), (_, { storage: { sql } }) =>
		sql.exec("SELECT value FROM flags WHERE name = 'schema'").toArray(),
	);

it("migrates the tables to the layout of a new Ledger", async () => {
	const fresh = { layout: await layout(), version: await schemaVersion() };
	await load(fixture);
	expect({ layout: await layout(), version: await schemaVersion() }).toEqual(fresh);
});

it("answers for every id and lists them all", async () => {
	await load(fixture);
	for (const name of names) {
		const { id, state, target, reason, actor, created_at, binding } = leftAs(name) ?? (await record(idOf(name)));
		const answer = await call(`/deletions/${idOf(name)}`);
		expect([name, answer.status]).toEqual([name, 200]);
		expect(answer.json).toMatchObject({ id, state, target, reason, actor, created_at, binding });
	}
	const { deletions, stale } = await list();
	expect(stale).toBe(false);
	const listed = Object.fromEntries(deletions.map(({ id, state }: Deletion) => [id, state]));
	expect(listed).toEqual(Object.fromEntries(names.map((name) => [idOf(name), leftAs(name)?.state ?? "deleted"])));
	const inPrefix = (await list(`&prefix=${amsterdam}`)).deletions;
	expect(inPrefix.length).toBe(names.filter((name) => leftAs(name)?.binding?.prefix_id === amsterdam).length + 1);
	expect(await deletes()).toEqual([]);
});

it("settles and publishes everything that was open", async () => {
	await load(fixture);
	await wakeFor(5);
	const states = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await stateOf(name)])));
	expect(states).toMatchObject({
		deleting: "deleted",
		unknown: "deleted",
		restoring: "restored",
		restoration_unknown: "restored",
		scheduled_due: "deleted",
		scheduled_later: "scheduled",
		pending_overdue: "expired",
		pending_to_expire: "pending_approval",
		unpublished: "deleted",
	});
	expect(events(await record(idOf("unknown")))).toEqual(expect.arrayContaining(["sent", "read_back", "deleted"]));
	// Calls that had taken effect were looked at, not sent again.
	expect(await deletes()).toEqual([`DELETE bindings/${bindingAt(part(13))}`]);
	expect(await creations()).toEqual([]);

	await wakeAfter(hourMs);
	for (const name of ["pending_to_approve", "pending_to_reject", "pending_to_expire", "pending_in_chat"])
		expect([name, await stateOf(name)]).toEqual([name, "expired"]);
	await wakeAfter(hourMs);
	await expect.poll(() => stateOf("scheduled_later")).toBe("deleted");
	expect(await deletes()).toHaveLength(2);

	for (const name of names) {
		const key = `deletion:${idOf(name)}`;
		const published = async () => (await HISTORY.get<Deletion>(key, "json"))?.state;
		await expect.poll(async () => [name, await published()]).toEqual([name, await stateOf(name)]);
	}
	expect((await list()).deletions).toHaveLength(names.length);
	await expectHealth();
});

it("looks, then sends a DELETE again that took no effect", async () => {
	await load(fixture);
	const binding = leftAs("deleting")?.binding;
	if (!binding) throw new Error("the fixture has no binding");
	await others(amsterdam, (bindings) => [...bindings, bound(binding)]);
	await wakeFor(1);
	expect(await record(idOf("deleting"))).toMatchObject({ state: "deleted", cloudflare: { attempts: 2 } });
	const sent = (await deletes()).filter((one) => one.endsWith(binding.id));
	expect(sent).toHaveLength(1);
});

describe("a decision on an old record", () => {
	beforeEach(() => load(fixture));

	it("carries out an approved deletion", async () => {
		const approved = await decide(idOf("pending_to_approve"), "approve");
		expect([approved.status, approved.json.state]).toEqual([200, "deleted"]);
		expect(await deletes()).toEqual([`DELETE bindings/${approved.json.binding.id}`]);
	});

	it("accepts an approval by a button that 0.1.0 showed", async () => {
		const { approve } = buttons;
		if (approve === undefined) throw new Error("the fixture has no such button");
		await send({ door: "press", person: "bob", button: approve, click: "approves" });
		await expect.poll(() => stateOf("pending_in_chat")).toBe("deleted");
		expect(await inChannel(1)).toHaveLength(1);
	});

	it("deletes once by a button that 0.1.0 showed", async () => {
		const { delete: button } = buttons;
		if (button === undefined) throw new Error("the fixture has no such button");
		const press: Repeatable = { door: "press", person: "alice", button, click: "deletes" };
		await send(press);
		await send(press);
		// A card for each click, and one for the channel.
		await sentLater(3);
		expect(await deletes()).toEqual([`DELETE bindings/${bindingAt(part(16))}`]);
	});

	it("can reject, cancel and restore", async () => {
		expect((await decide(idOf("pending_to_reject"), "reject")).json.state).toBe("refused");
		expect((await cancel(idOf("scheduled_later"))).json.state).toBe("cancelled");
		const restored = await restore(idOf("deleted_by_api"));
		expect([restored.status, restored.json.restoration.state]).toEqual([200, "restored"]);
		const again = await restore(idOf("restoration_failed"));
		expect([again.status, again.json.restoration.state]).toEqual([200, "restored"]);
		const fromKv = await restore(idOf("in_kv_alone"));
		expect([fromKv.status, fromKv.json.restoration.state]).toEqual([200, "restored"]);
		expect(await deletes()).toEqual([]);
	});
});

describe("a repeated request", () => {
	const isSettled = (name: string) => (leftAs(name)?.settled_at ?? null) !== null;
	/** The deleted CIDRs are bound again, so a second DELETE would hit. */
	beforeEach(async () => {
		await load(fixture);
		await others(amsterdam, (bindings) => {
			const free = names
				.flatMap((name) => leftAs(name)?.binding ?? [])
				.filter(({ cidr, prefix_id }) => prefix_id === amsterdam && !bindings.some((one) => one.cidr === cidr));
			return [
				...bindings,
				...free.map((one, index) => ({ ...bound(one), id: `eb${String(index).padStart(30, "0")}` })),
			];
		});
	});

	/** The status of records that settled after the first answer. */
	const since: Record<string, number> = { cancelled: 403, expired: 403, pending_overdue: 403 };

	it("gets the first answer and deletes nothing", async () => {
		for (const [name, { request, answer: first }] of Object.entries(requests)) {
			const messages = (await sentLater()).length;
			const { status, json, headers } = await send(request);
			const expected = since[name] ?? (isSettled(name) ? first.status : expect.toBeOneOf([200, 202]));
			expect([name, status]).toEqual([name, expected]);
			if (first.id !== null) {
				const [{ id }] = json.deletions ?? [{ id: json.deletion_id ?? json.id }];
				expect([name, id]).toEqual([name, first.id]);
				if (status < 300) expect([name, headers.get("idempotency-replayed")]).toEqual([name, "true"]);
			}
			if (request.door === "press") expect((await sentLater(messages + 1)).at(-1)?.text).toContain(idOf(name));
		}
		// One of them was due and gets its first DELETE.
		expect(await deletes()).toEqual([`DELETE bindings/${bindingAt(part(13))}`]);
		expect((await list()).deletions).toHaveLength(names.length);
	});

	it("gets the first answer if the alert now has another value", async () => {
		const first = requests.deleted_by_alert;
		if (first?.request.door !== "webhook") throw new Error("the fixture has no such alert");
		const body = first.request.body.replace("sheds 42 Gbit/s", "sheds 43 Gbit/s");
		const answer = await send({ ...first.request, body });
		expect([answer.status, answer.json.deletions[0].id]).toEqual([200, idOf("deleted_by_alert")]);
		expect(await deletes()).toEqual([]);
	});

	it("is refused if its key belongs to another request", async () => {
		const first = requests.deleted_by_api;
		if (first?.request.door !== "api") throw new Error("the fixture has no such request");
		const answer = await send({ ...first.request, path: `/bindings/${part(20)}` });
		expect([answer.status, answer.json.code]).toEqual([422, "idempotency_key_reused"]);
	});
});

describe("a freeze that was in force", () => {
	beforeEach(() => load(fixture, fixture.frozen));

	it("holds deletions that are due and finishes calls already sent", async () => {
		expect((await call("/freeze")).json).toMatchObject({ frozen: true, reason: "INC-99", by: { name: "sandbox" } });
		expect((await remove(part(20))).status).toBe(423);
		await wakeFor(2);
		expect(await Promise.all(["deleting", "unknown", "restoring", "scheduled_due"].map(stateOf))).toEqual([
			"deleted",
			"deleted",
			"restored",
			"scheduled",
		]);
		expect(await deletes()).toEqual([]);
		await lift();
		await expect.poll(() => stateOf("scheduled_due")).toBe("deleted");
		await expectHealth();
	});

	it("ends at its time", async () => {
		await wakeFor(1);
		await wakeAfter(3 * hourMs);
		await wakeFor(2);
		expect(await stateOf("scheduled_due")).toBe("deleted");
		expect((await call("/freeze")).json.frozen).toBe(false);
	});
});

it("starts without a freeze and accepts a new one", async () => {
	await load(fixture);
	const { frozen, log } = (await call("/freeze")).json;
	expect([frozen, log.map(({ event }: { event: string }) => event)]).toEqual([false, ["lifted", "frozen"]]);
	expect((await remove(part(20))).json.state).toBe("deleted");
	expect((await freeze()).status).toBe(200);
	expect((await remove(part(21))).status).toBe(423);
	expect(await cloudflare.pendingOrders()).toEqual([]);
});
