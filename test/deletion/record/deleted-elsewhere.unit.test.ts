// The record of a binding that disappeared without unbind, and of who did it.
import { describe, expect, it } from "vitest";
import { metadataOf } from "../../../src/adapters/history/keys.ts";
import { deletedElsewhere, namedBy } from "../../../src/deletion/record/deleted-elsewhere.ts";
import { formatVersion, isOpen, leavesKeyFree, summaryOf } from "../../../src/deletion/record/deletion.ts";
import { type Identified, whoWords } from "../../../src/deletion/record/elsewhere.ts";
import { goneAs, goneAtMs, isGone } from "../../../src/deletion/record/gone.ts";

const binding = {
	account_id: "a",
	prefix_id: "p",
	id: "b",
	cidr: "203.0.113.128/25",
	service_id: "s",
	service_name: "CDN",
	provisioning: { state: "active" },
};
const seenMs = Date.UTC(2026, 10, 3, 12);
const noticedMs = seenMs + 180_000;
const noticed = "2026-11-03T12:03:00.000Z";
const record = deletedElsewhere({ id: "7zz", binding, effect: null, lastSeenMs: seenMs, noticedMs });

const dashboard: Identified = {
	by: { name: "mallory@example.com", id: "4e5f", type: "user" },
	how: "dashboard",
	token_name: null,
	ray: "8f00-AMS",
};

describe("deletedElsewhere", () => {
	it("says what is known: what is gone, when it was last seen, and when it was missed", () => {
		expect(record).toEqual({
			form: formatVersion,
			id: "7zz",
			state: "deleted_elsewhere",
			target: "203.0.113.128/25",
			reason: null,
			actor: { name: "unknown", door: "watch" },
			created_at: noticed,
			settled_at: noticed,
			binding,
			effect: null,
			guards: [],
			cloudflare: null,
			failure: null,
			timeline: [{ at: noticed, event: "deleted_elsewhere" }],
			not_before: null,
			approval: null,
			restoration: null,
			elsewhere: {
				noticed_at: noticed,
				last_seen_at: "2026-11-03T12:00:00.000Z",
				by: null,
				how: null,
				token_name: null,
				ray: null,
			},
		});
	});

	it("counts as a settled deletion, and holds no caller's key", () => {
		expect([isOpen(record), isGone(record.state), leavesKeyFree(record)]).toEqual([false, true, false]);
		expect(goneAtMs(record)).toBe(noticedMs);
	});

	it("stays one that was deleted elsewhere after its restoration", () => {
		expect(goneAs({ ...record, state: "restored" })).toBe("deleted_elsewhere");
	});

	it("names the binding's id if Cloudflare gave no CIDR", () => {
		const without = { id: "7zz", binding: { ...binding, cidr: "" }, effect: null, lastSeenMs: seenMs, noticedMs };
		const { target } = deletedElsewhere(without);
		expect([target, summaryOf(deletedElsewhere(without)).cidr]).toEqual(["b", null]);
	});
});

describe("namedBy", () => {
	it("fills in who did it, how, and the call's Ray id", () => {
		expect(namedBy(record, dashboard, noticedMs + 60_000)).toEqual({
			...record,
			actor: { name: "mallory@example.com", door: "watch" },
			elsewhere: { ...record.elsewhere, ...dashboard },
			timeline: [
				...record.timeline,
				{
					at: "2026-11-03T12:04:00.000Z",
					event: "identified",
					by: "mallory@example.com",
					how: "dashboard",
					token_name: null,
					ray: "8f00-AMS",
				},
			],
		});
	});

	it.each<[string, Partial<Identified>, string]>([
		["a person", {}, "mallory@example.com"],
		["a token, if nobody is named", { by: null, how: "api_token", token_name: "terraform" }, "terraform"],
		["Cloudflare, if it was Cloudflare itself", { by: null, how: "cloudflare" }, "Cloudflare"],
		["nobody, if the log names nobody", { by: null, how: "api_key" }, "unknown"],
	])("makes the actor %s", (_, change, name) => {
		expect(namedBy(record, { ...dashboard, ...change }, noticedMs).actor).toEqual({ name, door: "watch" });
	});

	it("keeps the first answer", () => {
		const named = namedBy(record, dashboard, noticedMs);
		expect(namedBy(named, { ...dashboard, ray: null }, noticedMs + 1)).toBe(named);
	});

	it("leaves unbind's own deletions alone", () => {
		const { elsewhere: _, ...own } = record;
		expect(namedBy(own, dashboard, noticedMs)).toBe(own);
	});

	it("shortens names so that a list row fits into KV's metadata", () => {
		const long = "é".repeat(600);
		const named = namedBy(record, { ...dashboard, by: { name: long }, token_name: long, ray: long }, noticedMs);
		expect(named.elsewhere?.by?.name).toBe(`${"é".repeat(99)}…`);
		expect(named.elsewhere?.token_name).toBe(`${"é".repeat(99)}…`);
		expect(new TextEncoder().encode(JSON.stringify(metadataOf(named))).byteLength).toBeLessThan(1024);
	});
});

describe("the words for who did it", () => {
	it.each<[string | null, Partial<Identified>]>([
		[null, { by: null, how: null }],
		["mallory@example.com, in the dashboard", {}],
		["mallory@example.com", { how: null }],
		["mallory@example.com, with an API key", { how: "api_key" }],
		["mallory@example.com, with the API token “terraform”", { how: "api_token", token_name: "terraform" }],
		["someone with an API token", { by: null, how: "api_token" }],
		["someone in the dashboard", { by: null }],
		["Cloudflare", { by: null, how: "cloudflare" }],
	])("are %s", (words, change) => {
		const { elsewhere } = record;
		if (elsewhere === undefined) throw new Error("nothing is known");
		expect(whoWords({ ...elsewhere, ...dashboard, ...change })).toBe(words);
	});

	it("pass over a way that only a later release knows", () => {
		const { elsewhere } = record;
		const later = { ...elsewhere, ...dashboard, how: "oauth" } as unknown as Parameters<typeof whoWords>[0];
		expect(whoWords(later)).toBe("mallory@example.com");
	});
});
