import { afterEach, describe, expect, it } from "vitest";
import { cloudflare } from "../../harness.ts";
import { addressingOf, edgeId, shared } from "./an-addressing.ts";

afterEach(() => cloudflare.reset());

const listed = async (...result: unknown[]) => {
	await cloudflare.order({ fault: { kind: "respond", body: { success: true, errors: [], messages: [], result } } });
	const listing = await addressingOf().addressing.listBindings(edgeId, shared);
	return listing.ok ? listing.value.items : listing.failure;
};
const id = "c01d0000000000000000000000000001";
const unclear = {
	kind: "unclear",
	answer: {
		status: 200,
		success: true,
		errors: [],
		messages: [],
		ray: null,
		duration_ms: 0,
		unreadable: "the list holds items without an id, or prefixes without a CIDR",
	},
};
const twice = { ...unclear, answer: { ...unclear.answer, unreadable: "the list names an item twice" } };
const nothing = { id, cidr: null, range: null, serviceId: null, serviceName: null, provisioningState: null };

describe("a listed binding", () => {
	it("is read in full", async () => {
		const items = await listed({
			id,
			cidr: "203.0.113.0/26",
			service_id: "5e4f",
			service_name: "CDN",
			provisioning: { state: "active", since: "today" },
			more: true,
		});
		expect(items).toEqual([
			{
				id,
				cidr: "203.0.113.0/26",
				range: expect.objectContaining({ family: 4, length: 26 }),
				serviceId: "5e4f",
				serviceName: "CDN",
				provisioningState: "active",
			},
		]);
	});

	it.each<[string, object, object]>([
		["has only an id", {}, {}],
		["has nulls", { cidr: null, service_id: null, service_name: null, provisioning: null }, {}],
		["has a number as its CIDR", { cidr: 7 }, {}],
		["has an object as its CIDR", { cidr: { text: "203.0.113.0/26" } }, {}],
		["has an empty CIDR", { cidr: "" }, { cidr: "" }],
		["has a CIDR with host bits", { cidr: "203.0.113.1/26" }, { cidr: "203.0.113.1/26" }],
		["has a bare address as its CIDR", { cidr: "203.0.113.1" }, { cidr: "203.0.113.1" }],
		["has a CIDR with a leading zero", { cidr: "203.0.113.0/026" }, { cidr: "203.0.113.0/026" }],
		["has a CIDR in another spelling", { cidr: "2001:DB8:0::/48" }, { cidr: "2001:db8::/48", range: { family: 6 } }],
		["has a number as its service", { service_id: 5, service_name: 6 }, {}],
		["has a service without a name", { service_id: "5e" }, { serviceId: "5e" }],
		["has a name without a service", { service_name: "CDN" }, { serviceName: "CDN" }],
		["has a string as its provisioning", { provisioning: "active" }, {}],
		["has an empty provisioning", { provisioning: {} }, {}],
		["has a provisioning with a null state", { provisioning: { state: null } }, {}],
		["has a list as its provisioning", { provisioning: ["active"] }, {}],
		["has an unknown state", { provisioning: { state: "mislaid" } }, { provisioningState: "mislaid" }],
	])("that %s is read as far as possible", async (_, given, expected) => {
		expect(await listed({ id, ...given })).toMatchObject([{ ...nothing, ...expected }]);
	});

	it.each([
		["no id", {}],
		["a number as its id", { id: 7 }],
		["null", null],
		["a string", id],
		["a list", [id]],
	])("makes its whole list unclear if it is or has %s, because absence could not be concluded", async (_, item) => {
		expect(await listed(item, { id })).toEqual(unclear);
	});

	it.each([
		["twice", [{ id }, { id }]],
		["both plain and dashed", [{ id }, { id: "c01d0000-0000-0000-0000-000000000001", cidr: "203.0.113.0/26" }]],
	])("makes its whole list unclear if it is listed %s, because they could not be counted", async (_, items) => {
		expect(await listed(...items, { id: "c01d0000000000000000000000000002" })).toEqual(twice);
	});

	it("keeps an id that is not safe in a path, which the code that builds paths refuses", async () => {
		expect(await listed({ id: ".." })).toMatchObject([{ id: ".." }]);
	});
});

const listedPrefixes = async (...result: unknown[]) => {
	await cloudflare.order({ fault: { kind: "respond", body: { success: true, result } } });
	const listing = await addressingOf().addressing.listPrefixes(shared);
	return listing.ok ? listing.value.items : listing.failure;
};

describe("a listed prefix", () => {
	it("is reduced to the fields unbind uses", async () => {
		const listing = await addressingOf().addressing.listPrefixes(shared);
		const items = listing.ok ? listing.value.items : [];
		expect(items.map((one) => one.cidr)).toEqual(["203.0.113.0/24", "198.51.100.0/24", "2001:db8:100::/48"]);
		const known = ["advertised", "approved", "asn", "cidr", "description", "id", "range"];
		for (const item of items) expect(Object.keys(item).toSorted()).toEqual(known);
	});

	it.each([
		["no id", { cidr: "203.0.113.0/24" }],
		["no CIDR", { id }],
		["a CIDR that cannot be read", { id, cidr: "203.0.113.1/24" }],
		["null in its place", null],
	])("makes its whole list unclear if it has %s", async (_, item) => {
		expect(await listedPrefixes(item, { id, cidr: "198.51.100.0/24" })).toEqual(unclear);
	});

	it("makes its whole list unclear if it is listed both plain and dashed", async () => {
		const dashed = { id: "c01d0000-0000-0000-0000-000000000001", cidr: "198.51.100.0/24" };
		expect(await listedPrefixes({ id, cidr: "203.0.113.0/24" }, dashed)).toEqual(twice);
	});

	it.each<[unknown, string | null]>([
		["V", "V"],
		["P", "P"],
		["", ""],
		[null, null],
		[undefined, null],
		[true, null],
	])("keeps Cloudflare's approval state if it is a string: %j", async (given, approved) => {
		expect(await listedPrefixes({ id, cidr: "198.51.100.0/24", approved: given })).toMatchObject([{ approved }]);
	});

	it("is described as Cloudflare describes it, and by nothing that is of another kind", async () => {
		const said = { description: "Edge, Amsterdam", asn: 64496, advertised: false };
		const other = { description: 7, asn: "AS64496", advertised: "yes" };
		const [first, second] = (await listedPrefixes(
			{ id, cidr: "198.51.100.0/24", ...said },
			{ id: "b10c0000000000000000000000000009", cidr: "203.0.113.0/24", ...other },
		)) as object[];
		expect(first).toMatchObject(said);
		expect(second).toMatchObject({ description: null, asn: null, advertised: null });
	});
});

it("a deeply nested answer is read as an answer and throws nothing", async () => {
	const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
	const body = `{"success":false,"errors":[{"code":1,"message":"no","chain":${deep}}]}`;
	await cloudflare.order({ fault: { kind: "respond", status: 400, body } });
	const listing = await addressingOf().addressing.listBindings(edgeId, shared);
	expect(listing).toMatchObject({
		ok: false,
		failure: { kind: "refused", answer: { errors: [{ code: 1, message: "no" }] } },
	});
});
