// The services need their settings, and an object that is named after an account.
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { sandboxBindings } from "../../sandbox/settings.ts";
import type { Env } from "../../src/config.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { createServices } from "../../src/ledger/services.ts";
import { storageOf } from "../node-sqlite.ts";

function services(
	name: string | undefined,
	settings: object = sandboxBindings,
	storage = storageOf(new DatabaseSync(":memory:")),
) {
	migrate(storage);
	const state = { id: { name }, storage } as unknown as DurableObjectState;
	return createServices(state, { ...settings } as unknown as Env, () => {});
}

it("refuses an object that is not named after an account", () => {
	expect(() => services("edge")).toThrow("a Ledger must be named after its account");
});

it("knows its account again when an alarm wakes it without its name", () => {
	const storage = storageOf(new DatabaseSync(":memory:"));
	services(accountId, sandboxBindings, storage);
	expect(services(undefined, sandboxBindings, storage).ports.accountId).toBe(accountId);
});

it("needs the account, a credential and the tokens", () => {
	expect(() => services(accountId, {})).toThrow("misconfigured");
});
