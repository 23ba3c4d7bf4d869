// The KV used in the chaos: what goes wrong, for how long, and what is left afterwards.
import { beforeEach, expect, it } from "vitest";
import { createDice } from "../dice.ts";
import type { Outage } from "../schedule.ts";
import type { WorldClock } from "../world-clock.ts";
import { createKv, type Kv } from "./kv.ts";

let nowMs: number;
let kv: Kv;
let noted: string[];
const never = { ...createDice(1, "never"), chance: () => true };

const clock: WorldClock = {
	setting: { turn: 0, realMs: 0, worldMs: 0, speed: 1 },
	movedAtMs: 0,
	now: () => nowMs,
	realMs: (ms) => ms,
	async pause(ms) {
		nowMs += ms;
	},
	changed: () => clock.setting,
	set() {},
};
const outage = (change: Partial<Outage>): Outage => ({
	afterDeletions: 0,
	lastsMs: 3_600_000,
	share: 1,
	faults: ["refuse"],
	old: false,
	isLong: true,
	isDark: false,
	...change,
});
/** Only faults with a share of 1 happen. A refused put is not written, and a late one lands after a minute. */
const dice = {
	next: () => 0.5,
	chance: (share: number) => share === 1,
	between: () => 60_000,
	pick: <T>([first]: readonly T[]) => first as T,
	weigh: () => never.next() as never,
};

beforeEach(() => {
	nowMs = 10_000_000;
	noted = [];
	const witness = {
		note: (one: { kind: string }) => void noted.push(one.kind),
		all: () => [],
		settledLately: () => [],
	};
	kv = createKv(witness, clock, { ...dice, chance: () => true }, () => {});
});

// biome-ignore lint/suspicious/noExplicitAny: each operation has an answer of its own
async function ask(operation: object): Promise<any> {
	const response = await kv.handle(
		new Request("http://kv.chaos/", { method: "POST", body: JSON.stringify(operation) }),
	);
	return await response.json();
}
const put = (value: string) => ask({ kind: "put", key: "deletion:1", value, metadata: { value } });
const get = async () => (await ask({ kind: "get", key: "deletion:1" })).value;
const list = () => ask({ kind: "list", prefix: "deletion:", limit: 10, cursor: null });

it("returns what was written and lists it with its metadata", async () => {
	await put("one");
	expect(await get()).toBe("one");
	expect(await list()).toEqual({
		keys: [{ name: "deletion:1", metadata: { value: "one" } }],
		list_complete: true,
		cacheStatus: null,
	});
});

it("continues a list from its cursor", async () => {
	for (const key of ["a:3", "a:1", "a:2", "b:1"]) await ask({ kind: "put", key, value: "", metadata: null });
	const first = await ask({ kind: "list", prefix: "a:", limit: 2, cursor: null });
	expect(first.keys.map(({ name }: { name: string }) => name)).toEqual(["a:1", "a:2"]);
	const second = await ask({ kind: "list", prefix: "a:", limit: 2, cursor: first.cursor });
	expect([second.keys.map(({ name }: { name: string }) => name), second.list_complete]).toEqual([["a:3"], true]);
});

it("refuses reads and writes while it is down and works again afterwards", async () => {
	kv.begin(outage({ lastsMs: 50_000 }), dice);
	expect(await put("one")).toHaveProperty("error");
	expect(await ask({ kind: "get", key: "deletion:1" })).toHaveProperty("error");
	nowMs += 50_001;
	expect(await put("two")).toEqual({});
	expect(await get()).toBe("two");
	expect(noted).toEqual(["kv_outage", "kv_fault", "kv_fault"]);
});

it("hangs longer than any caller waits, and does not write", async () => {
	kv.begin(outage({ faults: ["hang"] }), dice);
	const beganAtMs = nowMs;
	expect(await put("one")).toHaveProperty("error");
	expect(nowMs - beganAtMs).toBeGreaterThanOrEqual(120_000);
	kv.end();
	expect(await get()).toBe(null);
});

it("lands a late write over a newer one", async () => {
	kv.begin(outage({ faults: ["late"], lastsMs: 10_000 }), dice);
	expect(await put("older")).toHaveProperty("error");
	nowMs += 1_000;
	await put("newer");
	expect(await get()).toBe("newer");
	nowMs += 60_000;
	await list();
	expect(await get()).toBe("older");
});

it("shows old values and lists while it is down", async () => {
	await put("old");
	nowMs += 1_000;
	kv.begin(outage({ share: 0, old: true }), { ...dice, chance: (share) => share === 0.7, between: (_, most) => most });
	nowMs += 1_000;
	await put("new");
	nowMs += 3_000_000;
	expect([await get(), (await list()).keys[0].metadata]).toEqual(["old", { value: "old" }]);
	kv.end();
	expect(await get()).toBe("new");
});
