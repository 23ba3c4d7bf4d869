// Who deleted what disappeared, by Cloudflare's audit log, and whether the log has unbind's own deletions.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountId, cdn25, cdn26, prefixes, spectrum26 } from "../../doors/account.ts";
import { call, cloudflare, ledger } from "../../harness.ts";
import { alarmInMs, endClock, hourMs, minuteMs, pass, startClock } from "../../lifecycle/clock.ts";
import { deleted, events, record, restore } from "../../lifecycle/people.ts";
import { losses, restarted, watch, watched } from "../../lifecycle/watching.ts";

beforeEach(async () => {
	startClock();
	await sameTime();
	await watch({ WATCH_MASS: 50 });
});
afterEach(endClock);

/** Cloudflare's time is ours. */
const sameTime = () => cloudflare.clock({ at: new Date(Date.now()).toISOString() });

async function later(minutes: number): Promise<void> {
	for (let step = 0; step < minutes * 2; step++) {
		await cloudflare.clock({ advance_seconds: 30 });
		await watched(0.5);
	}
}

/** Long times, in steps of half an hour. */
async function muchLater(hours: number): Promise<void> {
	for (let step = 0; step < hours * 2; step++) {
		await cloudflare.clock({ advance_seconds: 28 * 60 });
		pass(28 * minuteMs);
		await later(2);
	}
}

const by = {
	dashboard: { how: "dash", email: "alice@example.com" },
	token: { how: "api_token", token_name: "terraform" },
	cloudflare: { how: "system" },
} as const;

/** Deletes behind unbind's back, and waits until the loss is on record. */
async function lost(who: (typeof by)[keyof typeof by] = by.dashboard, binding = cdn25): Promise<string> {
	await cloudflare.elsewhere({ delete: [binding], by: who });
	for (let minutes = 0; (await losses()).length === 0 && minutes < 14; minutes++) await later(1);
	const [loss] = await losses();
	expect(loss?.binding_id).toBe(binding);
	return loss?.id ?? "";
}

const asked = async () => (await cloudflare.log()).filter(({ path }) => path.includes("/logs/audit"));
const status = async () => (await call("/status")).json.watch;
const waiting = () =>
	runInDurableObject(ledger(), (_, { storage }) => storage.sql.exec("SELECT deletion_id FROM audit_waits").toArray());

describe("a binding that disappeared", () => {
	it.each([
		[
			"in the dashboard",
			by.dashboard,
			"alice@example.com",
			{ by: { name: "alice@example.com", type: "user" }, how: "dashboard", token_name: null },
		],
		[
			"with a token",
			by.token,
			"terraform",
			{ by: { name: "terraform", type: "account" }, how: "api_token", token_name: "terraform" },
		],
		["by Cloudflare itself", by.cloudflare, "Cloudflare", { by: null, how: "cloudflare", token_name: null, ray: null }],
	])("is put down to who deleted it %s", async (_, who, name, elsewhere) => {
		const id = await lost(who);
		await later(2);
		const named = await record(id);
		expect(named).toMatchObject({ state: "deleted_elsewhere", actor: { name, door: "watch" }, elsewhere });
		expect(events(named).filter((event) => event !== "published")).toEqual(["deleted_elsewhere", "identified"]);
		expect((await call("/deletions?state=deleted_elsewhere")).json.deletions).toMatchObject([{ id, actor: name }]);
		if (who !== by.cloudflare) expect(named.elsewhere?.ray).toMatch(/^[0-9a-f]{16}$/);
		expect(await status()).toMatchObject({ audit_log: "read", missing_permissions: [] });
		await later(8);
		expect(await asked()).toHaveLength(2);
		expect(await waiting()).toEqual([]);
	});

	it("is asked about while its entry is late, ever less often", async () => {
		await cloudflare.behave({ audit_delay_seconds: 3600 });
		const id = await lost();
		await later(7);
		expect((await record(id)).actor.name).toBe("unknown");
		expect(await asked()).toHaveLength(2);
		await cloudflare.clock({ advance_seconds: 3600 });
		await later(5);
		expect((await record(id)).actor.name).toBe("alice@example.com");
		// The page with the entry, and an empty one.
		expect(await asked()).toHaveLength(4);
	});

	it("is no longer asked about after a day", async () => {
		await cloudflare.behave({ audit_delay_seconds: 30 * 24 * 3600 });
		const id = await lost();
		await muchLater(26);
		expect((await record(id)).elsewhere).toMatchObject({ by: null, how: null });
		expect(await waiting()).toEqual([]);
		const count = (await asked()).length;
		// Some of the ten times may fall into one step of the clock.
		expect(count).toBeGreaterThanOrEqual(7);
		expect(count).toBeLessThanOrEqual(10);
		await muchLater(3);
		expect(await asked()).toHaveLength(count);
	}, 120_000);

	it("is asked about together with all the others", async () => {
		await cloudflare.elsewhere({ delete: [cdn26, spectrum26, cdn25], by: by.token });
		await later(16);
		expect(
			(await call("/deletions?state=deleted_elsewhere")).json.deletions.map((row: { actor: string }) => row.actor),
		).toEqual(["terraform", "terraform", "terraform"]);
		// One page with the entries, and an empty one.
		expect(await asked()).toHaveLength(2);
	});

	it("is asked about again after a restart", async () => {
		await cloudflare.behave({ audit_delay_seconds: 12 * 60 });
		const id = await lost();
		await restarted({ WATCH_MASS: 50 });
		await later(32);
		expect((await record(id)).actor.name).toBe("alice@example.com");
	});

	it("is named although someone restores it meanwhile", async () => {
		await cloudflare.behave({ audit_delay_seconds: 12 * 60 });
		const id = await lost();
		expect((await restore(id)).json.state).toBe("restored");
		await later(32);
		expect(await record(id)).toMatchObject({ state: "restored", actor: { name: "alice@example.com" } });
	});
});

describe("without the permission", () => {
	it("says which one is missing, and asks once an hour", async () => {
		expect(await status()).toMatchObject({ audit_log: "not_asked", missing_permissions: [] });
		await cloudflare.behave({ audit_log: false });
		const id = await lost();
		await later(50);
		expect(await asked()).toHaveLength(1);
		expect(await status()).toMatchObject({
			audit_log: "no_permission",
			missing_permissions: ["Account Settings: Read"],
		});
		// It says nothing about the credential itself.
		expect((await call("/status")).json).toMatchObject({ ok: true, credential: { rejected: false } });
		expect((await record(id)).actor.name).toBe("unknown");
		await cloudflare.behave({ audit_log: true });
		await later(15);
		expect(await record(id)).toMatchObject({ actor: { name: "alice@example.com" } });
		expect(await status()).toMatchObject({ audit_log: "read", missing_permissions: [] });
	}, 60_000);
});

describe("a hostile entry", () => {
	it("names nobody it should not, and does no harm", async () => {
		const entry = (id: string, account: string, email: string, uri: string) => ({
			id,
			action: { time: new Date(Date.now()).toISOString(), type: "delete" },
			actor: { email, context: "dash" },
			raw: { uri: uri.replace("ACCOUNT", account) },
			resource: { product: "addressing" },
		});
		const path = `/accounts/ACCOUNT/addressing/prefixes/${prefixes.amsterdam}/bindings/${cdn25}`;
		const result = [
			entry("1", "f".repeat(32), "stranger@example.com", path),
			entry("2", accountId, "stranger@example.com", `https://x.example${path}`),
			entry("3", accountId, `mallory\n\u202e\u0000${"x".repeat(100_000)}`, path),
			entry("4", accountId, "late@example.com", path),
		];
		const body = { success: true, errors: [], messages: [], result };
		await cloudflare.order({ path: "/logs/audit", times: 9, fault: { kind: "respond", body } });
		const id = await lost();
		await later(2);
		const named = await record(id);
		expect(named.actor.name).toBe(`mallory${"x".repeat(92)}…`);
		expect(named.elsewhere?.by?.name).toBe(named.actor.name);
		expect(JSON.stringify(named).length).toBeLessThan(5000);
	});
});

describe("a deletion by unbind", () => {
	it("is confirmed by its ray, with one request a few minutes later", async () => {
		const first = await deleted("203.0.113.0/26");
		const second = await deleted("203.0.113.64/26");
		expect((await record(first)).confirmed_by_audit_log).toBeUndefined();
		await later(4);
		expect(await asked()).toEqual([]);
		await later(3);
		expect(await record(first)).toMatchObject({ state: "deleted", confirmed_by_audit_log: true });
		expect(await record(second)).toMatchObject({ state: "deleted", confirmed_by_audit_log: true });
		expect(await asked()).toHaveLength(2);
		await later(70);
		expect(await asked()).toHaveLength(2);
		expect(await waiting()).toEqual([]);
		expect(await losses()).toEqual([]);
	}, 60_000);

	it("is not confirmed by another call's entry", async () => {
		await cloudflare.behave({ audit_delay_seconds: 30 * 24 * 3600 });
		const id = await deleted("203.0.113.0/26");
		const uri = `/accounts/${accountId}/addressing/prefixes/${prefixes.amsterdam}/bindings/${cdn26}`;
		const entry = {
			id: "1",
			action: { time: new Date(Date.now()).toISOString(), type: "delete" },
			actor: { type: "system" },
			raw: { uri, cf_ray_id: "0123456789abcdef" },
			resource: { product: "addressing" },
		};
		const body = { success: true, errors: [], messages: [], result: [entry] };
		await cloudflare.order({ path: "/logs/audit", times: 9, fault: { kind: "respond", body } });
		await later(7);
		expect(await asked()).toHaveLength(1);
		expect((await record(id)).confirmed_by_audit_log).toBeUndefined();
	});

	it("is named after unbind's token if it was taken for a loss, and confirmed on the record that failed", async () => {
		const id = await deleted("203.0.113.0/26");
		const { cloudflare: answer } = await record(id);
		// As if the call had been taken for a failure.
		await runInDurableObject(ledger(), (_, { storage: { sql } }) => {
			sql.exec(
				"UPDATE deletions SET state = 'failed', record = json_set(record, '$.state', 'failed') WHERE id = ?",
				id,
			);
			sql.exec("DELETE FROM audit_waits");
		});
		await later(18);
		const [loss] = await losses();
		expect(loss).toMatchObject({ binding_id: cdn26 });
		expect(await record(loss?.id ?? "")).toMatchObject({
			state: "deleted_elsewhere",
			actor: { name: "unbind", door: "watch" },
			elsewhere: { ray: answer?.ray?.slice(0, 16) },
		});
		expect(await record(id)).toMatchObject({ state: "failed", confirmed_by_audit_log: true });
	});
});

describe("with the watch off", () => {
	it("asks for nothing", async () => {
		await restarted({ WATCH_MINUTES: 0 });
		await deleted("203.0.113.0/26");
		const due = await alarmInMs();
		expect(due === null || due > hourMs || due < 5 * minuteMs).toBe(true);
		expect(await waiting()).toEqual([]);
	});
});
