import { expect, it } from "vitest";
import { readsWaitingAtMost } from "../../src/ledger/limits.ts";
import { createReadQueue } from "../../src/ledger/read-queue.ts";

const version = "j-1";

it("lets other callers' reads and other work in between two reads of one caller", async () => {
	const queue = createReadQueue();
	const order: string[] = [];
	const read = (caller: string, name: string) =>
		queue.inTurn({ caller, unless: null }, version, () => void order.push(name));
	const all = [read("a", "a1"), read("a", "a2"), read("b", "b1")];
	await Promise.resolve().then(() => order.push("a deletion"));
	await Promise.all(all);
	expect(order.indexOf("a2")).toBe(3);
	expect(order.toSorted()).toEqual(["a deletion", "a1", "a2", "b1"]);
});

it("refuses a caller who has too many reads waiting, and nobody else", async () => {
	const queue = createReadQueue();
	const reads = Array.from({ length: readsWaitingAtMost + 2 }, () =>
		queue.inTurn({ caller: "a", unless: null }, version, () => 1),
	);
	const other = queue.inTurn({ caller: "b", unless: null }, version, () => 2);
	expect(await other).toBe(2);
	const answers = await Promise.all(reads);
	expect(answers.filter((one) => one === null)).toHaveLength(1);
	expect(answers.at(-1)).toBeNull();
});

it("answers a poll that finds nothing new at once", async () => {
	const queue = createReadQueue();
	const first = queue.inTurn({ caller: "a", unless: null }, version, () => "first");
	expect(await queue.inTurn({ caller: "a", unless: version }, version, () => "nothing new")).toBe("nothing new");
	expect(await first).toBe("first");
});
