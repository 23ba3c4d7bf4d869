import { describe, expect, it } from "vitest";
import { plan } from "../../../src/deletion/judgement/plan.ts";
import { lagMs } from "../../../src/deletion/limits.ts";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import { sendDeletion } from "../../../src/deletion/steps/send-deletion.ts";
import { admit } from "../admit.ts";
import { bindingOf, commandOf, createWorld, id, lenient, policyOf, prefixOf, type World } from "../world.ts";

const edge = prefixOf(id("a1"), "203.0.113.0/24");
const worldOf = (): World =>
	createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24"), bindingOf(id("b1"), "203.0.113.0/26")]]);
const shown = (world: World, target: string, change = {}) =>
	plan(commandOf(target, change), world.ports, createDirectory());

const parts = [bindingOf(id("b1"), "203.0.113.0/26")];

describe("plan", () => {
	it("shows the binding, the effect, the verdict and the snapshot, and records nothing", async () => {
		const world = worldOf();
		const planned = await shown(world, "203.0.113.0/26");
		expect(planned).toMatchObject({
			ok: true,
			value: {
				binding: { id: id("b1"), cidr: "203.0.113.0/26" },
				effect: { falls_back_to: { cidr: "203.0.113.0/24" } },
				would: "delete",
				acknowledge: [],
				snapshot: expect.any(String),
			},
		});
		expect(world.journal.all()).toEqual([]);
		expect(world.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
	});

	it.each([[[]], [["leaves_no_service"]]])(
		"names the risks to acknowledge, given acknowledgements of %j",
		async (acknowledge) => {
			const world = createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24"), ...parts]]);
			const planned = await shown(world, "203.0.113.0/24", { acknowledge });
			expect(planned).toMatchObject({ ok: true, value: { would: "delete", acknowledge: ["leaves_no_service"] } });
		},
	);

	it("says that a deletion would wait for an approval even if a risk is not acknowledged", async () => {
		const world = createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24")]]);
		expect(await shown(world, "203.0.113.0/24", { acknowledge: [] })).toMatchObject({
			ok: true,
			value: { would: "wait_for_approval", acknowledge: ["leaves_no_service"] },
		});
	});

	it("weighs each risk as the policy says", async () => {
		const world = createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24"), ...parts]]);
		world.ports.policy = policyOf({}, { leaves_no_service: "refuse" });
		expect(await shown(world, "203.0.113.0/24")).toMatchObject({ value: { would: "refuse", acknowledge: [] } });
		world.ports.policy = policyOf({}, { no_reason: "acknowledge", leaves_no_service: "pass" });
		expect(await shown(world, "203.0.113.0/24", { reason: null })).toMatchObject({
			value: { would: "delete", acknowledge: ["no_reason"] },
		});
	});

	it("says that a deletion would be refused", async () => {
		const world = createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24", { serviceId: null }), ...parts]]);
		expect(await shown(world, "203.0.113.0/24")).toMatchObject({ ok: true, value: { would: "refuse" } });
	});

	it("fails exactly as a deletion does if there is no such binding", async () => {
		const world = worldOf();
		const planned = await shown(world, "203.0.113.64/26");
		const admitted = await admit(commandOf("203.0.113.64/26"), world.ports, createDirectory());
		expect(planned.ok ? null : planned.failure).toEqual(admitted.ok && admitted.value.deletion.failure);
	});

	it("gives a snapshot that passes If-Match until a sibling is deleted", async () => {
		const world = worldOf();
		world.ports.policy = lenient;
		const planned = await shown(world, "203.0.113.0/26");
		const ifMatch = planned.ok ? [planned.value.snapshot] : [];
		const sibling = await admit(commandOf("203.0.113.0/24"), world.ports, createDirectory());
		const late = await admit(commandOf("203.0.113.0/26", { ifMatch }), world.ports, createDirectory());
		expect(sibling).toMatchObject({ value: { deletion: { state: "deleting" } } });
		expect(late).toMatchObject({ value: { deletion: { state: "refused", failure: { code: "changed" } } } });

		const other = worldOf();
		const promptly = await admit(commandOf("203.0.113.0/26", { ifMatch }), other.ports, createDirectory());
		expect(promptly).toMatchObject({ value: { deletion: { state: "deleting" } } });
	});

	it("does not count on a sibling that was deleted after the list was requested", async () => {
		const world = worldOf();
		const admitted = await admit(commandOf("203.0.113.0/24"), world.ports, createDirectory());
		const stale = structuredClone(world.account.get(edge) ?? []);
		if (admitted.ok) await sendDeletion(admitted.value.deletion.id, world.ports);
		world.account.set(edge, stale);
		world.sharedForMs = 10;
		const planned = await shown(world, "203.0.113.0/26");
		expect(planned).toMatchObject({ ok: true, value: { effect: { falls_back_to: null } } });
		// The list may lag behind Cloudflare's own answers for a few minutes.
		world.sharedForMs = 0;
		world.clock.nowMs += lagMs;
		const late = await shown(world, "203.0.113.0/26");
		expect(late).toMatchObject({ ok: true, value: { effect: { falls_back_to: null } } });
		world.clock.nowMs += 1;
		const settled = await shown(world, "203.0.113.0/26");
		expect(settled).toMatchObject({ ok: true, value: { effect: { falls_back_to: { id: id("b0") } } } });
	});
});
