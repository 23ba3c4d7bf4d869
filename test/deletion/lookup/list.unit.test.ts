import { describe, expect, it } from "vitest";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import { listAccount, listPrefix } from "../../../src/deletion/lookup/list.ts";
import { bindingOf, createWorld, fault, id, prefixOf, targetOf, type World } from "../world.ts";

const edge = prefixOf(id("a1"), "203.0.113.0/24");
const shop = prefixOf(id("a2"), "198.51.100.0/24");
const odd = bindingOf(id("b3"), "203.0.113.0/27", { cidr: "?", range: null });
const worldOf = (): World =>
	createWorld(
		[edge, [bindingOf(id("b0"), "203.0.113.0/24"), bindingOf(id("b1"), "203.0.113.0/26"), odd]],
		[shop, [bindingOf(id("b4"), "198.51.100.0/24")]],
	);

const shown = async (world: World, covering: string | null) => {
	const surveyed = await listAccount({ covering }, world.ports, createDirectory());
	if (!surveyed.ok) return surveyed.failure;
	return surveyed.value.map(({ cidr, bindings }) => [cidr, bindings.map((one) => one.cidr)]);
};

describe("listAccount", () => {
	it("shows every prefix with its bindings, even those without a readable CIDR", async () => {
		expect(await shown(worldOf(), null)).toEqual([
			["203.0.113.0/24", ["203.0.113.0/24", "203.0.113.0/26", "?"]],
			["198.51.100.0/24", ["198.51.100.0/24"]],
		]);
	});

	it.each([
		["203.0.113.7/32", [["203.0.113.0/24", ["203.0.113.0/24", "203.0.113.0/26"]]]],
		["203.0.113.128/25", [["203.0.113.0/24", ["203.0.113.0/24"]]]],
		["192.0.2.0/24", []],
		["::/0", []],
	])("shows what covers %s and reads only those prefixes", async (covering, expected) => {
		const world = worldOf();
		expect(await shown(world, covering)).toEqual(expected);
		expect(world.calls).toHaveLength(1 + expected.length);
	});

	it("shows nothing for a range that cannot be read", async () => {
		expect(await shown(worldOf(), "everything")).toEqual([]);
	});

	it("skips a prefix that is gone since it was listed", async () => {
		const world = worldOf();
		world.misbehave = (call) => (call.startsWith("bindings 203") ? fault.notFound : null);
		expect(await shown(world, null)).toEqual([["198.51.100.0/24", ["198.51.100.0/24"]]]);
	});

	it.each([
		["prefixes", fault.credential, "credential_rejected"],
		["bindings 198.51.100.0/24", fault.unclear, "cloudflare_unavailable"],
	])("fails as a whole if %s cannot be read, because a partial list would look complete", async (call, said, code) => {
		const world = worldOf();
		world.misbehave = (one) => (one === call ? said : null);
		expect(await shown(world, null)).toMatchObject({ code });
	});

	it("refuses to list more than 200 prefixes at once", async () => {
		const many = Array.from({ length: 201 }, (_, index) =>
			prefixOf(id(index.toString(16).padStart(4, "0")), `10.${index}.0.0/16`),
		);
		const world = createWorld(...many.map((prefix): [typeof prefix, []] => [prefix, []]));
		expect(await shown(world, null)).toMatchObject({ code: "invalid_target" });
		expect(world.calls).toEqual(["prefixes"]);
		expect(await shown(world, "10.7.0.0/24")).toEqual([["10.7.0.0/16", []]]);
	});

	it("teaches the directory the prefixes and bindings it saw", async () => {
		const world = worldOf();
		const directory = createDirectory();
		await listAccount({ covering: null }, world.ports, directory);
		expect(directory.prefixFor(targetOf(id("b4")))).toBe(shop.id);
		expect(directory.prefixFor(targetOf("203.0.113.0/28"))).toBe(edge.id);
	});
});

describe("listPrefix", () => {
	it("shows one prefix's bindings with one call", async () => {
		const world = worldOf();
		const surveyed = await listPrefix(id("a2"), world.ports, createDirectory());
		expect(surveyed).toMatchObject({ ok: true, value: [{ id: id("b4") }] });
		expect(world.calls).toEqual(["bindings 198.51.100.0/24"]);
	});

	it("fails if there is no such prefix", async () => {
		expect(await listPrefix(id("a9"), worldOf().ports, createDirectory())).toEqual({
			ok: false,
			failure: { code: "binding_not_found", detail: `There is no prefix ${id("a9")}.` },
		});
	});

	it("passes on Cloudflare's answer", async () => {
		const world = worldOf();
		world.misbehave = () => fault.throttled(3000);
		expect(await listPrefix(id("a2"), world.ports, createDirectory())).toMatchObject({
			failure: { code: "cloudflare_unavailable", retry_after_seconds: 3 },
		});
	});
});
