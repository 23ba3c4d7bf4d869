// How long a caller waits, and what happens to a deletion that nobody waits for any more.
import { afterEach, describe, expect, it } from "vitest";
import { call, cloudflare, deletes, HISTORY } from "../../harness.ts";
import { cdn25, documentedCaller, resetAll, stopTheClock, withoutPauses } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const path = "/bindings/203.0.113.128/25";
const deleteAndGo = (prefer = "wait=0", token = "unbind_sandbox") =>
	call(path, { method: "DELETE", token, headers: { prefer } });
const record = async (id: string) => (await call(`/deletions/${id}`)).json;
const settled = (id: string, state: string) =>
	expect.poll(async () => (await record(id)).state, { timeout: 10_000 }).toBe(state);

describe("Prefer: wait=0", () => {
	it("answers 202 with the open record and its location, where it settles later", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const answer = await deleteAndGo();
		expect(answer.status).toBe(202);
		expect(answer.headers.get("location")).toBe(`/deletions/${answer.json.id}`);
		expect(answer.headers.get("retry-after")).toBe("2");
		expect(answer.headers.get("content-type")).toBe("application/json");
		expect(answer.json).toMatchObject({ state: "deleting", settled_at: null, failure: null, binding: { id: cdn25 } });

		await expect.poll(deletes).toEqual([`DELETE bindings/${cdn25}`]);
		expect(await HISTORY.get(`deletion:${answer.json.id}`)).toBeNull();
		expect(await record(answer.json.id)).toMatchObject({ state: "deleting", settled_at: null });
		const [row] = (await call("/deletions")).json.deletions;
		expect(row).toMatchObject({ id: answer.json.id, state: "deleting", settled_at: null });

		await cloudflare.release();
		await settled(answer.json.id, "deleted");
		expect(await record(answer.json.id)).toMatchObject({ cloudflare: { attempts: 1 }, failure: null });
		expect(await deletes()).toHaveLength(1);
	});

	it.each([["respond-async, wait=0"], ['wait="0"'], ["Wait = 0"], ["return=minimal; foo, wait=0"]])(
		"is recognised in %j",
		async (prefer) => {
			await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
			expect((await deleteAndGo(prefer)).status).toBe(202);
		},
	);

	it.each([["wait=soon"], ["wait"], ["await=0"], ["wait=-1"], ["handling=lenient"]])(
		"waits for the outcome with %j",
		async (prefer) => {
			await cloudflare.order({ method: "DELETE", fault: { kind: "delay", milliseconds: 60 } });
			const answer = await deleteAndGo(prefer);
			expect(answer.status).toBe(200);
			expect(answer.json.state).toBe("deleted");
		},
	);

	it.each([
		["wait=3", "wait=3"],
		["wait=999", "wait=60"],
		["wait=soon", null],
	])("says what of %j it applied", async (prefer, applied) => {
		expect((await deleteAndGo(prefer)).headers.get("preference-applied")).toBe(applied);
	});

	it("does not delay a refusal", async () => {
		const answer = await call("/bindings/2001:db8:100::/48", { method: "DELETE", headers: { prefer: "wait=0" } });
		expect([answer.status, answer.headers.get("preference-applied")]).toEqual([403, "wait=0"]);
	});
});

it("a second request for a binding with an open deletion gets that deletion", async () => {
	await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
	const one = await deleteAndGo();
	const two = await deleteAndGo("wait=0", documentedCaller.token);
	expect([two.status, two.json.id]).toEqual([202, one.json.id]);
	expect(two.json.actor.name).toBe("sandbox");
	const three = call(path, { method: "DELETE" });
	await expect.poll(deletes).toHaveLength(1);
	await cloudflare.release();
	expect((await three).json).toMatchObject({ id: one.json.id, state: "deleted" });
	expect(await deletes()).toHaveLength(1);
	expect((await call("/deletions")).json.deletions).toHaveLength(1);
});

describe("an unknown outcome", () => {
	/** The DELETE takes effect, its answer is lost, and Cloudflare cannot be read for a while. */
	async function lose(caller: () => ReturnType<typeof call>, beforeIsLost = () => {}) {
		withoutPauses();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_after" } });
		const asked = caller();
		await expect.poll(deletes).toHaveLength(1);
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		beforeIsLost();
		await cloudflare.drop();
		return asked;
	}

	it("is reported with the record, and settles by itself", async () => {
		const answer = await lose(() => call(path, { method: "DELETE", headers: { prefer: "wait=1" } }));
		const { deletion, deletion_id } = answer.json;
		expectProblem(
			answer,
			{
				status: 504,
				code: "outcome_unknown",
				title: "The outcome is not known yet",
				detail: "unbind sent the DELETE but does not know the outcome yet. It keeps checking; follow the record.",
				deletion_id,
				deletion,
			},
			{ location: `/deletions/${deletion_id}`, "retry-after": "2" },
		);
		expect(deletion).toMatchObject({ id: deletion_id, state: "unknown", settled_at: null, binding: { id: cdn25 } });
		expect(deletion.cloudflare).toMatchObject({ status: null, success: null, attempts: 1 });
		await settled(deletion_id, "deleted");
		const events = (await record(deletion_id)).timeline.map(({ event }: { event: string }) => event);
		expect(events.slice(0, 6)).toEqual(["requested", "planned", "sent", "not_answered", "read_back", "read_back"]);
		expect(await deletes()).toHaveLength(1);
	});

	it("is read back at once on a second request, and no second DELETE is sent", async () => {
		const lost = await lose(() => call(path, { method: "DELETE", headers: { prefer: "wait=1" } }), stopTheClock);
		expect(lost.status).toBe(504);
		const again = await call(path, { method: "DELETE" });
		expect([again.status, again.json.id]).toEqual([200, lost.json.deletion_id]);
		expect(again.json.state).toBe("deleted");
		expect(await deletes()).toHaveLength(1);
	});
});
