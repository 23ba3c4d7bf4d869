// A target that names no binding exactly: the whole problem, with a hint at the right name.
import { afterEach, describe, expect, it } from "vitest";
import { call, cloudflare } from "../../harness.ts";
import { resetAll } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

describe("422: a target that names no binding exactly", () => {
	const unfit = { status: 422, code: "invalid_target", title: "The target is not a binding's exact name" };
	const forms =
		"Name one by its CIDR (203.0.113.128/25), its id (32 hex digits or a dashed UUID), or an alias from the configuration.";

	it.each<[string, string, { hint?: string }]>([
		[
			"203.0.113.7",
			'"203.0.113.7" is an address. Name the binding by its CIDR: did you mean 203.0.113.7/32?',
			{ hint: "203.0.113.7/32" },
		],
		[
			"2001:DB8::1",
			'"2001:DB8::1" is an address. Name the binding by its CIDR: did you mean 2001:db8::1/128?',
			{ hint: "2001:db8::1/128" },
		],
		[
			"203.0.113.129/25",
			'"203.0.113.129/25" has host bits. Did you mean 203.0.113.128/25?',
			{ hint: "203.0.113.128/25" },
		],
		[
			"2001:db8:100::1/48",
			'"2001:db8:100::1/48" has host bits. Did you mean 2001:db8:100::/48?',
			{ hint: "2001:db8:100::/48" },
		],
		["*", `"*" names no binding. ${forms}`, {}],
		["all", `"all" names no binding. ${forms}`, {}],
		["203.0.113.0/33", `"203.0.113.0/33" names no binding. ${forms}`, {}],
		["203.0.113.128/025", `"203.0.113.128/025" names no binding. ${forms}`, {}],
		["203.0.113.128/25,203.0.113.0/26", `"203.0.113.128/25,203.0.113.0/26" names no binding. ${forms}`, {}],
		["C01D0000000000000000000000000003", `"C01D0000000000000000000000000003" names no binding. ${forms}`, {}],
		["c01d000000000000000000000000000", `"c01d000000000000000000000000000" names no binding. ${forms}`, {}],
		["Edge-CDN", `"Edge-CDN" names no binding. ${forms}`, {}],
	])("%s", async (text, detail, evidence) => {
		const problem = { ...unfit, detail, ...evidence };
		const path = `/bindings/${encodeURIComponent(text)}`;
		expectProblem(await call(path), problem);
		expectProblem(await call(path, { method: "DELETE" }), problem);
		expectProblem(await call("/deletions", { method: "POST", json: { target: text } }), problem);
		expect(await cloudflare.calls()).toEqual([]);
		expect((await call("/deletions")).json.deletions).toEqual([]);
	});

	it.each([
		["/bindings/%", '"%" is not valid percent-encoding.'],
		["/bindings/%ff", '"%ff" is not valid percent-encoding.'],
		["/bindings/203.0.113.128%252F25", `"203.0.113.128%2F25" names no binding. ${forms}`],
		["/bindings/203.0.113.128/25/", `"203.0.113.128/25/" names no binding. ${forms}`],
		["/bindings/203.0.113.128//25", `"203.0.113.128//25" names no binding. ${forms}`],
		[`/bindings/${"a".repeat(100)}`, `"${"a".repeat(40)}…" names no binding. ${forms}`],
	])("%s", async (path, detail) => {
		for (const method of ["GET", "DELETE"]) expectProblem(await call(path, { method }), { ...unfit, detail });
		expect(await cloudflare.calls()).toEqual([]);
	});
});
