// One caller's reads hold up nobody else: neither deletions nor other callers.
import { afterEach, describe, expect, it, vi } from "vitest";
import { call, HISTORY, ledger } from "../../harness.ts";
import { approver, resetAll } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";
import { seedMany } from "../seed.ts";

afterEach(resetAll);

const sleeping = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const scan = () => call("/deletions?actor=zz", { token: approver.token });

/** KV takes its time for a list. */
function slowLists(ms: number) {
	const real = HISTORY.list.bind(HISTORY);
	const lists = { now: 0, most: 0 };
	vi.spyOn(HISTORY, "list").mockImplementation((async (options: KVNamespaceListOptions) => {
		lists.most = Math.max(lists.most, ++lists.now);
		await sleeping(ms);
		lists.now--;
		return real(options);
	}) as never);
	return lists;
}

describe("a caller with many reads of the history", () => {
	it("has two pages read at once, and the others wait for their turn", async () => {
		await seedMany(5);
		const lists = slowLists(100);
		const answers = await Promise.all(Array.from({ length: 20 }, scan));
		expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
		expect(lists.most).toBe(2);
	});

	it("gets 429 beyond thirty that wait, and another caller does not", async () => {
		await seedMany(5);
		slowLists(150);
		const reads = Array.from({ length: 60 }, scan);
		const others = await call("/deletions");
		expect([others.status, others.json.stale]).toEqual([200, false]);
		const refused = (await Promise.all(reads)).filter(({ status }) => status !== 200);
		expect(refused.length).toBeGreaterThan(10);
		for (const answer of refused)
			expectProblem(
				answer,
				{
					status: 429,
					code: "too_many_reads",
					title: "Too many reads at once",
					detail: "Too many of your reads are in progress. Try again in a second.",
				},
				{ "retry-after": "1" },
			);
		expect((await scan()).status).toBe(200);
	});
});

describe("a caller that asks for the status many times at once", () => {
	it("gets 429 beyond thirty that wait, and another caller does not", async () => {
		const status = (token: string) => call("/status", { token });
		const many = Array.from({ length: 60 }, () => status(approver.token));
		expect((await call("/status")).status).toBe(200);
		const statuses = (await Promise.all(many)).map((answer) => answer.status);
		expect(new Set(statuses)).toEqual(new Set([200, 429]));
		expect(statuses.filter((one) => one === 200).length).toBeGreaterThanOrEqual(32);
	});
});

describe("the Ledger", () => {
	const query = { afterId: "", bindingId: null, prefixId: null, unless: null, caller: "eve" };

	it("does other work between two reads of one caller", async () => {
		await ledger().freezes();
		const order: string[] = [];
		const noted = (what: string, work: Promise<unknown>) => work.then(() => order.push(what));
		const reads = Array.from({ length: 20 }, () => noted("read", ledger().changes(query)));
		const others = [ledger().freezes(), ledger().changes({ ...query, caller: "ada" })];
		await Promise.all([...reads, ...others.map((work) => noted("other", work))]);
		expect(order.lastIndexOf("other")).toBeLessThan(5);
	});

	it("refuses a caller with more than thirty-two reads waiting", async () => {
		const answers = await Promise.all(Array.from({ length: 40 }, () => ledger().changes(query)));
		expect(answers.filter((one) => one === null).length).toBeGreaterThan(0);
		expect(answers.filter((one) => one !== null).length).toBeGreaterThanOrEqual(33);
		expect(await ledger().changes(query)).toMatchObject({ recent: [] });
	});
});
