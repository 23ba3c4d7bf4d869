import { expect, it } from "vitest";
import { createKvGate } from "../../src/ledger/kv-gate.ts";
import { sentAtOnce } from "../../src/ledger/limits.ts";

const timedOut = { ok: false as const, failure: { timedOut: true } };
const refused = { ok: false as const, failure: { timedOut: false } };

it("lets a few writes through at once, and the next one when one has ended", async () => {
	const gate = createKvGate();
	const ends: (() => void)[] = [];
	const write = () => gate.inTurn(() => new Promise<void>((resolve) => ends.push(resolve)));
	const all = Array.from({ length: sentAtOnce + 1 }, write);
	await expect.poll(() => ends.length).toBe(sentAtOnce);
	ends[0]?.();
	await expect.poll(() => ends.length).toBe(sentAtOnce + 1);
	for (const end of ends) end();
	await Promise.all(all);
});

it("skips all but one write while KV hangs, and lets all through once KV answers", async () => {
	const gate = createKvGate();
	gate.note(timedOut);
	gate.note(refused);
	expect(gate.hangs()).toBe(true);
	const all = [1, 2, 3].map((value) => gate.inTurn(async () => value));
	expect(await Promise.all(all)).toEqual([1, null, null]);
	gate.note({ ok: true });
	expect(await Promise.all([1, 2, 3].map((value) => gate.inTurn(async () => value)))).toEqual([1, 2, 3]);
});

it("does not take a refusal for hanging", () => {
	const gate = createKvGate();
	gate.note(refused);
	expect(gate.hangs()).toBe(false);
});
