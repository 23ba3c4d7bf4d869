// Discord asks for suggestions at every keystroke.

import * as v from "valibot";
import { afterEach, expect, it } from "vitest";
import { discordAnswer, interactionOf, signedByDiscord } from "../../../sandbox/chat/discord.ts";
import type { Sender } from "../../../sandbox/chat/platform.ts";
import type { PersonName } from "../../../sandbox/chat/settings.ts";
import { call, cloudflare } from "../../harness.ts";
import { endClock, pass, startClock } from "../../lifecycle/clock.ts";
import { resetAll } from "../account.ts";
import { breakLedger } from "../watch.ts";
import { send, senderOf } from "./people.ts";

afterEach(resetAll);

async function typed(value: string, person: PersonName = "alice", more: Partial<Sender> = {}): Promise<string[]> {
	const options = [{ name: "delete", type: 1, options: [{ name: "target", type: 3, value, focused: true }] }];
	const data = { id: "1", name: "unbind", type: 1, options };
	const interaction = { ...interactionOf(senderOf("discord", person, more), value), type: 4, data };
	const answer = v.parse(discordAnswer, (await send("discord", signedByDiscord(interaction))).json);
	return answer.type === 8 ? answer.data.choices.map((choice) => `${choice.value}: ${choice.name}`) : [];
}

it("suggests live bindings and aliases that match what is typed", async () => {
	expect(await typed("203.0.113.1")).toEqual([
		"203.0.113.128/25: 203.0.113.128/25 (CDN)",
		"edge-cdn: edge-cdn (203.0.113.128/25)",
	]);
	expect(await typed("SPECTRUM")).toEqual([
		"203.0.113.64/26: 203.0.113.64/26 (Spectrum)",
		"2001:db8:100:1::/64: 2001:db8:100:1::/64 (Spectrum)",
	]);
	expect(await typed("")).toHaveLength(9);
	expect(await typed("nothing like it")).toEqual([]);
});

it("looks at the account once per minute, however many letters are typed", async () => {
	startClock();
	for (const text of ["2", "20", "203", "203."]) await typed(text);
	expect(await cloudflare.calls()).toHaveLength(4);
	pass(59_000);
	await typed("203.0");
	expect(await cloudflare.calls()).toHaveLength(4);
	pass(1000);
	await typed("203.0.");
	expect(await cloudflare.calls()).toHaveLength(8);
	// A request for the bindings themselves is never served from that cache.
	await call("/bindings");
	expect(await cloudflare.calls()).toHaveLength(12);
	await endClock();
});

it("shows nothing to people who may not read", async () => {
	expect(await typed("203", "mallory")).toEqual([]);
	expect(await typed("203", "alice", { channel: "120000000000000009" })).toEqual([]);
	expect(await typed("203", "alice", { workspace: "110000000000000009" })).toEqual([]);
	expect(await cloudflare.calls()).toEqual([]);
});

it("suggests at most 25, and none instead of an error", async () => {
	const state = await cloudflare.state();
	const [first] = state.prefixes;
	const binding = first?.bindings[0];
	if (first === undefined || binding === undefined) throw new Error("an empty account");
	first.bindings = Array.from({ length: 60 }, (_, index) => ({
		...binding,
		id: String(index).padStart(32, "0"),
		cidr: `203.0.113.${index}/32`,
		service_name: "S".repeat(200),
	}));
	await cloudflare.put(state);
	expect(await typed("203.0.113")).toHaveLength(25);
	breakLedger();
	expect(await typed("203")).toEqual([]);
});
