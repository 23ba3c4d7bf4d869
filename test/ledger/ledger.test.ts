// The object itself: it has every method that the doors call.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLedgerClient } from "../../src/doors/ledger-client.ts";
import type { Ledger } from "../../src/index.ts";
import { call, ledger } from "../harness.ts";
import { endClock, startClock } from "../lifecycle/clock.ts";

beforeEach(startClock);
afterEach(endClock);

it("has every method that the doors call", async () => {
	await call("/freeze");
	const methods = await runInDurableObject<Ledger, [string, string][]>(ledger(), (object) =>
		Object.keys(createLedgerClient(() => object, "request")).map((name) => [name, typeof Reflect.get(object, name)]),
	);
	expect(methods.length).toBeGreaterThan(20);
	expect(methods.filter(([, type]) => type !== "function")).toEqual([]);
});
