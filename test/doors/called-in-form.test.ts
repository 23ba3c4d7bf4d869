// Each call to the Ledger says in which form it is made: a later release knows by it what an older Worker means.
import { afterEach, expect, it, vi } from "vitest";
import { formatVersion } from "../../src/deletion/record/deletion.ts";
import { Ledger } from "../../src/index.ts";
import { call } from "../harness.ts";
import { cancel, cidr, decide, freeze, lift, remove, restore } from "../lifecycle/people.ts";
import { bindingsPath, prefixes, resetAll } from "./account.ts";
import { signedIn } from "./page/visitor.ts";

afterEach(resetAll);

/** What doors call, but for the buttons of a chat. */
const methods = [
	"request",
	"plan",
	"bindings",
	"bindingsIn",
	"past",
	"record",
	"changes",
	"overview",
	"decide",
	"cancel",
	"restore",
	"resolve",
	"freezes",
	"notifications",
	"redeliver",
	"sendTest",
	"setFreeze",
	"health",
	"status",
] as const;

it("says its form in each call, behind the other arguments", async () => {
	const spies = methods.map((name) => vi.spyOn(Ledger.prototype, name));
	const { json } = await remove(cidr);
	await call(`/bindings/${cidr}`);
	await call("/bindings");
	await call("/bindings/changes");
	await call(bindingsPath(prefixes.amsterdam));
	await call(`/deletions/${json.id}`);
	await call("/deletions");
	await (await signedIn()).get("/");
	await decide(json.id, "approve");
	await cancel(json.id);
	await restore(json.id);
	await call(`/deletions/${json.id}/resolution`, { method: "POST", json: { outcome: "gone", note: "seen" } });
	await call("/notifications", { method: "POST", json: { destination: "nobody" } });
	await call(`/notifications/${json.id}/redelivery`, { method: "POST" });
	await freeze();
	await lift();
	for (const path of ["/freeze", "/notifications", "/health", "/status"]) await call(path);
	for (const [index, { mock }] of spies.entries()) {
		// The Ledger asks itself for records, too.
		const lasts = (mock.calls as unknown[][]).map((given) => given.at(-1));
		expect([methods[index], lasts.includes(formatVersion)]).toEqual([methods[index], true]);
	}
});
