import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import type { CloudflareFault } from "../../../src/deletion/ports.ts";
import type { DeletionCommand } from "../../../src/deletion/steps/command.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { asked, worldOf } from "../a-deletion.ts";
import { admit } from "../admit.ts";
import { actorOf, commandOf, fault, id, lenient, startMs } from "../world.ts";

const keyed = (change: Partial<DeletionCommand> = {}) =>
	commandOf("203.0.113.0/26", { idempotencyKey: "k", ...change });

describe("a repeated request", () => {
	it("is answered from the record under the same key, as a replay", async () => {
		const world = worldOf();
		const first = await asked(world, keyed());
		await sendDeletion(first.deletion.id, world.ports);
		const calls = world.calls.length;
		const again = await asked(world, keyed());
		expect(again).toEqual({ deletion: world.journal.get(first.deletion.id), replayed: true });
		expect(again.deletion.state).toBe("deleted");
		expect(world.calls).toHaveLength(calls);
	});

	it("is answered from the record under the same request id, but not as a replay", async () => {
		const world = worldOf();
		const command = commandOf("203.0.113.0/26");
		const first = await asked(world, command);
		await sendDeletion(first.deletion.id, world.ports);
		expect(await asked(world, command)).toEqual({ deletion: world.journal.get(first.deletion.id), replayed: false });
	});

	it("is refused under the same key with another payload", async () => {
		const world = worldOf();
		const { deletion } = await asked(world, keyed());
		const others: DeletionCommand[] = [
			keyed({ reason: "another" }),
			keyed({ reason: null }),
			keyed({ acknowledge: [] }),
			keyed({ ifMatch: ["tag"] }),
			keyed({ notBeforeMs: startMs + 1 }),
			commandOf("203.0.113.0/24", { idempotencyKey: "k" }),
			commandOf(id("b1"), { idempotencyKey: "k" }),
		];
		for (const other of others) {
			const answer = await admit(other, world.ports, createDirectory());
			expect(answer).toMatchObject({ failure: { code: "idempotency_key_reused", deletion_id: deletion.id } });
		}
		expect(world.journal.all()).toHaveLength(1);
	});

	it("is the same request if only the order of acknowledged risks differs", async () => {
		const world = worldOf();
		await asked(world, keyed({ acknowledge: ["leaves_no_service", "still_provisioning"] }));
		const again = await asked(world, keyed({ acknowledge: ["still_provisioning", "leaves_no_service"] }));
		expect(again.replayed).toBe(true);
	});

	it("is answered where version 0.1.0 kept its long payload whole", async () => {
		const world = worldOf();
		const reason = "x".repeat(300);
		const { deletion } = await asked(world, keyed({ reason }));
		const [claim] = world.journal.claims().filter(({ key }) => key === "key:k");
		expect(claim?.payload).toMatch(/^sha256:/);
		const payload = JSON.stringify(["203.0.113.0/26", reason, ["leaves_no_service"], null, null]);
		const older = { actor: "ci", key: "key:older", payload, payloadOfVersion1: payload, lasting: true };
		world.journal.join(deletion.id, [older]);
		expect(await asked(world, keyed({ reason, idempotencyKey: "older" }))).toEqual({ deletion, replayed: true });
		const other = keyed({ reason: `${reason}y`, idempotencyKey: "older" });
		expect(await admit(other, world.ports, createDirectory())).toMatchObject({
			failure: { code: "idempotency_key_reused" },
		});
	});

	it("is not matched with another actor's request under the same key", async () => {
		const world = worldOf();
		await asked(world, keyed());
		const other = await asked(
			world,
			commandOf("203.0.113.0/24", { idempotencyKey: "k", actor: actorOf({ name: "bob" }) }),
		);
		expect(other.replayed).toBe(false);
		expect(world.journal.all()).toHaveLength(2);
	});

	it("gets the first refusal again", async () => {
		const world = worldOf();
		const refused = { ifMatch: ["old.tag"] };
		const first = await asked(world, keyed(refused));
		expect(await asked(world, keyed(refused))).toEqual({ deletion: first.deletion, replayed: true });
		expect(world.journal.all()).toHaveLength(1);
	});

	it("is carried out after an answer that said to retry", async () => {
		const world = worldOf();
		world.misbehave = () => fault.unclear;
		const command = keyed();
		const first = await asked(world, command);
		expect(first.deletion).toMatchObject({ state: "failed", failure: { retry_after_seconds: 5 } });
		expect(await asked(world, command)).toEqual({ deletion: first.deletion, replayed: false });
		world.misbehave = () => null;
		const again = await asked(world, keyed());
		expect(again).toMatchObject({ replayed: false, deletion: { state: "deleting" } });
	});

	it.each<[string, CloudflareFault, string, boolean]>([
		["was held back", fault.held(60_000), "cloudflare_unavailable", false],
		["was rate limited", fault.throttled(60_000), "cloudflare_refused", false],
		["was refused", fault.refused, "cloudflare_refused", true],
	])("is carried out again only if that can help: after it %s", async (_, said, code, replayed) => {
		const world = worldOf();
		world.misbehave = (call) => (call.startsWith("delete") ? said : null);
		const first = await asked(world, keyed());
		await sendDeletion(first.deletion.id, world.ports);
		expect(world.journal.get(first.deletion.id)).toMatchObject({ state: "failed", failure: { code } });
		expect(await asked(world, keyed())).toMatchObject({ replayed });
	});

	it("is handled again if the credential was rejected during the look-up", async () => {
		const world = worldOf();
		world.misbehave = () => fault.credential;
		expect((await asked(world, keyed())).deletion.failure?.code).toBe("credential_rejected");
		world.misbehave = () => null;
		expect(await asked(world, keyed())).toMatchObject({ replayed: false, deletion: { state: "deleting" } });
	});

	it("makes one deletion when both come at the same time", async () => {
		const world = worldOf();
		const both = await Promise.all([asked(world, keyed()), asked(world, keyed())]);
		expect(both[0]?.deletion.id).toBe(both[1]?.deletion.id);
		expect(world.journal.all()).toHaveLength(1);
	});

	it("is refused with another payload even while the first one is still being looked up", async () => {
		const world = worldOf();
		const both = [keyed(), keyed({ reason: "another" })];
		const answers = await Promise.all(both.map((one) => admit(one, world.ports, createDirectory())));
		expect(answers).toMatchObject([{ ok: true }, { ok: false, failure: { code: "idempotency_key_reused" } }]);
	});

	it("leaves one record when both name a missing binding at the same time", async () => {
		const world = worldOf();
		const missing = () => commandOf("203.0.113.64/26", { idempotencyKey: "k" });
		const [first, second] = await Promise.all([asked(world, missing()), asked(world, missing())]);
		expect(second).toEqual({ deletion: first.deletion, replayed: true });
		expect(world.journal.all()).toHaveLength(1);
	});

	it("does not mistake a key for a request id", async () => {
		const world = worldOf();
		const first = commandOf("203.0.113.0/26");
		await asked(world, first);
		const other = await asked(world, commandOf("203.0.113.0/24", { idempotencyKey: `request:${first.requestId}` }));
		expect(other.replayed).toBe(false);
	});

	it("never deletes a binding twice, however many callers ask in whatever order", async () => {
		const one = fc.record({
			target: fc.constantFrom("203.0.113.0/26", "203.0.113.0/24", id("b1"), id("b0")),
			idempotencyKey: fc.constantFrom(null, "k", "l"),
			name: fc.constantFrom("ci", "bob"),
			finish: fc.boolean(),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(one, { maxLength: 8 }), async (requests) => {
				const world = worldOf();
				world.ports.policy = lenient;
				// The Ledger, too, works on a record only once at a time.
				const underWay = new Map<string, Promise<void>>();
				const finished = (recordId: string) => {
					const work = underWay.get(recordId) ?? sendDeletion(recordId, world.ports);
					underWay.set(recordId, work);
					return work;
				};
				const answers = await Promise.all(
					requests.map(async ({ target, idempotencyKey, name, finish }) => {
						const command = commandOf(target, { idempotencyKey, actor: actorOf({ name }) });
						const admitted = await admit(command, world.ports, createDirectory());
						if (finish && admitted.ok) await finished(admitted.value.deletion.id);
						return admitted;
					}),
				);
				const deleted = world.journal.all().filter((record) => record.state === "deleted");
				expect(new Set(deleted.map((record) => record.binding?.id)).size).toBe(deleted.length);
				for (const answer of answers) {
					const recorded = answer.ok
						? answer.value.deletion.id
						: "deletion_id" in answer.failure && answer.failure.deletion_id;
					expect(recorded && world.journal.get(recorded)).toMatchObject({ state: expect.any(String) });
				}
				world.journal.handOver();
			}),
		);
	});
});
