import { describe, expect, it } from "vitest";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import { failedLookUp, lookUp, lookUpFault } from "../../../src/deletion/lookup/look-up.ts";
import { type Deletion, laterMembers, type Summary } from "../../../src/deletion/record/deletion.ts";
import { bindingOf, createWorld, fault, id, prefixOf, startMs, targetOf, type World } from "../world.ts";

const edge = prefixOf(id("a1"), "203.0.113.0/24");
const worldOf = (): World =>
	createWorld([edge, [bindingOf(id("b0"), "203.0.113.0/24"), bindingOf(id("b1"), "203.0.113.0/26")]]);
const past = (change: Partial<Summary>): Summary => ({
	id: "7zzp0k00000000000000000000",
	state: "deleted",
	cidr: null,
	binding_id: null,
	prefix_id: edge.id,
	service_name: "CDN",
	actor: "ci",
	door: "api",
	reason: null,
	created_at: "2026-11-02T09:00:00.000Z",
	settled_at: "2026-11-02T09:00:01.000Z",
	ray: null,
	...laterMembers,
	...change,
});

const look = async (world: World, target: string) => {
	const located = await lookUp(targetOf(target), world.ports, createDirectory(), null);
	return located.ok ? located.value : located.failure;
};

describe("lookUp", () => {
	it("returns the binding it finds", async () => {
		expect(await look(worldOf(), "203.0.113.0/26")).toMatchObject({ prefixId: edge.id, binding: { id: id("b1") } });
	});

	it("names the bindings inside a range that is not a binding", async () => {
		expect(await look(worldOf(), "203.0.113.0/25")).toEqual({
			code: "invalid_target",
			detail:
				"There is no binding 203.0.113.0/25, but it contains 203.0.113.0/26. One request deletes one binding, so name the one you mean.",
			bindings: ["203.0.113.0/26"],
		});
	});

	it("names ten of the covered bindings in its sentence and lists them all", async () => {
		const many = Array.from({ length: 12 }, (_, index) => bindingOf(id(`b${index}`), `203.0.113.${index}/32`));
		const located = await look(createWorld([edge, many]), "203.0.113.0/28");
		expect(located).toMatchObject({ code: "invalid_target", detail: expect.stringContaining("9/32 and 2 more.") });
		expect(located).toHaveProperty("bindings.length", 12);
	});

	it("names the binding that covers a missing one", async () => {
		expect(await look(worldOf(), "203.0.113.64/26")).toEqual({
			code: "binding_not_found",
			detail: "There is no binding 203.0.113.64/26. It lies inside 203.0.113.0/24.",
		});
	});

	it("says first who deleted the binding and when", async () => {
		const world = worldOf();
		const last = past({ cidr: "203.0.113.0/25", actor: "alice" });
		world.past.push(last);
		expect(await look(world, "203.0.113.0/25")).toEqual({
			code: "binding_not_found",
			detail: "There is no binding 203.0.113.0/25. It was deleted by alice at 2026-11-02T09:00:01.000Z.",
			last_deletion: last,
		});
	});

	it("asks for the last deletion by the CIDR and its prefix, or by the id", async () => {
		const world = worldOf();
		await look(world, "203.0.113.64/26");
		await look(world, "192.0.2.0/24");
		await look(world, id("b9"));
		expect(world.recalled).toEqual([
			{ cidr: "203.0.113.64/26", prefixId: edge.id },
			{ cidr: "192.0.2.0/24" },
			// Where it was, and who deleted it.
			{ bindingId: id("b9") },
			{ bindingId: id("b9") },
		]);
	});

	it("refuses an id in a large account", async () => {
		const many = Array.from({ length: 201 }, (_, index) =>
			prefixOf(id(index.toString(16).padStart(4, "0")), `10.${index}.0.0/16`),
		);
		const world = createWorld(...many.map((prefix): [typeof prefix, []] => [prefix, []]));
		expect(await look(world, id("b1"))).toMatchObject({
			code: "invalid_target",
			detail: expect.stringContaining("201 prefixes"),
		});
	});

	it("passes on Cloudflare's answer", async () => {
		const world = worldOf();
		world.misbehave = () => fault.unclear;
		expect(await look(world, "203.0.113.0/26")).toMatchObject({
			code: "cloudflare_unavailable",
			answer: fault.unclear.answer,
		});
	});
});

describe("failedLookUp", () => {
	const draft = { cloudflare: null, timeline: [] } as unknown as Deletion;

	it("records Cloudflare's answer with no DELETE attempts", () => {
		const record = failedLookUp(draft, lookUpFault(fault.credential), startMs);
		expect(record).toMatchObject({ state: "failed", cloudflare: { status: 401, attempts: 0 } });
		expect(record.failure).toEqual({ code: "credential_rejected", detail: expect.any(String) });
	});

	it("records no answer if none came or Cloudflare was not called", () => {
		const held = failedLookUp(draft, lookUpFault(fault.held(2000)), startMs);
		expect([held.cloudflare, held.failure?.retry_after_seconds]).toEqual([null, 2]);
		expect(failedLookUp(draft, { code: "binding_not_found", detail: "None." }, startMs).cloudflare).toBeNull();
	});

	it("records the bindings the caller may have meant if the target names no single one", () => {
		const record = failedLookUp(
			draft,
			{ code: "invalid_target", detail: "It covers some.", bindings: ["::/0"] },
			startMs,
		);
		expect(record).toMatchObject({ state: "refused", cloudflare: null });
		expect(record.failure).toEqual({ code: "invalid_target", detail: "It covers some.", bindings: ["::/0"] });
	});
});

describe("lookUpFault", () => {
	it.each([
		[fault.credential, { code: "credential_rejected", answer: fault.credential.answer }],
		[fault.refused, { code: "cloudflare_refused", answer: fault.refused.answer }],
		[fault.notFound, { code: "cloudflare_refused", answer: fault.notFound.answer }],
		[fault.throttled(1001), { code: "cloudflare_unavailable", retry_after_seconds: 2 }],
		[fault.held(60_000), { code: "cloudflare_unavailable", retry_after_seconds: 60, answer: null }],
		[fault.unclear, { code: "cloudflare_unavailable", retry_after_seconds: 5 }],
	])("answers a fault of kind $kind", (said, told) => {
		const failure = lookUpFault(said);
		expect(failure).toMatchObject(told);
		expect("retry_after_seconds" in failure).toBe("retry_after_seconds" in told);
	});
});
