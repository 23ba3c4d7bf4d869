// Many restorations over the Ledger's own tables: what they cost, in which order they come, and what holds them up.
import { describe, expect, it } from "vitest";
import { restoringCallsAtMost, restoringPatienceMs } from "../../../src/deletion/limits.ts";
import { newRecordId } from "../../../src/deletion/record/record-id.ts";
import { fail, ok } from "../../../src/deletion/result.ts";
import { recordsReadAtOnce } from "../../../src/ledger/limits.ts";
import { bindingOf, fault, id, prefixOf } from "../../deletion/world.ts";
import { bindingsOf, callsOf, failing, lost, type Many, manyPrefixes, restorer } from "./many.ts";

const hourMs = 3_600_000;

describe("the cost", () => {
	it("is at most 1.5 calls a binding, a list a prefix and the list of prefixes, at most 40 in an alarm", async () => {
		const many = lost(manyPrefixes(30), { leftIn: () => "none" });
		const { id: requestId } = many.request();
		let most = 0;
		for (let alarms = 0; many.show(requestId).state !== "done" && alarms < 50; alarms++) {
			const before = many.world.calls.length;
			many.world.clock.nowMs += 12_000;
			await many.alarm();
			most = Math.max(most, many.world.calls.length - before);
		}
		expect(many.show(requestId)).toMatchObject({ state: "done", counts: { restored: 120 } });
		expect(most).toBeLessThanOrEqual(40);
		expect(most).toBeGreaterThanOrEqual(restoringCallsAtMost);
		expect(callsOf(many, "create")).toHaveLength(120);
		expect(many.world.calls.length).toBeLessThanOrEqual(1.5 * 120 + 30 + 1);
		expect(bindingsOf(many)).toHaveLength(120);
	});
});

describe("the order", () => {
	it("is each prefix's own CIDR first, then what is more specific, one prefix after the other", async () => {
		const many = lost(manyPrefixes(3), { leftIn: () => "none" });
		const { id: requestId, deletions } = many.request();
		await many.live(requestId);
		const lengths = deletions.map(({ cidr }) => cidr?.split("/")[1]);
		expect(lengths).toEqual(["24", "25", "25", "26", "24", "25", "25", "26", "24", "25", "25", "26"]);
		expect(many.show(requestId).counts.restored).toBe(12);
	});

	it("is prefixes without any binding first, which the watch knows without a call", async () => {
		const losses = manyPrefixes(3);
		const [first, , last] = [losses[0], losses[4], losses[8]];
		const kept = [first, last].flatMap((one) =>
			one === undefined
				? []
				: [{ prefix: one.prefix, binding: bindingOf(id("ee"), `${one.binding.cidr?.replace("/26", "/28")}`) }],
		);
		const darkId = losses[4]?.prefix.id;
		const many = lost(losses, { leftIn: (prefixId) => (prefixId === darkId ? "none" : "some") }, kept);
		const { id: requestId, deletions } = many.request();
		expect(deletions.slice(0, 4).every(({ prefix_id }) => prefix_id === darkId)).toBe(true);
		await many.live(requestId);
		expect(callsOf(many, "create")[0]).toBe("create 10.1.0.0/24");
	});

	it("is found by the lists if nothing is known", async () => {
		const losses = manyPrefixes(3);
		const [first] = losses;
		if (first === undefined) throw new Error("no loss");
		const many = lost(losses, {}, [{ prefix: first.prefix, binding: bindingOf(id("ee"), "10.0.0.240/28") }]);
		const { id: requestId } = many.request();
		await many.live(requestId);
		const created = callsOf(many, "create").map((call) => call.split(".")[1]);
		expect(created.indexOf("0")).toBeGreaterThan(created.lastIndexOf("1"));
		expect(created.indexOf("0")).toBeGreaterThan(created.lastIndexOf("2"));
		expect(many.show(requestId).deletions.at(-1)?.cidr?.startsWith("10.0.")).toBe(true);
	});
});

describe("what holds them up", () => {
	it("is the rate limit's reserve: nothing is called until it is over", async () => {
		let spareMs = 240_000;
		const many = lost(manyPrefixes(1), { spareMs: () => spareMs });
		const { id: requestId } = many.request();
		await many.alarm();
		expect(many.world.calls).toEqual([]);
		expect(many.restoring().nextMs()).toBe(many.world.clock.nowMs + 240_000);
		spareMs = 0;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(4);
	});

	it("is the reserve in the middle of a turn: not one more call is made", async () => {
		const many: Many = lost(manyPrefixes(2), { spareMs: () => (many.world.calls.length >= 5 ? 240_000 : 0) });
		const { id: requestId } = many.request();
		many.world.misbehave = (call) => {
			if (call.startsWith("create")) expect(many.world.calls.length).toBeLessThanOrEqual(6);
			return null;
		};
		await many.alarm();
		expect(many.world.calls.length).toBeLessThanOrEqual(6);
		expect(many.show(requestId).counts.waiting).toBeGreaterThan(4);
	});

	it("is a 429, after which the same binding is tried again and the record says so", async () => {
		const many = lost(manyPrefixes(1));
		failing(many, "create", [fault.throttled(120_000)]);
		const { id: requestId } = many.request();
		await many.live(requestId);
		expect(many.show(requestId).counts).toMatchObject({ restored: 4, failed: 0 });
		expect(callsOf(many, "create")).toHaveLength(5);
	});

	it("is given up after twenty tries", async () => {
		const many = lost(manyPrefixes(1).slice(2, 3));
		failing(many, "create", Array(100).fill(fault.throttled(120_000)));
		const { id: requestId } = many.request();
		await many.live(requestId);
		expect(many.show(requestId).deletions).toMatchObject([{ state: "failed", code: "cloudflare_refused" }]);
		expect(callsOf(many, "create")).toHaveLength(20);
	});

	it("is a prefix that can't be read, while others go on", async () => {
		const many = lost(manyPrefixes(3), { leftIn: () => "none" });
		many.world.misbehave = (call) => (call.startsWith("bindings 10.0.") ? fault.unclear : null);
		const { id: requestId } = many.request();
		for (let alarms = 0; alarms < 10; alarms++) {
			many.pass();
			await many.alarm();
		}
		expect(many.show(requestId).counts).toMatchObject({ restored: 8, waiting: 4 });
		many.world.misbehave = () => null;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(12);
	});

	it("fails after a day, with nothing sent", async () => {
		const many = lost(manyPrefixes(1));
		many.world.misbehave = () => fault.unclear;
		const { id: requestId } = many.request();
		many.world.clock.nowMs += restoringPatienceMs;
		await many.live(requestId);
		expect(many.show(requestId).counts.failed).toBe(4);
		expect(many.show(requestId).deletions[0]?.code).toBe("cloudflare_unavailable");
		expect(callsOf(many, "create")).toEqual([]);
	});

	it("is an unclear answer: the prefix's next binding waits until it is known", async () => {
		const many = lost(manyPrefixes(1));
		let isUnreadable = false;
		many.world.misbehave = (call) => {
			if (call.startsWith("create 10.0.0.0/24")) isUnreadable = true;
			return isUnreadable ? fault.unclear : null;
		};
		const { id: requestId } = many.request();
		await many.alarm();
		expect(many.show(requestId).counts).toMatchObject({ unknown: 1, waiting: 3 });
		many.world.misbehave = () => null;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(4);
	});
});

describe("authority", () => {
	it("is read again when the work goes on: who lost the scope restores nothing more", async () => {
		const many = lost(manyPrefixes(1));
		const { id: requestId } = many.request();
		many.world.actors.set(restorer.name, { ...restorer, scopes: ["read"] });
		many.restart();
		await many.alarm();
		expect(many.show(requestId)).toMatchObject({ state: "done", counts: { refused: 4 } });
		expect(many.show(requestId).deletions[0]).toMatchObject({ code: "scope_missing" });
		expect(many.world.calls).toEqual([]);
	});

	it("is waited for while a faulty configuration does not tell it", async () => {
		let isUncertain = true;
		const many = lost(manyPrefixes(1), { isUncertain: () => isUncertain });
		const { id: requestId } = many.request();
		many.restart();
		await many.alarm();
		expect([many.show(requestId).counts.waiting, many.world.calls]).toEqual([4, []]);
		isUncertain = false;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(4);
	});

	it("is limited by the ranges of that time", async () => {
		const many = lost(manyPrefixes(2));
		const { id: requestId } = many.request();
		many.world.actors.set(restorer.name, { ...restorer, ranges: ["10.1.0.0/16"] });
		many.world.clock.nowMs += hourMs;
		await many.live(requestId);
		expect(many.show(requestId).counts).toMatchObject({ restored: 4, refused: 4 });
		expect(bindingsOf(many).every((one) => one.startsWith("10.1."))).toBe(true);
	});
});

it("a record that Cloudflare refuses fails alone", async () => {
	const losses = [
		...manyPrefixes(1),
		{ prefix: prefixOf(id("ab"), "192.0.2.0/24"), binding: bindingOf(id("bb"), "192.0.2.0/26") },
	];
	const many = lost(losses, { leftIn: () => "none" });
	const { id: requestId } = many.request();
	await many.live(requestId);
	expect(many.show(requestId).counts).toMatchObject({ restored: 4, failed: 1 });
	expect(many.show(requestId).deletions.at(-1)).toMatchObject({ cidr: "192.0.2.0/26", code: "cloudflare_refused" });
});

describe("a KV that hangs", () => {
	it("costs a few reads an alarm, and no restoration that needs none has to wait for more", async () => {
		let hung = 0;
		const many: Many = lost(manyPrefixes(1), {
			async recorded(recordId) {
				const record = many.world.journal.get(recordId);
				if (record !== null) return ok(record);
				hung += 1;
				return fail({ code: "history_unreadable", detail: "", retry_after_seconds: 60 });
			},
		});
		const old = Array.from({ length: 90 }, (_, index) =>
			newRecordId(0, new Uint8Array(16).with(0, index & 31).with(1, index >> 5)),
		);
		many.request([...old, ...many.ids]);
		await many.alarm();
		expect(hung).toBeLessThanOrEqual(3 * recordsReadAtOnce);
		expect(callsOf(many, "create")).toHaveLength(4);
	});
});
