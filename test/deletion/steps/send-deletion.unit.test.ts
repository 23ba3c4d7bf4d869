import { describe, expect, it } from "vitest";
import { lagMs } from "../../../src/deletion/limits.ts";
import { ok } from "../../../src/deletion/result.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { admitted, live, play, recordOf, type Script, story } from "../a-deletion.ts";
import { fault, id, startMs, type World } from "../world.ts";

const deletesOf = (world: World): number => world.calls.filter((call) => call.startsWith("delete")).length;

const lived = async (script: Script) => {
	const { world, recordId } = await admitted();
	play(world, script);
	await live(world, recordId);
	return { world, record: recordOf(world, recordId) };
};

describe("a deletion", () => {
	it.each<[string, Script, string]>([
		["is deleted by a clear success", { deletes: ["ok"] }, "sent 1, answered 200, deleted"],
		[
			"is already gone if Cloudflare answers 404 and does not list the binding",
			{ deletes: ["not_found"], reads: ["gone_meanwhile"] },
			"sent 1, answered 404, read_back gone, already_gone",
		],
		[
			"fails if Cloudflare answers 404 but still lists the binding",
			{ deletes: ["not_found"] },
			"sent 1, answered 404, read_back still there, failed",
		],
		[
			"is deleted if no answer came and the binding is gone",
			{ deletes: ["done_and_lost"] },
			"sent 1, not_answered, read_back gone, deleted",
		],
		[
			"is sent again if no answer came and the binding is still there",
			{ deletes: ["lost", "ok"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 200, deleted",
		],
		[
			"is deleted, not already gone, if the first DELETE took effect and the second gets a 404",
			{ deletes: ["lost", "not_found"], reads: ["truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 404, read_back gone, deleted",
		],
		[
			"is sent at most three times",
			{ deletes: ["lost", "lost", "lost"] },
			"sent 1, not_answered, read_back still there, sent 2, not_answered, read_back still there, sent 3, not_answered, read_back still there, failed",
		],
		["fails if Cloudflare refuses", { deletes: ["refused"] }, "sent 1, answered 403, read_back still there, failed"],
		[
			"is already gone if Cloudflare refuses and the binding is gone",
			{ deletes: ["refused"], reads: ["gone_meanwhile"] },
			"sent 1, answered 403, read_back gone, already_gone",
		],
		[
			"looks after a refusal too, until Cloudflare can be read",
			{ deletes: ["refused"], reads: ["unreadable"] },
			"sent 1, answered 403, read_back nothing conclusive, read_back still there, failed",
		],
		["fails if the credential is rejected", { deletes: ["credential"] }, "sent 1, answered 401, failed"],
		[
			"waits and sends nothing more if Cloudflare refuses after a lost answer",
			{ deletes: ["lost", "refused"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 403, read_back still there, failed",
		],
		[
			"is deleted if a lost DELETE lands after Cloudflare refused the next one",
			{ deletes: ["lost", "refused"], reads: ["truth", "truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 403, read_back still there, read_back gone, deleted",
		],
		[
			"waits out a short rate limit, then looks before it sends again",
			{ deletes: [{ throttled: 2000 }, "ok"] },
			"sent 1, answered 429, read_back still there, sent 2, answered 200, deleted",
		],
		[
			"is already gone if someone else deletes it while we wait out a rate limit",
			{ deletes: [{ throttled: 2000 }], reads: ["gone_meanwhile"] },
			"sent 1, answered 429, read_back gone, already_gone",
		],
		[
			"fails if the rate limit outlasts its send window",
			{ deletes: [{ throttled: 60_000 }] },
			"sent 1, answered 429, failed",
		],
		[
			"fails after three short rate limits",
			{ deletes: [{ throttled: 1000 }, { throttled: 1000 }, { throttled: 1000 }] },
			"sent 1, answered 429, read_back still there, sent 2, answered 429, read_back still there, sent 3, answered 429, failed",
		],
		[
			"waits for the effect if a long rate limit follows a lost answer",
			{ deletes: ["lost", { throttled: 60_000 }], reads: ["truth", "truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 429, read_back still there, read_back gone, deleted",
		],
		[
			"is deleted if a lost DELETE lands while the next one waits out a rate limit",
			{ deletes: ["lost", { throttled: 2000 }], reads: ["truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 429, read_back gone, deleted",
		],
		[
			"is sent after being held back briefly, with no trace of the wait",
			{ deletes: [{ held: 5001 }, "ok"] },
			"sent 1, answered 200, deleted",
		],
		[
			"waits out any number of short holds within its send window",
			{ deletes: [{ held: 9000 }, { held: 9000 }, { held: 9000 }, { held: 9000 }, "ok"] },
			"sent 1, answered 200, deleted",
		],
		["fails if it is held back for longer than its send window", { deletes: [{ held: 60_000 }] }, "failed"],
		[
			"looks again before it sends a second DELETE that was held back",
			{ deletes: ["lost", { held: 5001 }, "ok"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 200, deleted",
		],
		[
			"is deleted if a lost DELETE lands while the next one is held back",
			{ deletes: ["lost", { held: 5001 }], reads: ["truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, read_back gone, deleted",
		],
		[
			"looks until Cloudflare can be read",
			{ deletes: ["done_and_lost"], reads: ["unreadable", "unreadable"] },
			"sent 1, not_answered, read_back nothing conclusive, read_back gone, deleted",
		],
	])("%s", async (_, script, expected) => {
		const { world, record } = await lived(script);
		expect(story(record)).toBe(expected);
		expect(record.state).toBe(expected.split(", ").at(-1));
		expect(record.settled_at).toBe(new Date(world.clock.nowMs).toISOString());
		expect(deletesOf(world)).toBe(expected.split("sent ").length - 1);
		expect(record.cloudflare?.attempts ?? 0).toBe(deletesOf(world));
	});

	it.each<[Script, string, string | RegExp, number?]>([
		[{ deletes: ["refused"] }, "cloudflare_refused", "Cloudflare refused the deletion. The binding is still there."],
		[{ deletes: ["credential"] }, "credential_rejected", /credential/],
		[
			{ deletes: ["lost", "lost", "lost"] },
			"cloudflare_refused",
			"Cloudflare gave no clear answer to the deletion, and two minutes later the binding is still there.",
		],
		[{ deletes: ["not_found"] }, "cloudflare_refused", "Cloudflare refused the deletion. The binding is still there."],
		[
			{ deletes: ["lost", "refused"] },
			"cloudflare_refused",
			"Cloudflare gave no clear answer to the deletion, and two minutes later the binding is still there.",
		],
		[
			{ deletes: [{ throttled: 90_500 }] },
			"cloudflare_refused",
			"Cloudflare's rate limit refused the deletion. The binding is still there.",
			91,
		],
		[
			{ deletes: [{ held: 60_500 }] },
			"cloudflare_unavailable",
			"Cloudflare's rate limit is used up. Nothing was sent.",
			61,
		],
	])("that failed says why and when to retry (%#)", async (script, code, detail, retryAfterSeconds) => {
		const { record } = await lived(script);
		const retry = retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds };
		const why = typeof detail === "string" ? detail : expect.stringMatching(detail);
		expect(record.failure).toEqual({ code, detail: why, ...retry });
	});

	it("keeps Cloudflare's answer and the number of attempts", async () => {
		const { record } = await lived({ deletes: ["lost", "ok"] });
		expect(record.cloudflare).toEqual({
			status: 200,
			success: true,
			errors: [],
			messages: [],
			ray: "8f00-AMS",
			duration_ms: 5,
			attempts: 2,
		});
	});

	it("is recorded as sent before the call leaves", async () => {
		const { world, recordId } = await admitted();
		let seen: unknown;
		world.misbehave = (call) => {
			if (call.startsWith("delete")) seen = world.journal.open(recordId);
			return null;
		};
		await sendDeletion(recordId, world.ports);
		expect(seen).toMatchObject({
			deletion: { state: "deleting", timeline: [{}, {}, { event: "sent", attempt: 1 }] },
			progress: { phase: "sent", callsSent: 1, lastSentAtMs: startMs },
		});
	});

	it("is left alone once it has settled", async () => {
		const { world, recordId } = await admitted();
		await sendDeletion(recordId, world.ports);
		const record = recordOf(world, recordId);
		await sendDeletion(recordId, world.ports);
		await sendDeletion("7zzp0k00000000000000000000", world.ports);
		expect(recordOf(world, recordId)).toEqual(record);
		expect(world.calls).toEqual(["delete 203.0.113.0/26"]);
	});

	it.each([
		["binding", { id: ".." }],
		["prefix", { prefix_id: "a1/.." }],
	])("of a %s whose id is not safe in a path is never sent", async (_, change) => {
		const { world, recordId } = await admitted();
		const open = world.journal.open(recordId);
		if (open?.deletion.binding == null) throw new Error("it is not open");
		const binding = { ...open.deletion.binding, ...change };
		world.journal.storeOpen({ ...open, deletion: { ...open.deletion, binding } }, startMs);
		await sendDeletion(recordId, world.ports);
		expect(recordOf(world, recordId).state).not.toBe("deleted");
		expect(deletesOf(world)).toBe(0);
	});

	it("is not taken for deleted where the list lacks the binding, and the binding itself can be read", async () => {
		const { world, recordId } = await admitted();
		world.ports.cloudflare.listBindings = async () => ok({ items: [], askedAtMs: world.clock.nowMs });
		world.misbehave = (call) => (call.startsWith("delete") ? fault.unclear : null);
		await sendDeletion(recordId, world.ports);
		world.clock.nowMs += 2 * lagMs;
		await sendDeletion(recordId, world.ports);
		expect(recordOf(world, recordId)).toMatchObject({ state: "failed", failure: { code: "cloudflare_refused" } });
	});

	it("reads the binding itself, never an earlier list", async () => {
		const { world } = await lived({ deletes: ["lost", "lost", "done_and_lost"], reads: ["unreadable"] });
		const looks = world.calls.filter((call) => !call.startsWith("delete"));
		expect(new Set(looks)).toEqual(new Set(["binding 203.0.113.0/26", `binding ${id("b1")}`, "prefixes afresh"]));
	});
});
