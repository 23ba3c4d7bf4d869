import { describe, expect, it } from "vitest";
import { carryOut } from "../../src/deletion/execute.ts";
import { lagMs } from "../../src/deletion/lag.ts";
import { ok } from "../../src/deletion/result.ts";
import { admitted, live, play, recordOf, type Script, story } from "./a-deletion.ts";
import { fault, id, startMs, type World } from "./world.ts";

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
			"is already gone where Cloudflare knows no such binding, nor lists it",
			{ deletes: ["not_found"], reads: ["gone_meanwhile"] },
			"sent 1, answered 404, read_back gone, already_gone",
		],
		[
			"has failed where Cloudflare knows no such binding, and lists it",
			{ deletes: ["not_found"] },
			"sent 1, answered 404, read_back still there, failed",
		],
		[
			"is deleted where no answer came and the binding is gone",
			{ deletes: ["done_and_lost"] },
			"sent 1, not_answered, read_back gone, deleted",
		],
		[
			"is sent again where no answer came and the binding stands",
			{ deletes: ["lost", "ok"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 200, deleted",
		],
		[
			"is deleted, not already gone, where the second DELETE finds what the first one left",
			{ deletes: ["lost", "not_found"], reads: ["truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 404, read_back gone, deleted",
		],
		[
			"is sent three times at the most",
			{ deletes: ["lost", "lost", "lost"] },
			"sent 1, not_answered, read_back still there, sent 2, not_answered, read_back still there, sent 3, not_answered, read_back still there, failed",
		],
		[
			"has failed where Cloudflare refuses",
			{ deletes: ["refused"] },
			"sent 1, answered 403, read_back still there, failed",
		],
		[
			"is already gone where Cloudflare refuses because of that",
			{ deletes: ["refused"], reads: ["gone_meanwhile"] },
			"sent 1, answered 403, read_back gone, already_gone",
		],
		[
			"is looked for after a refusal too, until a list can be read",
			{ deletes: ["refused"], reads: ["unreadable"] },
			"sent 1, answered 403, read_back nothing conclusive, read_back still there, failed",
		],
		["has failed where the credential is rejected", { deletes: ["credential"] }, "sent 1, answered 401, failed"],
		[
			"is not sent again where Cloudflare refuses after an answer was lost; it is waited for",
			{ deletes: ["lost", "refused"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 403, read_back still there, failed",
		],
		[
			"is deleted where a lost DELETE lands after Cloudflare refused the next one",
			{ deletes: ["lost", "refused"], reads: ["truth", "truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 403, read_back still there, read_back gone, deleted",
		],
		[
			"waits out a short throttling, and looks before it sends again",
			{ deletes: [{ throttled: 2000 }, "ok"] },
			"sent 1, answered 429, read_back still there, sent 2, answered 200, deleted",
		],
		[
			"is already gone where somebody else was faster while it was throttled",
			{ deletes: [{ throttled: 2000 }], reads: ["gone_meanwhile"] },
			"sent 1, answered 429, read_back gone, already_gone",
		],
		[
			"has failed where the throttling is longer than its window",
			{ deletes: [{ throttled: 60_000 }] },
			"sent 1, answered 429, failed",
		],
		[
			"has failed after three short throttlings",
			{ deletes: [{ throttled: 1000 }, { throttled: 1000 }, { throttled: 1000 }] },
			"sent 1, answered 429, read_back still there, sent 2, answered 429, read_back still there, sent 3, answered 429, failed",
		],
		[
			"is waited for where a long throttling comes after a lost answer",
			{ deletes: ["lost", { throttled: 60_000 }], reads: ["truth", "truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 429, read_back still there, read_back gone, deleted",
		],
		[
			"is deleted where a lost DELETE lands while the next one is throttled",
			{ deletes: ["lost", { throttled: 2000 }], reads: ["truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 429, read_back gone, deleted",
		],
		[
			"is sent when it was held back for a short while, as if nothing had been",
			{ deletes: [{ held: 5001 }, "ok"] },
			"sent 1, answered 200, deleted",
		],
		[
			"waits out any number of short holds within its minute",
			{ deletes: [{ held: 9000 }, { held: 9000 }, { held: 9000 }, { held: 9000 }, "ok"] },
			"sent 1, answered 200, deleted",
		],
		["has failed where it was held back for longer than its window", { deletes: [{ held: 60_000 }] }, "failed"],
		[
			"looks before a second DELETE that was held back leaves after all",
			{ deletes: ["lost", { held: 5001 }, "ok"] },
			"sent 1, not_answered, read_back still there, sent 2, answered 200, deleted",
		],
		[
			"is deleted where a lost DELETE lands while the next one is held back",
			{ deletes: ["lost", { held: 5001 }], reads: ["truth", "gone_meanwhile"] },
			"sent 1, not_answered, read_back still there, read_back gone, deleted",
		],
		[
			"is looked for until a list can be read",
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
	])("that has failed says why, and when to ask again (%#)", async (script, code, detail, retryAfterSeconds) => {
		const { record } = await lived(script);
		const retry = retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds };
		const why = typeof detail === "string" ? detail : expect.stringMatching(detail);
		expect(record.failure).toEqual({ code, detail: why, ...retry });
	});

	it("keeps Cloudflare's answer, and how often it was asked", async () => {
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

	it("is on record as sent before Cloudflare is asked", async () => {
		const { world, recordId } = await admitted();
		let seen: unknown;
		world.misbehave = (call) => {
			if (call.startsWith("delete")) seen = world.journal.open(recordId);
			return null;
		};
		await carryOut(recordId, world.ports);
		expect(seen).toMatchObject({
			deletion: { state: "deleting", timeline: [{}, {}, { event: "sent", attempt: 1 }] },
			progress: { phase: "sent", callsSent: 1, lastSentAtMs: startMs },
		});
	});

	it("is left alone once it is settled", async () => {
		const { world, recordId } = await admitted();
		await carryOut(recordId, world.ports);
		const record = recordOf(world, recordId);
		await carryOut(recordId, world.ports);
		await carryOut("7zzp0k00000000000000000000", world.ports);
		expect(recordOf(world, recordId)).toEqual(record);
		expect(world.calls).toEqual(["delete 203.0.113.0/26"]);
	});

	it.each([
		["binding", { id: ".." }],
		["prefix", { prefix_id: "a1/.." }],
	])("of a %s whose id could not stand in a path is never sent", async (_, change) => {
		const { world, recordId } = await admitted();
		const open = world.journal.open(recordId);
		if (open?.deletion.binding == null) throw new Error("it is not open");
		const binding = { ...open.deletion.binding, ...change };
		world.journal.keepOpen({ ...open, deletion: { ...open.deletion, binding } }, startMs);
		await carryOut(recordId, world.ports);
		expect(recordOf(world, recordId).state).not.toBe("deleted");
		expect(deletesOf(world)).toBe(0);
	});

	it("is not taken for deleted where the list lacks the binding, and the binding itself can be read", async () => {
		const { world, recordId } = await admitted();
		world.ports.cloudflare.listBindings = async () => ok({ items: [], askedAtMs: world.clock.nowMs });
		world.misbehave = (call) => (call.startsWith("delete") ? fault.unclear : null);
		await carryOut(recordId, world.ports);
		world.clock.nowMs += 2 * lagMs;
		await carryOut(recordId, world.ports);
		expect(recordOf(world, recordId)).toMatchObject({ state: "failed", failure: { code: "cloudflare_refused" } });
	});

	it("looks at the binding itself, and never at a list that was asked for before", async () => {
		const { world } = await lived({ deletes: ["lost", "lost", "done_and_lost"], reads: ["unreadable"] });
		const looks = world.calls.filter((call) => !call.startsWith("delete"));
		expect(new Set(looks)).toEqual(new Set(["binding 203.0.113.0/26", `binding ${id("b1")}`, "prefixes afresh"]));
	});
});
