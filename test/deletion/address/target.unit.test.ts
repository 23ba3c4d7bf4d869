import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTarget } from "../../../src/deletion/address/target.ts";
import { anyCidr, cidr, hostileText } from "../ranges.ts";

const plain = "0429b49b6a5155297b78e75a44b09e14";
const dashed = "0429b49b-6a51-5529-7b78-e75a44b09e14";
const aliases = new Map([
	["edge-cdn", "203.0.113.128/25"],
	["web-shop", dashed],
	["v6", "2001:db8:100::/48"],
]);
const read = (text: string) => parseTarget(text, aliases);
const idForm = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

describe("parseTarget", () => {
	it.each([
		["203.0.113.128/25", "203.0.113.128/25", "203.0.113.128/25"],
		["2001:DB8:0100::/48", "2001:db8:100::/48", "2001:db8:100::/48"],
		["edge-cdn", "edge-cdn", "203.0.113.128/25"],
		["v6", "v6", "2001:db8:100::/48"],
	])("reads %s as the CIDR it names", (text, named, range) => {
		expect(read(text)).toEqual({ ok: true, value: { kind: "cidr", named, cidr: cidr(range) } });
	});

	it.each([
		[plain, plain],
		[dashed, dashed],
		["web-shop", dashed],
	])("reads %s as the id it names", (text, bindingId) => {
		expect(read(text)).toEqual({ ok: true, value: { kind: "id", named: text, bindingId, prefixId: null } });
	});

	it.each([
		["203.0.113.128", { reason: "bare_address", named: "203.0.113.128", hint: "203.0.113.128/32" }],
		["2001:db8::1", { reason: "bare_address", named: "2001:db8::1", hint: "2001:db8::1/128" }],
		["203.0.113.129/25", { reason: "host_bits", named: "203.0.113.129/25", hint: "203.0.113.128/25" }],
	])("refuses %s with a hint", (text, failure) => {
		expect(read(text)).toEqual({ ok: false, failure });
	});

	it.each([
		["an empty text", ""],
		["a wildcard", "*"],
		["an alias in another case", "Edge-CDN"],
		["part of an alias", "edge"],
		["several CIDRs", "203.0.113.0/26,203.0.113.64/26"],
		["an id in upper case", plain.toUpperCase()],
		["a parent path", ".."],
		["an encoded parent path", "%2e%2e"],
		["an id and a parent path", `${plain}/..`],
		["full-width digits", `${plain.slice(1)}\uff10`],
		["a NUL", `${plain}\u0000`],
		["a member that every object has", "constructor"],
		["the prototype", "__proto__"],
	])("refuses %s", (_, text) => {
		expect(read(text)).toEqual({ ok: false, failure: { reason: "not_a_target", named: text } });
	});

	it("refuses 10 kB without repeating it in full", () => {
		const refused = read("9".repeat(10_000));
		expect(refused).toEqual({ ok: false, failure: { reason: "not_a_target", named: `${"9".repeat(64)}…` } });
	});

	it("returns only ids in one of the two forms, whatever the input", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				const target = parseTarget(text, new Map());
				if (target.ok && target.value.kind === "id") expect(target.value.bindingId).toMatch(idForm);
				if (target.ok && target.value.kind === "cidr") expect(target.value.named).toBe(target.value.cidr.text);
				if (target.ok && target.value.kind === "id") expect(target.value.bindingId).toBe(text);
			}),
			{ numRuns: 2000 },
		);
	});

	it("never widens a target: a CIDR or id means just itself", () => {
		fc.assert(
			fc.property(anyCidr, fc.stringMatching(/^[0-9a-f]{32}$/), (range, id) => {
				expect(read(range.text)).toMatchObject({ ok: true, value: { kind: "cidr", cidr: range } });
				expect(read(id)).toMatchObject({ ok: true, value: { kind: "id", bindingId: id } });
			}),
		);
	});
});
