import { describe, expect, it } from "vitest";
import { lagMs } from "../../../src/deletion/limits.ts";
import { ok } from "../../../src/deletion/result.ts";
import { beginRestoration } from "../../../src/deletion/steps/begin-restoration.ts";
import { sendRestoration } from "../../../src/deletion/steps/send-restoration.ts";
import { edge, recordOf } from "../a-deletion.ts";
import { begun, boundNow, cidr, live, play, restorationOf, restorer, type Script, story } from "../a-restoration.ts";
import { freezeOf, id, startMs, type World } from "../world.ts";

const createsOf = (world: World): number => world.calls.filter((call) => call.startsWith("create")).length;

const lived = async (script: Script) => {
	const { world, recordId } = await begun();
	play(world, script);
	const pauses = await live(world, recordId);
	return { world, pauses, record: recordOf(world, recordId), restoration: restorationOf(world, recordId) };
};

const endOf = { restored: "restored", already_bound: "already_bound", restoration_failed: "failed" };

describe("a restoration", () => {
	it.each<[string, Script, string]>([
		["is restored by a clear success", { creates: ["ok"] }, "sent 1, answered 200, restored"],
		[
			"is already bound if Cloudflare reports a conflict and lists the binding with the same service",
			{ creates: ["conflict"], reads: ["bound_meanwhile"] },
			"sent 1, answered 409, read_back bound, already_bound",
		],
		[
			"fails if Cloudflare reports a conflict but lists no binding",
			{ creates: ["conflict"] },
			"sent 1, answered 409, read_back not bound, restoration_failed",
		],
		[
			"fails if another service was bound in the meantime",
			{ creates: ["conflict"], reads: ["other_meanwhile"] },
			"sent 1, answered 409, read_back bound to another service, restoration_failed",
		],
		[
			"is restored if no answer came and the binding is there",
			{ creates: ["done_and_lost"] },
			"sent 1, not_answered, read_back bound, restored",
		],
		[
			"is sent again if no answer came and nothing is bound",
			{ creates: ["lost", "ok"] },
			"sent 1, not_answered, read_back not bound, sent 2, answered 200, restored",
		],
		[
			"counts as restored by us if the second POST finds the binding of the first",
			{ creates: ["lost", "conflict"], reads: ["truth", "bound_meanwhile"] },
			"sent 1, not_answered, read_back not bound, sent 2, answered 409, read_back bound, restored",
		],
		[
			"fails if no answer came and another service is bound",
			{ creates: ["lost"], reads: ["other_meanwhile"] },
			"sent 1, not_answered, read_back bound to another service, restoration_failed",
		],
		[
			"is sent at most three times",
			{ creates: ["lost", "lost", "lost"] },
			"sent 1, not_answered, read_back not bound, sent 2, not_answered, read_back not bound, sent 3, not_answered, read_back not bound, restoration_failed",
		],
		[
			"fails if Cloudflare refuses",
			{ creates: ["refused"] },
			"sent 1, answered 403, read_back not bound, restoration_failed",
		],
		["fails if the credential is rejected", { creates: ["credential"] }, "sent 1, answered 401, restoration_failed"],
		[
			"is restored if a lost POST lands after Cloudflare refused the next one",
			{ creates: ["lost", "refused"], reads: ["truth", "truth", "bound_meanwhile"] },
			"sent 1, not_answered, read_back not bound, sent 2, answered 403, read_back not bound, read_back bound, restored",
		],
		[
			"waits out a short rate limit, then looks before it sends again",
			{ creates: [{ throttled: 2000 }, "ok"] },
			"sent 1, answered 429, read_back not bound, sent 2, answered 200, restored",
		],
		[
			"is already bound if someone else binds it while we wait out a rate limit",
			{ creates: [{ throttled: 2000 }], reads: ["bound_meanwhile"] },
			"sent 1, answered 429, read_back bound, already_bound",
		],
		[
			"fails if the rate limit outlasts its send window",
			{ creates: [{ throttled: 60_000 }] },
			"sent 1, answered 429, restoration_failed",
		],
		[
			"is sent after being held back briefly, with no trace of the wait",
			{ creates: [{ held: 5001 }, "ok"] },
			"sent 1, answered 200, restored",
		],
		["fails if it is held back for longer than its send window", { creates: [{ held: 60_000 }] }, "restoration_failed"],
		[
			"looks until a list can be read",
			{ creates: ["done_and_lost"], reads: ["unreadable", "no_prefix"] },
			"sent 1, not_answered, read_back nothing conclusive, read_back bound, restored",
		],
	])("%s", async (_, script, expected) => {
		const { world, record, restoration } = await lived(script);
		expect(story(record)).toBe(expected);
		const end = expected.split(", ").at(-1);
		expect(restoration.state).toBe(Object.entries(endOf).find(([event]) => event === end)?.[1]);
		expect(record.state).toBe(end === "restoration_failed" ? "deleted" : "restored");
		expect(restoration.settled_at).toBe(new Date(world.clock.nowMs).toISOString());
		expect(restoration.binding_id).toBe(end === "restoration_failed" ? null : boundNow(world)?.id);
		expect(restoration.failure === null).toBe(end !== "restoration_failed");
		expect(createsOf(world)).toBe(expected.split("sent ").length - 1);
		expect(restoration.cloudflare?.attempts ?? 0).toBe(createsOf(world));
		expect(record.settled_at).toBe(new Date(startMs).toISOString());
		expect([record.failure, record.cloudflare?.status]).toEqual([null, 200]);
	});

	it("leaves the deletion's own events alone when it is held back", async () => {
		const { record } = await lived({ creates: [{ held: 5001 }, "ok"] });
		const sent = record.timeline.filter(({ event }) => event === "sent");
		expect(sent.map(({ attempt }) => attempt)).toEqual([1, 1]);
		expect(record.timeline.slice(0, 5).map(({ event }) => event)).toEqual([
			...["requested", "planned", "sent", "answered", "deleted"],
		]);
	});

	it.each<[Script, string, string | RegExp]>([
		[{ creates: ["refused"] }, "cloudflare_refused", "Cloudflare refused to create the binding."],
		[{ creates: ["credential"] }, "credential_rejected", /credential/],
		[{ creates: ["conflict"] }, "cloudflare_refused", "Cloudflare refused to create the binding."],
		[
			{ creates: ["conflict"], reads: ["other_meanwhile"] },
			"binding_conflict",
			"Another service has been bound to this CIDR in the meantime.",
		],
		[
			{ creates: ["lost", "lost", "lost"] },
			"cloudflare_refused",
			"Cloudflare gave no clear answer, and two minutes later the binding is not there.",
		],
		[
			{ creates: [{ throttled: 60_000 }] },
			"cloudflare_refused",
			"Cloudflare's rate limit refused the creation. Try again later.",
		],
		[
			{ creates: [{ held: 60_000 }] },
			"cloudflare_unavailable",
			"Cloudflare's rate limit is used up. Nothing was sent.",
		],
	])("that failed says why (%#)", async (script, code, detail) => {
		const { restoration } = await lived(script);
		const why = typeof detail === "string" ? detail : expect.stringMatching(detail);
		expect(restoration.failure).toEqual({ code, detail: why });
	});

	it("shows the new binding, which is still provisioning", async () => {
		const { world, restoration } = await lived({ creates: ["ok"] });
		expect(restoration).toMatchObject({ binding_id: id("c1"), provisioning: { state: "provisioning" } });
		expect(boundNow(world)).toMatchObject({ id: id("c1"), cidr, serviceId: id("5e") });
	});

	it("looks for the new binding if Cloudflare's answer does not show it", async () => {
		const { world, recordId } = await begun();
		play(world, { creates: ["done_and_lost"] });
		await live(world, recordId);
		expect(restorationOf(world, recordId)).toMatchObject({ state: "restored", binding_id: id("d1") });
		expect(world.calls).toEqual([`create ${cidr}`, "bindings 203.0.113.0/24 afresh", `binding ${cidr}`]);
	});

	it.each(["done_and_lost", "lost"] as const)(
		"takes no earlier binding of its own for the new one, although reads that lag still show it (%s)",
		async (reply) => {
			const { world, recordId } = await begun();
			await live(world, recordId);
			const first = restorationOf(world, recordId).binding_id;
			const earlier = boundNow(world);
			if (earlier === undefined) throw new Error("nothing is bound");
			world.clock.nowMs += 3_600_000;
			// Others delete it. Reads do not show that again until the new call has left.
			const present = world.account.get(edge) ?? [];
			present.splice(present.indexOf(earlier), 1);
			const again = await beginRestoration(recordOf(world, recordId), restorer, world.ports);
			expect(again.ok).toBe(true);
			play(world, { creates: [reply] });
			const { listBindings, getBinding } = world.ports.cloudflare;
			const shownUntilMs = world.clock.nowMs + lagMs;
			const isShown = () => world.clock.nowMs < shownUntilMs;
			const cloudflare = {
				...world.ports.cloudflare,
				listBindings: async (...given: Parameters<typeof listBindings>) => {
					const read = await listBindings(...given);
					return read.ok && isShown() ? ok({ ...read.value, items: [earlier, ...read.value.items] }) : read;
				},
				getBinding: async (...given: Parameters<typeof getBinding>) =>
					given[1] === earlier.id && isShown() ? ok(earlier) : getBinding(...given),
			};
			for (let round = 0; round < 20 && world.journal.restoring(recordId) !== null; round++) {
				await sendRestoration(recordId, { ...world.ports, cloudflare });
				world.clock.nowMs = world.journal.dueAtMs(recordId) ?? world.clock.nowMs;
			}
			expect(restorationOf(world, recordId)).toMatchObject({ state: "restored", binding_id: boundNow(world)?.id });
			expect(restorationOf(world, recordId).binding_id).not.toBe(first);
		},
	);

	it("is recorded as sent before the call leaves", async () => {
		const { world, recordId } = await begun();
		let seen: unknown;
		world.misbehave = (call) => {
			if (call.startsWith("create")) seen = world.journal.restoring(recordId);
			return null;
		};
		const { nowMs } = world.clock;
		await sendRestoration(recordId, world.ports);
		expect(seen).toMatchObject({
			deletion: { state: "deleted", restoration: { state: "restoring" } },
			progress: { phase: "sent", callsSent: 1, lastSentAtMs: nowMs },
		});
	});

	it("is shown as unknown while its outcome is unknown", async () => {
		const { pauses } = await lived({ creates: ["lost", "lost", "lost"] });
		const seconds = [1, 2, 4, 8, 16, 32, 45, 12];
		expect(pauses).toEqual(seconds.map((s) => `unknown for ${s * 1000} ms`));
		const odd = await lived({ creates: ["done_and_lost"], reads: ["unreadable", "unreadable", "no_prefix"] });
		expect(odd.pauses).toEqual(["unknown for 1000 ms", "unknown for 2000 ms", "unknown for 4000 ms"]);
	});

	it("goes ahead during a freeze", async () => {
		const { world, recordId } = await begun();
		world.journal.frozen = freezeOf();
		await live(world, recordId);
		expect(recordOf(world, recordId).state).toBe("restored");
	});

	it("is not sent once a minute has passed since the request", async () => {
		const { world, recordId } = await begun();
		world.clock.nowMs += 60_000;
		await sendRestoration(recordId, world.ports);
		expect(restorationOf(world, recordId)).toMatchObject({
			state: "failed",
			failure: { code: "cloudflare_unavailable", detail: expect.stringContaining("Nothing was sent") },
		});
		expect(world.calls).toEqual([]);
	});

	it.each([
		["prefix", { prefix_id: "a1/.." }],
		["service", { service_id: null }],
	])("is never sent if the record has no valid %s id", async (_, change) => {
		const { world, recordId } = await begun();
		const open = world.journal.restoring(recordId);
		if (open?.deletion.binding == null) throw new Error("it is not under way");
		const binding = { ...open.deletion.binding, ...change };
		world.journal.storeRestoring({ ...open, deletion: { ...open.deletion, binding } }, startMs);
		await sendRestoration(recordId, world.ports);
		expect(restorationOf(world, recordId)).toMatchObject({ state: "failed", failure: { code: "cloudflare_refused" } });
		expect(createsOf(world)).toBe(0);
	});

	it("is left alone once it has settled", async () => {
		const { world, recordId } = await begun();
		await live(world, recordId);
		const record = recordOf(world, recordId);
		await sendRestoration(recordId, world.ports);
		await sendRestoration("7zzp0k00000000000000000000", world.ports);
		expect(recordOf(world, recordId)).toEqual(record);
		expect(createsOf(world)).toBe(1);
	});
});
