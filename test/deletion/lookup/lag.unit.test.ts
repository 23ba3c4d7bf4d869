// Records tell what really happened, even when Cloudflare's reads lag and its answers get lost.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lagMs } from "../../../src/deletion/limits.ts";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import { advance } from "../../../src/deletion/steps/advance.ts";
import { beginRestoration } from "../../../src/deletion/steps/begin-restoration.ts";
import { recordOf, story } from "../a-deletion.ts";
import { createLaggingAccount, type LaggingAccount, named, someWeather } from "../a-lagging-account.ts";
import { restorer } from "../a-restoration.ts";
import { admit } from "../admit.ts";
import { livedThrough, mortal } from "../mortal.ts";
import { actorOf, commandOf, id, startMs } from "../world.ts";

const minute = 60_000;
const unclear = (takesEffect: boolean, takesMs = 0) => ({ answer: "unclear" as const, takesEffect, takesMs });
const stale = (lagsMs: number) => ({ lagsMs, takesMs: 0, breaks: false });
/** Every read lags this long, for a while. */
const stagnant = (lagsMs: number) => Array.from({ length: 100 }, () => stale(lagsMs));

async function asked(
	{ world }: LaggingAccount,
	target = "203.0.113.0/26",
	actor = actorOf(),
	directory = createDirectory(),
): Promise<Deletion> {
	const acknowledge = ["leaves_no_service", "still_provisioning"];
	const admission = await admit(commandOf(target, { actor, acknowledge }), world.ports, directory);
	if (!admission.ok) throw new Error(admission.failure.code);
	return admission.value.deletion;
}

/** Runs until nothing is due. Each isolate lives for the given number of calls. */
async function lived({ world }: LaggingAccount, recordId: string, lives: number[] = []): Promise<Deletion> {
	for (let round = 0; ; round++) {
		const callsToLive = lives.shift();
		const ports = callsToLive === undefined ? world.ports : mortal(world.ports, callsToLive);
		await livedThrough(() => advance(recordId, ports, createDirectory()));
		if (world.journal.open(recordId) === null && world.journal.restoring(recordId) === null) break;
		world.clock.nowMs = Math.max(world.clock.nowMs, world.journal.dueAtMs(recordId) ?? 0);
		expect(round).toBeLessThan(100);
	}
	return recordOf(world, recordId);
}

const restoring = ({ world }: LaggingAccount, recordId: string) =>
	beginRestoration(world.journal.get(recordId), restorer, world.ports);

/** Deleted a moment ago, by a clear answer. */
async function deleted(): Promise<{ account: LaggingAccount; record: Deletion }> {
	const account = createLaggingAccount();
	const record = await lived(account, (await asked(account)).id);
	expect(record.state).toBe("deleted");
	account.world.calls.length = 0;
	return { account, record };
}

describe("a deletion", () => {
	it("is deleted, not failed, if the DELETE took effect, was answered 500, and reads lag for two minutes", async () => {
		const account = createLaggingAccount();
		const { id: recordId } = await asked(account);
		account.weather = { reads: stagnant(lagMs), changes: [unclear(true)] };
		const record = await lived(account, recordId);
		// The second DELETE is answered 404.
		expect(account.deletes.map(({ tookEffect }) => tookEffect)).toEqual([true, false]);
		expect(story(record)).toBe(
			"sent 1, not_answered, read_back still there, sent 2, answered 404, read_back still there, read_back gone, deleted",
		);
		expect(Date.parse(record.settled_at ?? "")).toBe(startMs + lagMs);
	});

	it("does not fail on a look that began before the lag was over", async () => {
		const account = createLaggingAccount();
		const { id: recordId } = await asked(account);
		const slow = { lagsMs: lagMs, takesMs: 10_000, breaks: false };
		account.weather = { reads: Array.from({ length: 100 }, () => slow), changes: [unclear(true, 10_000)] };
		expect(await lived(account, recordId)).toMatchObject({ state: "deleted" });
	});

	it("fails if no DELETE took effect and the binding is still there after the lag", async () => {
		const account = createLaggingAccount();
		const { id: recordId } = await asked(account);
		account.weather = { reads: stagnant(lagMs), changes: [unclear(false), unclear(false), unclear(false)] };
		expect(await lived(account, recordId)).toMatchObject({
			state: "failed",
			failure: { code: "cloudflare_refused", detail: expect.stringContaining("two minutes later") },
		});
		expect(account.isBound(named.id)).toBe(true);
	});

	it.each([
		["is deleted if an empty answer hid that the DELETE took effect", true, "deleted"],
		["is sent again if the DELETE got an empty answer and took no effect", false, "deleted"],
	])("%s", async (_, takesEffect, state) => {
		const account = createLaggingAccount();
		const { id: recordId } = await asked(account);
		account.weather = { reads: [], changes: [unclear(takesEffect)] };
		expect(await lived(account, recordId)).toMatchObject({ state });
		expect(account.deletes).toHaveLength(takesEffect ? 1 : 2);
		expect(account.isBound(named.id)).toBe(false);
	});
});

describe("a second request for a binding that was just deleted", () => {
	it.each([["203.0.113.0/26"], [named.id]])(
		"sends no DELETE while the list still shows the binding, and says who deleted it (%s)",
		async (target) => {
			const { account, record } = await deleted();
			account.world.clock.nowMs += 1000;
			account.weather.reads = stagnant(minute);
			const second = await asked(account, target, actorOf({ name: "bob" }));
			expect(second).toMatchObject({
				state: "failed",
				failure: { code: "binding_not_found", last_deletion: { id: record.id, actor: "ci" } },
			});
			expect(account.deletes).toHaveLength(1);
		},
	);

	it("joins the deletion if it began before the binding went, even if the list still shows the binding", async () => {
		const account = createLaggingAccount();
		const first = await asked(account);
		const { listBindings } = account.world.ports.cloudflare;
		let lastGone: Promise<Deletion> | null = null;
		account.world.ports.cloudflare.listBindings = async (...given) => {
			const reply = await listBindings(...given);
			lastGone ??= lived(account, first.id);
			await lastGone;
			return reply;
		};
		account.world.journal.openFor = () => null;
		const second = await asked(account, named.id, actorOf({ name: "bob" }));
		expect(second).toMatchObject({ id: first.id, state: "deleted" });
		expect(account.deletes).toHaveLength(1);
	});

	it("finds a binding restored in the meantime by its id, even if no list shows it yet", async () => {
		const { account, record } = await deleted();
		account.world.clock.nowMs += 10_000;
		account.weather.reads = [];
		expect(await restoring(account, record.id)).toMatchObject({ ok: true });
		await lived(account, record.id);
		const [created = ""] = account.created;
		account.world.clock.nowMs += 30_000;
		// The list shows the account as it was before both; the binding itself can be read.
		account.weather.reads = [stale(minute), stale(0)];
		account.world.calls.length = 0;
		const second = await asked(account);
		expect(second).toMatchObject({ state: "deleting", binding: { id: created } });
		expect(account.world.calls).toEqual(["list", "get c0"]);
		expect(await lived(account, second.id)).toMatchObject({ state: "deleted" });
		expect(account.bound().map((one) => one.id)).toEqual([id("b0")]);
	});

	it("finds the restored binding even if an older record was restored after newer ones", async () => {
		const { account, record } = await deleted();
		const { world } = account;
		const goneAgain = async () => {
			world.clock.nowMs += 2 * lagMs;
			return lived(account, (await asked(account)).id);
		};
		await restoring(account, record.id);
		await lived(account, record.id);
		const second = await goneAgain();
		await restoring(account, second.id);
		await lived(account, second.id);
		await goneAgain();
		world.clock.nowMs += 2 * lagMs;
		await restoring(account, record.id);
		await lived(account, record.id);
		world.clock.nowMs += 30_000;
		account.weather.reads = [stale(minute), stale(0)];
		expect(await asked(account)).toMatchObject({ state: "deleting", binding: { id: account.created[2] } });
	});

	it("finds a binding that someone else created there once a list shows it", async () => {
		const { account } = await deleted();
		account.world.clock.nowMs += 10_000;
		account.bind({ ...named, id: id("e1") });
		expect(await asked(account)).toMatchObject({ state: "deleting", binding: { id: id("e1") } });
	});
});

describe("the id of a binding that we deleted or created", () => {
	it("costs one call once it is stale", async () => {
		const { account } = await deleted();
		account.world.clock.nowMs += 24 * 60 * minute;
		expect(await asked(account, named.id)).toMatchObject({ failure: { code: "binding_not_found" } });
		expect(account.world.calls).toEqual(["list"]);
	});

	it("is never remembered as missing, because a list may not show it yet", async () => {
		const { account, record } = await deleted();
		const directory = createDirectory();
		await restoring(account, record.id);
		await lived(account, record.id);
		const [created = ""] = account.created;
		// Neither the list nor a read shows it.
		account.weather.reads = stagnant(minute);
		expect(await asked(account, created, actorOf(), directory)).toMatchObject({
			failure: { code: "binding_not_found" },
		});
		account.weather.reads = [];
		account.world.clock.nowMs += 1000;
		expect(await asked(account, created, actorOf(), directory)).toMatchObject({
			state: "deleting",
			binding: { id: created },
		});
	});
});

describe("a restoration", () => {
	it("creates the binding again while lists still show the one that was deleted", async () => {
		const { account, record } = await deleted();
		account.world.clock.nowMs += 1000;
		account.weather.reads = stagnant(minute);
		expect(await restoring(account, record.id)).toMatchObject({ ok: true, value: { state: "deleted" } });
		const done = await lived(account, record.id);
		expect(account.created).toHaveLength(1);
		expect(done).toMatchObject({
			state: "restored",
			restoration: { state: "restored", binding_id: account.created[0] },
		});
	});

	it("is sent again if an empty answer hid that nothing was created", async () => {
		const { account, record } = await deleted();
		account.world.clock.nowMs += 2 * lagMs;
		account.weather.changes = [unclear(false)];
		await restoring(account, record.id);
		const done = await lived(account, record.id);
		expect(account.world.calls.filter((call) => call === "create")).toHaveLength(2);
		expect(done.restoration).toMatchObject({ state: "restored", binding_id: account.created[0] });
	});

	it("finds the binding that an empty answer did not show", async () => {
		const { account, record } = await deleted();
		account.world.clock.nowMs += 2 * lagMs;
		account.weather.changes = [unclear(true)];
		await restoring(account, record.id);
		const done = await lived(account, record.id);
		expect(account.world.calls.filter((call) => call === "create")).toHaveLength(1);
		expect(done.restoration).toMatchObject({ state: "restored", binding_id: account.created[0] });
	});

	it("takes a 409 as evidence that something is bound, and waits for the list to show it", async () => {
		const { account, record } = await deleted();
		account.world.clock.nowMs += 2 * lagMs;
		account.weather = { reads: stagnant(lagMs), changes: [unclear(true)] };
		await restoring(account, record.id);
		const done = await lived(account, record.id);
		expect(account.created).toHaveLength(1);
		expect(done.restoration).toMatchObject({ state: "restored", binding_id: account.created[0] });
	});

	it.each([
		[
			"was deleted by a later request",
			async (account: LaggingAccount) => {
				await lived(account, (await asked(account)).id);
			},
		],
		["was deleted by someone else", async (account: LaggingAccount) => account.unbind(account.created[0] ?? "")],
	])("can be requested again once its binding %s", async (_, goes) => {
		const { account, record } = await deleted();
		await restoring(account, record.id);
		await lived(account, record.id);
		account.world.clock.nowMs += 2 * lagMs;
		expect(await restoring(account, record.id)).toMatchObject({ value: { state: "restored" } });
		await goes(account);
		expect(account.bound()).toHaveLength(1);
		account.world.clock.nowMs += 1000;
		expect(await restoring(account, record.id)).toMatchObject({
			ok: true,
			value: { restoration: { state: "restoring" } },
		});
		const again = await lived(account, record.id);
		expect(account.created).toHaveLength(2);
		expect(again).toMatchObject({ state: "restored", restoration: { binding_id: account.created[1] } });
	});
});

const aLife = fc.record({
	weather: someWeather,
	lives: fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 4 }),
});

/** Compares what a record says about its binding with the truth. */
function expectTruth(account: LaggingAccount, { state, binding }: Deletion, isByOthers = false): void {
	const byUs = account.deletes.some((one) => one.id === binding?.id && one.tookEffect);
	if (state === "deleted" || state === "already_gone") expect(account.isBound(binding?.id)).toBe(false);
	if (state === "failed") expect(byUs).toBe(false);
	if (state === "already_gone") expect(isByOthers && !byUs).toBe(true);
	expect(account.deletes.filter((one) => !one.shownBefore)).toEqual([]);
}

describe("whatever lags, breaks, gets lost or restarts", () => {
	it("a deletion's record is true", async () => {
		await fc.assert(
			fc.asyncProperty(aLife, fc.option(fc.nat(3 * minute), { freq: 3 }), async ({ weather, lives }, rivalAfterMs) => {
				const account = createLaggingAccount();
				const { world } = account;
				const { id: recordId } = await asked(account);
				account.weather = weather;
				if (rivalAfterMs !== null) {
					const { getBinding } = world.ports.cloudflare;
					world.ports.cloudflare.getBinding = (...given) => {
						if (world.clock.nowMs >= startMs + rivalAfterMs && account.isBound(named.id)) account.unbind(named.id);
						return getBinding(...given);
					};
				}
				const record = await lived(account, recordId, lives);
				expect(["deleted", "already_gone", "failed"]).toContain(record.state);
				expectTruth(account, record, rivalAfterMs !== null);
				world.journal.handOver();
			}),
			{ numRuns: 2000 },
		);
	}, 180_000);

	it("a restoration ends with a binding that exists, or fails and can be requested again", async () => {
		await fc.assert(
			fc.asyncProperty(aLife, fc.nat(2 * lagMs), someWeather, async ({ weather, lives }, waitMs, before) => {
				const account = createLaggingAccount();
				const { world } = account;
				const { id: recordId } = await asked(account);
				account.weather = before;
				const gone = await lived(account, recordId);
				account.weather = structuredClone(weather);
				world.clock.nowMs += waitMs;
				const begun = await restoring(account, recordId);
				if (begun.ok) await lived(account, recordId, [...lives]);
				const record = recordOf(world, recordId);
				if (gone.state === "failed") expect(begun).toMatchObject({ failure: { code: "conflict" } });
				else if (record.state === "restored") expect(account.isBound(record.restoration?.binding_id)).toBe(true);
				else {
					expect(account.created).toEqual([]);
					account.weather = { reads: [], changes: [] };
					expect(await restoring(account, recordId)).toMatchObject({ ok: true });
					const again = await lived(account, recordId);
					expect(again.state).toBe("restored");
					expect(account.isBound(again.restoration?.binding_id)).toBe(true);
				}
				expect(account.created.length).toBeLessThanOrEqual(1);
				world.journal.handOver();
			}),
			{ numRuns: 2000 },
		);
	}, 180_000);

	it("any series of deletions and restorations deletes each binding once and leaves true records", async () => {
		const anErrand = fc.record({
			does: fc.constantFrom("delete", "delete_by_id", "restore"),
			weather: someWeather,
			waitMs: fc.oneof(fc.nat(5000), fc.nat(2 * lagMs)),
			name: fc.constantFrom("ci", "bob"),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(anErrand, { minLength: 2, maxLength: 6 }), async (errands) => {
				const account = createLaggingAccount();
				const { world } = account;
				const directory = createDirectory();
				for (const { does, weather, waitMs, name } of errands) {
					account.weather = structuredClone(weather);
					const newest = world.journal.lastGone({ cidr: "203.0.113.0/26" });
					if (does === "restore") {
						const begun = newest === null ? null : await restoring(account, newest.id);
						if (begun?.ok) await lived(account, begun.value.id);
					} else {
						const target = does === "delete" ? "203.0.113.0/26" : (account.created.at(-1) ?? named.id);
						const { id: recordId } = await asked(account, target, actorOf({ name }), directory);
						const record = await lived(account, recordId);
						if (record.binding !== null) expectTruth(account, record);
					}
					world.clock.nowMs += waitMs;
				}
				const gone = account.deletes.filter(({ tookEffect }) => tookEffect).map((one) => one.id);
				expect(new Set(gone).size).toBe(gone.length);
				expect(account.bound().filter((one) => one.cidr === named.cidr).length).toBeLessThanOrEqual(1);
				world.journal.handOver();
			}),
			{ numRuns: 1000 },
		);
	}, 180_000);
});
