import { describe, expect, it } from "vitest";
import type { Target } from "../../../src/deletion/address/target.ts";
import { searchablePrefixes } from "../../../src/deletion/limits.ts";
import { createDirectory } from "../../../src/deletion/lookup/directory.ts";
import { find } from "../../../src/deletion/lookup/find.ts";
import { bindingOf, createWorld, fault, id, prefixOf, startMs, targetOf, type World } from "../world.ts";

const edge = prefixOf(id("a1"), "203.0.113.0/24");
const shop = prefixOf(id("a2"), "198.51.100.0/24");
const bindings = () => [
	bindingOf(id("b0"), "203.0.113.0/24"),
	bindingOf(id("b1"), "203.0.113.0/26"),
	bindingOf(id("b2"), "203.0.113.128/25"),
];
const worldOf = (): World => createWorld([edge, bindings()], [shop, [bindingOf(id("b4"), "198.51.100.0/24")]]);

const search = (world: World, target: Target, directory = createDirectory()) =>
	find(target, world.ports, directory, null);
/** Our records say that it is or was in that prefix. */
const recordedIn = (world: World, prefixId: string) => (world.ports.journal.prefixOf = () => prefixId);

describe("find", () => {
	it("finds a CIDR's binding and its siblings with two calls", async () => {
		const world = worldOf();
		const found = await search(world, targetOf("203.0.113.0/26"));
		expect(found).toMatchObject({
			ok: true,
			value: { prefixId: edge.id, binding: { id: id("b1") }, askedAtMs: startMs },
		});
		expect(found.ok && found.value.all.map((one) => one.id)).toEqual([id("b0"), id("b1"), id("b2")]);
		expect(world.calls).toEqual(["prefixes", "bindings 203.0.113.0/24"]);
	});

	it("finds a binding by its id in any prefix", async () => {
		const found = await search(worldOf(), targetOf(id("b4")));
		expect(found).toMatchObject({ ok: true, value: { prefixId: shop.id, binding: { cidr: "198.51.100.0/24" } } });
	});

	it("finds a binding by either spelling of its id", async () => {
		const dashed = "c01d0000-0000-4000-8000-000000000007";
		const world = createWorld([edge, [bindingOf(dashed, "203.0.113.0/24")]]);
		const found = await search(world, targetOf(dashed.replaceAll("-", "")));
		expect(found).toMatchObject({ ok: true, value: { binding: { id: dashed } } });
	});

	it("goes straight to a remembered prefix", async () => {
		const world = worldOf();
		const directory = createDirectory();
		await search(world, targetOf("203.0.113.0/26"), directory);
		world.calls.length = 0;
		await search(world, targetOf("203.0.113.128/25"), directory);
		await search(world, targetOf(id("b2")), directory);
		expect(world.calls).toEqual(["bindings 203.0.113.0/24", "bindings 203.0.113.0/24"]);
	});

	it("looks only in the prefix that the door named", async () => {
		const world = worldOf();
		expect(await search(world, targetOf(id("b4"), id("a2")))).toMatchObject({ ok: true });
		expect(await search(world, targetOf(id("b4"), id("a1")))).toMatchObject({
			ok: false,
			failure: { reason: "no_binding", prefixId: edge.id },
		});
		expect(world.calls).toEqual(["bindings 198.51.100.0/24", "bindings 203.0.113.0/24"]);
	});

	it("searches the whole account with fresh lists if the remembered prefix lacks the CIDR", async () => {
		const world = worldOf();
		const directory = createDirectory();
		await search(world, targetOf("203.0.113.0/26"), directory);
		const part = prefixOf(id("a3"), "203.0.113.0/25");
		world.account.set(part, world.account.get(edge)?.splice(1, 1) ?? []);
		world.calls.length = 0;
		expect(await search(world, targetOf("203.0.113.0/26"), directory)).toMatchObject({
			ok: true,
			value: { prefixId: part.id },
		});
		expect(world.calls).toEqual([
			"bindings 203.0.113.0/24",
			"prefixes afresh",
			"bindings 203.0.113.0/25 afresh",
			"bindings 203.0.113.0/24 afresh",
		]);
	});

	it("looks for an id only in its remembered prefix, because bindings never move", async () => {
		const world = worldOf();
		const directory = createDirectory();
		await search(world, targetOf(id("b1")), directory);
		world.account.get(edge)?.splice(1, 1);
		world.calls.length = 0;
		expect(await search(world, targetOf(id("b1")), directory)).toMatchObject({
			failure: { reason: "no_binding", prefixId: edge.id },
		});
		expect(world.calls).toEqual(["bindings 203.0.113.0/24"]);
	});

	it("looks again with fresh lists if the list without the binding is older than the search", async () => {
		const world = worldOf();
		world.sharedForMs = 5;
		await search(world, targetOf("203.0.113.64/26"));
		await search(world, targetOf(id("b9"), id("a1")));
		expect(world.calls).toEqual([
			"prefixes",
			"bindings 203.0.113.0/24",
			"prefixes afresh",
			"bindings 203.0.113.0/24 afresh",
			"bindings 203.0.113.0/24",
			"bindings 203.0.113.0/24 afresh",
		]);
	});

	it("does not look twice if it requested the list itself", async () => {
		const world = worldOf();
		await search(world, targetOf("203.0.113.64/26"));
		expect(world.calls).toEqual(["prefixes", "bindings 203.0.113.0/24"]);
	});

	it.each([
		["203.0.113.0/25", ["203.0.113.0/26"], ["203.0.113.0/24"]],
		["203.0.113.64/26", [], ["203.0.113.0/24"]],
		["203.0.113.0/32", [], ["203.0.113.0/24", "203.0.113.0/26"]],
		["203.0.112.0/22", ["203.0.113.0/24"], []],
	])("finds nothing for %s and names the bindings inside and around it", async (text, inside, around) => {
		const found = await search(worldOf(), targetOf(text));
		expect(found).toMatchObject({ ok: false, failure: { reason: "no_binding", inside, around } });
	});

	it("prefers the more specific of two prefixes that have a binding for the range", async () => {
		const part = prefixOf(id("a3"), "203.0.113.0/25");
		const world = createWorld([edge, bindings()], [part, [bindingOf(id("b9"), "203.0.113.0/26")]]);
		expect(await search(world, targetOf("203.0.113.0/26"))).toMatchObject({
			ok: true,
			value: { prefixId: part.id, binding: { id: id("b9") } },
		});
	});

	it.each([
		["has no CIDR", { cidr: null, range: null }, id("b1")],
		["has a CIDR that cannot be read", { cidr: "203.0.113.0/026", range: null }, id("b1")],
	])("skips a binding that %s", async (_, change, target) => {
		const world = createWorld([edge, [bindingOf(id("b1"), "203.0.113.0/26", change)]]);
		expect(await search(world, targetOf(target))).toMatchObject({ ok: false, failure: { reason: "no_binding" } });
	});

	it("skips a binding whose id is not safe in a path", async () => {
		const world = createWorld([edge, [bindingOf("..", "203.0.113.0/26")]]);
		expect(await search(world, targetOf("203.0.113.0/26"))).toMatchObject({ ok: false });
	});

	it("skips a prefix whose id is not safe in a path", async () => {
		const world = createWorld([prefixOf("../x", "203.0.113.0/24"), bindings()]);
		expect(await search(world, targetOf("203.0.113.0/26"))).toMatchObject({ ok: false });
		expect(world.calls).toEqual(["prefixes"]);
	});

	it("refuses to search a large account for an id, but not for a CIDR", async () => {
		const many = Array.from({ length: searchablePrefixes + 1 }, (_, index) =>
			prefixOf(id(index.toString(16).padStart(4, "0")), `10.${index}.0.0/16`),
		);
		const world = createWorld(...many.map((prefix): [typeof prefix, []] => [prefix, []]));
		expect(await search(world, targetOf(id("b1")))).toEqual({
			ok: false,
			failure: { reason: "too_many_prefixes", count: searchablePrefixes + 1 },
		});
		expect(world.calls).toEqual(["prefixes"]);
		expect(await search(world, targetOf("10.9.0.0/16"))).toMatchObject({ failure: { reason: "no_binding" } });
	});

	it.each([
		["prefixes", fault.credential],
		["prefixes", fault.throttled(1000)],
		["bindings 203.0.113.0/24", fault.unclear],
	])("passes on Cloudflare's answer if %s cannot be read", async (call, said) => {
		const world = worldOf();
		world.misbehave = (one) => (one === call ? said : null);
		expect(await search(world, targetOf("203.0.113.0/26"))).toEqual({
			ok: false,
			failure: { reason: "cloudflare", fault: said },
		});
	});

	it("does not report a binding missing if a prefix could not be read", async () => {
		const world = worldOf();
		world.misbehave = (one) => (one === "bindings 198.51.100.0/24" ? fault.unclear : null);
		expect(await search(world, targetOf(id("b9")))).toMatchObject({ failure: { reason: "cloudflare" } });
		expect(await search(world, targetOf(id("b1")))).toMatchObject({ ok: true });
	});

	it("treats a prefix that is gone since it was listed as empty", async () => {
		const world = worldOf();
		world.misbehave = (one) => (one.startsWith("bindings 198.51.100.0/24") ? fault.notFound : null);
		expect(await search(world, targetOf("198.51.100.0/24"))).toMatchObject({
			failure: { reason: "no_binding", inside: [], around: [] },
		});
	});
});

describe("an id", () => {
	const unknown = id("b9");
	const miss = { failure: { reason: "no_binding" } };

	it("is searched for only once a minute if it is nowhere", async () => {
		const world = worldOf();
		const directory = createDirectory();
		const searched = ["prefixes", "bindings 203.0.113.0/24", "bindings 198.51.100.0/24"];
		expect(await search(world, targetOf(unknown), directory)).toMatchObject(miss);
		expect(world.calls).toEqual(searched);
		world.clock.nowMs += 59_999;
		expect(await search(world, targetOf(unknown), directory)).toMatchObject(miss);
		expect(world.calls).toEqual(searched);
		world.clock.nowMs += 1;
		await search(world, targetOf(unknown), directory);
		expect(world.calls).toEqual([...searched, ...searched]);
	});

	it("is searched for with sparing reads if it is nowhere, but not if its prefix is known", async () => {
		const world = worldOf();
		const sparing: boolean[] = [];
		const { listBindings } = world.ports.cloudflare;
		world.ports.cloudflare.listBindings = (prefixId, options) => {
			sparing.push(options.sparing ?? false);
			return listBindings(prefixId, options);
		};
		await search(world, targetOf(unknown));
		expect(sparing).toEqual([true, true]);
		recordedIn(world, edge.id);
		await search(world, targetOf(unknown));
		expect(sparing.slice(2)).toEqual([false]);
	});

	it.each<[string, (world: World) => void, [] | null]>([
		[
			"a list could not be read",
			(world) => (world.misbehave = (call) => (call.startsWith("bindings") ? fault.unclear : null)),
			null,
		],
		["not all prefixes were searched", () => {}, []],
	])("is not remembered as missing if %s", async (_, change, ranges) => {
		const world = worldOf();
		const directory = createDirectory();
		change(world);
		await find(targetOf(unknown), world.ports, directory, ranges);
		expect(directory.isMissing(unknown, world.clock.nowMs)).toBe(false);
	});

	it("costs one call if the records know it, even if it is long gone", async () => {
		const world = worldOf();
		recordedIn(world, shop.id);
		expect(await search(world, targetOf(unknown))).toMatchObject(miss);
		expect(world.calls).toEqual(["bindings 198.51.100.0/24"]);
	});

	it("is looked for in the prefix where another look-up found it while KV was read", async () => {
		const world = worldOf();
		const directory = createDirectory();
		world.ports.lastDeletion = async () => {
			await search(world, targetOf("198.51.100.0/24"), directory);
			world.calls.length = 0;
			return null;
		};
		expect(await search(world, targetOf(id("b4")), directory)).toMatchObject({ ok: true });
		expect(world.calls).toEqual(["bindings 198.51.100.0/24"]);
	});

	it("is found in its known prefix even if it was remembered as missing", async () => {
		const world = worldOf();
		const directory = createDirectory();
		await search(world, targetOf(unknown), directory);
		world.account.get(shop)?.push(bindingOf(unknown, "198.51.100.0/26"));
		recordedIn(world, shop.id);
		const found = await search(world, targetOf(unknown), directory);
		expect(found).toMatchObject({ ok: true, value: { binding: { id: unknown } } });
	});
});
