// On Cloudflare's free plan, an invocation makes at most 50 calls out: a large account is listed in several.
import { afterEach, expect, it, vi } from "vitest";
import { call, cloudflare, LEDGER } from "../harness.ts";
import { resetAll } from "./account.ts";
import { manyPrefixes, numberedCidr, numberedId } from "./many-prefixes.ts";
import { signedIn } from "./page/visitor.ts";

afterEach(resetAll);

/** How many calls to Cloudflare each invocation of the Ledger made. Only for requests that ask it one thing at a time. */
async function callsPerInvocation(request: () => Promise<unknown>): Promise<number[]> {
	await cloudflare.forgetLog();
	const counts: number[] = [];
	const getByName = LEDGER.getByName.bind(LEDGER);
	vi.spyOn(LEDGER, "getByName").mockImplementation((name) => {
		const stub = getByName(name);
		return new Proxy(stub, {
			get(_, method) {
				const member: unknown = Reflect.get(stub, method);
				if (typeof member !== "function") return member;
				return async (...values: unknown[]) => {
					const before = (await cloudflare.log()).length;
					try {
						return await Reflect.apply(member, stub, values);
					} finally {
						counts.push((await cloudflare.log()).length - before);
					}
				};
			},
		});
	});
	await request();
	vi.restoreAllMocks();
	return counts;
}

it("GET /bindings of 120 prefixes is three invocations of at most 41 calls", async () => {
	await manyPrefixes(120);
	let ids: string[] = [];
	const counts = await callsPerInvocation(async () => {
		const { prefixes } = (await call("/bindings")).json;
		ids = prefixes.map(({ id }: { id: string }) => id);
	});
	expect(counts).toEqual([41, 41, 41]);
	expect(ids).toEqual(Array.from({ length: 120 }, (_, index) => numberedId("a", index)));
});

it("the account page of 120 prefixes has all of them, in invocations of at most 41 calls", async () => {
	await manyPrefixes(120);
	const visitor = await signedIn();
	let text = "";
	const counts = await callsPerInvocation(async () => {
		text = (await visitor.get("/account")).text;
	});
	expect(Math.max(...counts)).toBeLessThanOrEqual(41);
	for (const index of [0, 60, 119]) expect(text).toContain(numberedCidr(index));
});

it("an id is looked up in one call when the account was listed before, and by its CIDR in two", async () => {
	await manyPrefixes(120);
	const plan = (target: string) => callsPerInvocation(() => call(`/bindings/${target}`));
	expect(await plan(numberedCidr(119))).toEqual([2]);
	await call("/bindings");
	expect(await plan(numberedId("c", 118))).toEqual([1]);
});
