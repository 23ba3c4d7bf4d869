// Every guard at every level and every door: the right answer, the right record, and a DELETE only if it is allowed.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { cdn25, prefixes, shop24, v6Cdn48, v6Regional64, v6Spectrum64 } from "../doors/account.ts";
import { callConfigured } from "../doors/configured.ts";
import { type Answer, call, deletes } from "../harness.ts";
import { endClock, pass, startClock } from "./clock.ts";
import { callAs, configureLedger, tokensWith } from "./configured-ledger.ts";
import { type Call, type DoorName, doorNames, doors, type Named, type Wish } from "./doors.ts";
import { decide, freeze, operator, record, remove } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

interface Danger {
	binding: Named;
	/** What makes this guard, and no other, find something. */
	settings?: Record<string, unknown>;
	guards?: Record<string, string>;
	before?: () => Promise<unknown>;
	wish?: Wish;
	/** The Retry-After of the answer. */
	retryAfter?: string;
}

const edge = { cidr: "203.0.113.128/25", id: cdn25, prefixId: prefixes.amsterdam };
const shop = { cidr: "198.51.100.0/24", id: shop24, prefixId: prefixes.shop };
const v6 = (cidr: string, id: string) => ({ cidr, id, prefixId: prefixes.v6 });

const earlier =
	(...targets: string[]) =>
	async () => {
		for (const target of targets)
			expect((await remove(target, "?acknowledge=still_provisioning&reason=earlier")).json.state).toBe("deleted");
	};

const configurable: Record<string, Danger> = {
	protected: { binding: edge, settings: { PROTECTED: ["203.0.113.0/24"] } },
	budget: {
		binding: edge,
		settings: { BUDGET_DELETIONS: 1 },
		guards: { still_provisioning: "acknowledge" },
		before: earlier("2001:db8:100:1::/64"),
		retryAfter: "3600",
	},
	breadth: { binding: edge, before: earlier("203.0.113.0/26", "203.0.113.64/26"), retryAfter: "3600" },
	last_binding: { binding: shop, guards: { leaves_no_service: "pass" } },
	not_restorable: { binding: v6("2001:db8:100:2::/64", v6Regional64) },
	leaves_no_service: { binding: v6("2001:db8:100::/48", v6Cdn48) },
	still_provisioning: { binding: v6("2001:db8:100:1::/64", v6Spectrum64) },
	advertised: { binding: edge },
	no_reason: { binding: edge, wish: {} },
};
const statuses: Record<string, number> = { frozen: 423, changed: 412, budget: 429, breadth: 429 };
const statusOf = (guard: string): number => statuses[guard] ?? 403;

/** Prepares the danger and requests the deletion. @returns the answer, the record and the DELETEs it led to. */
async function dare(door: DoorName, guard: string, level: string, more: Wish = {}, as: Call = asOperator) {
	const danger = configurable[guard] ?? { binding: edge };
	if (guard in configurable)
		await configureLedger({ ...danger.settings, GUARDS: { ...danger.guards, [guard]: level } });
	await danger.before?.();
	// The newest record is found by its time.
	pass(1);
	const before = await deletes();
	const answer = await doors[door](as, danger.binding, { ...(danger.wish ?? { reason: "INC-9" }), ...more });
	const [newest] = (await call("/deletions?limit=1")).json.deletions;
	return { answer, deletion: await record(newest.id), sent: (await deletes()).slice(before.length), danger };
}

const asOperator: Call = (path, options) => call(path, { ...options, token: operator.token });

function expectRefusal(door: DoorName, answer: Answer, status: number, code: string, deletion: Deletion): void {
	if (door === "cloudflare") {
		// The official SDKs repeat a 429, so this door does not use it.
		expect(answer.status).toBe(status === 429 ? 403 : status);
		expect(answer.json).toMatchObject({ success: false, result: null, errors: [{ code: 90_000 + status }] });
		expect(answer.json.errors[0].message).toMatch(new RegExp(`^${code}: `));
	} else {
		expect(answer.status).toBe(status);
		expect(answer.json).toMatchObject({ status, code, deletion_id: deletion.id });
	}
	expect(deletion).toMatchObject({ state: "refused", cloudflare: null, failure: { code } });
	expect(deletion.settled_at).not.toBeNull();
}

const verdictOf = ({ guards }: Deletion, guard: string) => guards.find((one) => one.guard === guard);

describe.each(doorNames)("%s", (door) => {
	describe.each(Object.keys(configurable))("%s", (guard) => {
		it("pass: deletes", async () => {
			const { answer, deletion, sent } = await dare(door, guard, "pass");
			expect(answer.status).toBe(200);
			expect(deletion.state).toBe("deleted");
			expect(verdictOf(deletion, guard)?.verdict).toBe("pass");
			expect(sent).toHaveLength(1);
		});

		it("acknowledge: refuses until this very risk is acknowledged, then deletes", async () => {
			const others = Object.keys(configurable).filter((one) => one !== guard);
			const { answer, deletion, sent, danger } = await dare(door, guard, "acknowledge", { acknowledge: others });
			expectRefusal(door, answer, 403, "acknowledgement_required", deletion);
			expect(deletion.failure?.detail).toContain(`acknowledge ${guard}.`);
			if (door !== "cloudflare") expect(answer.json.acknowledge).toEqual([guard]);
			expect(sent).toEqual([]);

			const wish = { ...(danger.wish ?? { reason: "INC-9" }), acknowledge: [guard] };
			expect((await doors[door](asOperator, danger.binding, wish)).status).toBe(200);
			expect(await deletes()).toContain(`DELETE bindings/${danger.binding.id}`);
		});

		it("approve: waits for another person, even if the caller acknowledges it", async () => {
			const { answer, deletion, sent } = await dare(door, guard, "approve", { acknowledge: [guard] });
			if (door === "cloudflare") {
				expect(answer.status).toBe(403);
				expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90_202 }] });
			} else expect([answer.status, answer.json.id]).toEqual([202, deletion.id]);
			expect(deletion).toMatchObject({ state: "pending_approval", approval: { state: "pending", guards: [guard] } });
			expect(sent).toEqual([]);

			const approved = await decide(deletion.id, "approve");
			expect([approved.status, approved.json.state]).toEqual([200, "deleted"]);
			expect(verdictOf(approved.json, guard)).toMatchObject({ verdict: "approve", approved: true });
		});

		it("refuse: refuses, even if the caller acknowledges it", async () => {
			const { answer, deletion, sent, danger } = await dare(door, guard, "refuse", { acknowledge: [guard] });
			expectRefusal(door, answer, statusOf(guard), guard, deletion);
			expect(answer.headers.get("retry-after")).toBe(danger.retryAfter ?? null);
			expect(verdictOf(deletion, guard)?.verdict).toBe("refuse");
			expect(deletion.guards.filter(({ verdict }) => verdict === "refuse")).toHaveLength(1);
			expect(sent).toEqual([]);
		});
	});

	it("frozen: refuses", async () => {
		await freeze({ reason: "INC-1" });
		const { answer, deletion, sent } = await dare(door, "frozen", "refuse", { acknowledge: ["frozen"] });
		expectRefusal(door, answer, 423, "frozen", deletion);
		expect(verdictOf(deletion, "frozen")).toMatchObject({ verdict: "refuse", freeze_reason: "INC-1", by: "sandbox" });
		expect(sent).toEqual([]);
	});

	it("out_of_range: refuses", async () => {
		const tokens = tokensWith("elsewhere", ["delete"], ["203.0.113.0/25", "2001:db8:100::/48"]);
		const as: Call = (path, options) => callAs("elsewhere", tokens, path, options);
		const { answer, deletion, sent } = await dare(
			door,
			"out_of_range",
			"refuse",
			{ acknowledge: ["out_of_range"] },
			as,
		);
		expectRefusal(door, answer, 403, "out_of_range", deletion);
		expect(verdictOf(deletion, "out_of_range")).toMatchObject({
			cidr: edge.cidr,
			ranges: ["203.0.113.0/25", "2001:db8:100::/48"],
		});
		expect(sent).toEqual([]);
	});

	it("changed: refuses", async () => {
		const wish = { acknowledge: ["changed"], ifMatch: '"0000000000000000.0000000000000000"' };
		const { answer, deletion, sent } = await dare(door, "changed", "refuse", wish);
		expectRefusal(door, answer, 412, "changed", deletion);
		expect(sent).toEqual([]);
	});

	it("refuses a caller without the scope, on record", async () => {
		const tokens = tokensWith("reader", ["read", "approve", "restore", "freeze"], ["0.0.0.0/0"]);
		const as: Call = (path, options) => callAs("reader", tokens, path, options);
		const { answer, deletion, sent } = await dare(door, "none", "refuse", {}, as);
		expectRefusal(door, answer, 403, "scope_missing", deletion);
		expect(sent).toEqual([]);
	});
});

it.each(["frozen", "out_of_range", "changed"])(
	"%s has no other level, and setting one is a misconfiguration",
	async (guard) => {
		for (const level of ["pass", "acknowledge", "approve", "refuse"]) {
			const headers = { authorization: `Bearer ${operator.token}` };
			const asked = { method: "DELETE", headers };
			const answer = await callConfigured({ GUARDS: { [guard]: level } }, "/bindings/203.0.113.128/25", asked);
			expect([answer.status, answer.json.code]).toEqual([503, "misconfigured"]);
			// Anyone can read the answer, so it names only the setting. The log has the guard.
			expect(answer.json.detail).toContain("GUARDS: unknown name.");
		}
	},
);
