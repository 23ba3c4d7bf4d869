// Answers to callers who may delete, but not read: they say nothing of what lies outside the caller's ranges, and nothing
// of other callers' records.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call } from "../harness.ts";
import { endClock, pass, startClock } from "../lifecycle/clock.ts";
import { callAs, tokensWith } from "../lifecycle/configured-ledger.ts";
import { others, remove } from "../lifecycle/people.ts";
import { bindingsPath, cdn25, prefixes, shop24, spectrum26 } from "./account.ts";

beforeEach(startClock);
afterEach(endClock);

const range = ["203.0.113.128/25"];
const outsider = tokensWith("edge", ["delete"], range);
const reader = tokensWith("edge", ["read", "delete"], range);
type Tokens = typeof outsider;
const del = (path: string, tokens: Tokens = outsider) => callAs("edge", tokens, path, { method: "DELETE" });
const dryRun = (target: string, tokens: Tokens = outsider) =>
	callAs("edge", tokens, "/deletions", { method: "POST", json: { target, dry_run: true } });

/** What is the account's and lies outside the caller's ranges, in any spelling. */
const account = /198\.51\.100|203\.0\.113\.0|203\.0\.113\.64|2001:db8|Magic Transit|Spectrum|c01d0{27}[124]/i;

describe("without read, and outside the ranges,", () => {
	it("a dry run says that it is outside, whether or not there is a binding", async () => {
		for (const target of ["198.51.100.0/24", "198.51.100.128/25", "192.0.2.0/24", shop24, spectrum26]) {
			const answer = await dryRun(target);
			expect([answer.status, answer.json.code]).toEqual([403, "out_of_range"]);
			expect(answer.text.replace(target, "")).not.toMatch(account);
			expect(answer.json).not.toHaveProperty("guards");
		}
		const shown = await dryRun(shop24, reader);
		expect([shown.status, shown.json.binding.cidr]).toEqual([200, "198.51.100.0/24"]);
	});

	it("a deletion's refusal says no more either, through both doors", async () => {
		// The Ledger knows where each binding is.
		await call("/bindings");
		for (const path of [`/bindings/${shop24}`, bindingsPath(prefixes.shop, shop24)]) {
			const answer = await del(path);
			expect(answer.status).toBe(403);
			expect(answer.text.replaceAll(shop24, "")).not.toMatch(account);
		}
		const { json } = await del(`/bindings/${shop24}`, reader);
		expect(json.guards.find(({ guard }: { guard: string }) => guard === "out_of_range").cidr).toBe("198.51.100.0/24");
	});

	it("an answer does not name what covers a missing binding", async () => {
		const missing = "203.0.113.192/26";
		const answer = await del(`/bindings/${missing}`, tokensWith("edge", ["delete"], [missing]));
		expect([answer.status, answer.json.detail]).toEqual([404, `There is no binding ${missing}.`]);
		expect((await del(`/bindings/${missing}`, reader)).json.detail).toContain("203.0.113.128/25");
	});
});

describe("without read", () => {
	it("an answer names covered bindings only within the ranges", async () => {
		await others(prefixes.amsterdam, (all) => all.filter(({ id }) => id !== cdn25));
		await others(prefixes.amsterdam, (all) => [
			...all,
			...all.slice(0, 1).map((one) => ({ ...one, id: cdn25, cidr: "203.0.113.192/26" })),
		]);
		const answer = await del("/bindings/203.0.113.128/25");
		expect(answer.json).toMatchObject({ code: "invalid_target", bindings: ["203.0.113.192/26"] });
	});

	it("an answer does not reveal another caller's deletion", async () => {
		await remove("203.0.113.128/25", "?reason=secret+plan");
		pass(1000);
		const answer = await del("/bindings/203.0.113.128/25");
		expect([answer.status, answer.json.detail]).toEqual([404, "There is no binding 203.0.113.128/25."]);
		expect(answer.text).not.toMatch(/secret plan|user@example/);
		expect((await dryRun("203.0.113.128/25")).text).not.toMatch(/secret plan|user@example/);
		expect((await dryRun("203.0.113.128/25", reader)).json.last_deletion.reason).toBe("secret plan");
	});

	it("an answer shows callers their own deletion", async () => {
		expect((await del("/bindings/203.0.113.128/25")).json.state).toBe("deleted");
		expect((await dryRun("203.0.113.128/25")).json.last_deletion.actor).toBe("edge");
	});

	it("an answer shows a binding within the ranges with all its evidence", async () => {
		const { json } = await dryRun("203.0.113.128/25");
		expect(json).toMatchObject({ would: "delete", binding: { id: cdn25 } });
	});
});
