// GET /bindings: the account's live bindings, and those that cover an address.
import { afterEach, describe, expect, it } from "vitest";
import { call, cloudflare, deletes } from "../../harness.ts";
import {
	cdn25,
	cdn26,
	magicTransit24,
	prefixes,
	resetAll,
	services,
	shop24,
	spectrum26,
	v6Cdn48,
	v6Regional64,
	v6Spectrum64,
} from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const binding = (id: string, cidr: string, service: keyof typeof services | null, state = "active") => ({
	id,
	cidr,
	service_id: service === null ? null : services[service],
	service_name: service,
	provisioning: { state },
});

const describedAs = (description: string) => ({ description, asn: 64496, advertised: true });

const amsterdam = {
	id: prefixes.amsterdam,
	cidr: "203.0.113.0/24",
	...describedAs("Edge, Amsterdam"),
	bindings: [
		binding(magicTransit24, "203.0.113.0/24", "Magic Transit"),
		binding(cdn26, "203.0.113.0/26", "CDN"),
		binding(spectrum26, "203.0.113.64/26", "Spectrum"),
		binding(cdn25, "203.0.113.128/25", "CDN"),
	],
};
const shop = {
	id: prefixes.shop,
	cidr: "198.51.100.0/24",
	...describedAs("Web shop"),
	bindings: [binding(shop24, "198.51.100.0/24", "CDN")],
};
const v6 = {
	id: prefixes.v6,
	cidr: "2001:db8:100::/48",
	...describedAs("IPv6"),
	bindings: [
		binding(v6Cdn48, "2001:db8:100::/48", "CDN"),
		binding(v6Spectrum64, "2001:db8:100:1::/64", "Spectrum", "provisioning"),
		binding(v6Regional64, "2001:db8:100:2::/64", null),
	],
};

it("lists the prefixes with their bindings, in Cloudflare's shape", async () => {
	const answer = await call("/bindings");
	expect(answer.status).toBe(200);
	expect(answer.headers.get("content-type")).toBe("application/json");
	expect(answer.json).toEqual({ prefixes: [amsterdam, shop, v6] });
});

it("asks Cloudflare once for the prefixes and once for each one's bindings", async () => {
	await call("/bindings");
	const calls = await cloudflare.calls();
	expect(calls.toSorted()).toEqual(["GET bindings", "GET bindings", "GET bindings", "GET prefixes"]);
});

it("lists a prefix without bindings, and answers an empty list for an account without prefixes", async () => {
	const { prefixes: before, ...rest } = await cloudflare.state();
	await cloudflare.put({ ...rest, prefixes: before.slice(0, 1).map((prefix) => ({ ...prefix, bindings: [] })) });
	expect((await call("/bindings")).json).toEqual({ prefixes: [{ ...amsterdam, bindings: [] }] });
	await cloudflare.put({ ...rest, prefixes: [] });
	expect((await call("/bindings")).json).toEqual({ prefixes: [] });
});

describe("?covering=", () => {
	const at = (prefix: typeof amsterdam, ...ids: string[]) => ({
		...prefix,
		bindings: prefix.bindings.filter(({ id }) => ids.includes(id)),
	});

	it.each([
		["an address", "203.0.113.7", [at(amsterdam, magicTransit24, cdn26)]],
		["a binding's own CIDR", "203.0.113.128/25", [at(amsterdam, magicTransit24, cdn25)]],
		["a CIDR inside a binding", "203.0.113.64/28", [at(amsterdam, magicTransit24, spectrum26)]],
		["a CIDR across bindings", "203.0.113.0/25", [at(amsterdam, magicTransit24)]],
		["a whole prefix", "198.51.100.0/24", [shop]],
		["a v6 address", "2001:db8:100:1::5", [at(v6, v6Cdn48, v6Spectrum64)]],
		["an upper-case v6 CIDR", "2001:DB8:100:2::/64", [at(v6, v6Cdn48, v6Regional64)]],
		["an address outside the account", "192.0.2.1", []],
		["a CIDR larger than every prefix", "203.0.112.0/23", []],
	])("%s shows the bindings that cover all of it: %s", async (_, covering, expected) => {
		const answer = await call(`/bindings?covering=${encodeURIComponent(covering)}`);
		expect(answer.status).toBe(200);
		expect(answer.json).toEqual({ prefixes: expected });
	});

	it.each([
		["host bits", "203.0.113.7/24", '"203.0.113.7/24". Did you mean 203.0.113.0/24?'],
		["v6 host bits", "2001:db8:100::1/48", '"2001:db8:100::1/48". Did you mean 2001:db8:100::/48?'],
		["an empty value", "", '"".'],
		["a name", "edge-cdn", '"edge-cdn".'],
		["a list", "203.0.113.7,203.0.113.8", '"203.0.113.7,203.0.113.8".'],
		["octal digits", "203.0.113.007", '"203.0.113.007".'],
		["a zone", "fe80::1%eth0", '"fe80::1%eth0".'],
	])("refuses %s", async (_, covering, ending) => {
		const answer = await call(`/bindings?covering=${encodeURIComponent(covering)}`);
		expectProblem(answer, {
			status: 400,
			code: "invalid_request",
			title: "The request is malformed",
			detail: `The parameter "covering" takes an address or a CIDR, not ${ending}`,
		});
		expect(await cloudflare.calls()).toEqual([]);
	});
});

it("no longer lists a deleted binding", async () => {
	expect((await call("/bindings/203.0.113.128/25", { method: "DELETE" })).status).toBe(200);
	const answer = await call("/bindings?covering=203.0.113.200");
	expect(answer.json.prefixes[0].bindings.map(({ id }: { id: string }) => id)).toEqual([magicTransit24]);
	expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
});
