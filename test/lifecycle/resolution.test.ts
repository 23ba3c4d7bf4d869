// An outcome that stays unknown while Cloudflare cannot be read is settled by hand: through the API, on the page or in
// chat.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdn25, prefixes } from "../doors/account.ts";
import { platformNames, say } from "../doors/chat/people.ts";
import { readable, signedIn } from "../doors/page/visitor.ts";
import { call, cloudflare, deletes, HISTORY } from "../harness.ts";
import { endClock, minuteMs, pass, startClock } from "./clock.ts";
import { approver, asker, cidr, creations, deleted, othersDelete, record } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const noReads = () => cloudflare.order({ method: "GET", times: 500, fault: { kind: "html" } });
const wish = { outcome: "gone", note: "INC-1: not in the dashboard" };
const resolve = (id: string, json: unknown = wish, token = approver.token) =>
	call(`/deletions/${id}/resolution`, { method: "POST", json, token });

/** The DELETE gets no answer, and nothing can be read from then on. */
async function unknown(): Promise<string> {
	await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
	const headers = { prefer: "wait=0" };
	const answer = call(`/bindings/${cidr}`, { method: "DELETE", token: asker.token, headers });
	await expect.poll(deletes).toHaveLength(1);
	const { id } = (await answer).json;
	await noReads();
	await cloudflare.drop();
	await expect.poll(async () => (await record(id)).state).toBe("unknown");
	return id;
}

describe("an outcome that stays unknown", () => {
	it("is settled by another person, no earlier than ten minutes after the call", async () => {
		const id = await unknown();
		const early = await resolve(id);
		expect([early.status, early.json.code, early.headers.get("retry-after")]).toEqual([409, "too_early", "600"]);
		pass(10 * minuteMs);
		const own = await resolve(id, wish, asker.token);
		expect([own.status, own.json.code]).toEqual([403, "scope_missing"]);

		const answer = await resolve(id);
		expect([answer.status, answer.json.state]).toEqual([200, "deleted"]);
		expect(answer.json.resolution).toMatchObject({ ...wish, by: { name: "approver", door: "api" } });
		await expect.poll(() => HISTORY.get(`deletion:${id}`, "json")).toMatchObject({ resolution: wish });
		expect(await deletes()).toHaveLength(1);
	});

	it("can be settled as still bound", async () => {
		const id = await unknown();
		pass(10 * minuteMs);
		const answer = await resolve(id, { outcome: "standing", note: "still in the dashboard" });
		expect(answer.json).toMatchObject({ state: "failed", failure: { code: "cloudflare_refused" } });
	});

	it("is settled by Cloudflare if it can be read, whatever the person says", async () => {
		const id = await unknown();
		pass(10 * minuteMs);
		await cloudflare.reset();
		await othersDelete(prefixes.amsterdam, cdn25);
		const answer = await resolve(id, { outcome: "standing", note: "a guess" });
		expect([answer.status, answer.json.code, answer.json.deletion.state]).toEqual([409, "conflict", "deleted"]);
		expect((await record(id)).state).toBe("deleted");
		expect((await resolve(id)).status).toBe(409);
	});

	it("can be a restoration's", async () => {
		const id = await deleted();
		await cloudflare.order({ method: "POST", fault: { kind: "hang_before" } });
		const answer = call(`/deletions/${id}/restoration`, { method: "POST", headers: { prefer: "wait=0" } });
		await expect.poll(creations).toHaveLength(1);
		await answer;
		await noReads();
		await cloudflare.drop();
		await expect.poll(async () => (await resolve(id)).json.code).toBe("too_early");
		pass(10 * minuteMs);
		expect((await resolve(id, wish, "unbind_sandbox")).json.code).toBe("self_approval");
		expect((await resolve(id)).json).toMatchObject({ state: "deleted", restoration: { state: "failed" } });
	});

	it.each([
		["an unknown outcome", { ...wish, outcome: "maybe" }],
		["no note", { outcome: "gone" }],
		["a blank note", { ...wish, note: " " }],
		["a note with control characters", { ...wish, note: "a\u202eb" }],
		["a note that is too long", { ...wish, note: "n".repeat(501) }],
		["an unknown field", { ...wish, force: true }],
	])("is not settled with %s", async (_, json) => {
		const answer = await resolve("7zzzzzzzzzzzzzzzzzzzzzzzzz", json);
		expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
	});

	it("is settled on the page in two steps", async () => {
		const id = await unknown();
		pass(10 * minuteMs);
		const visitor = await signedIn();
		const page = `/records/${id}`;
		expect(readable((await visitor.get(page)).text)).toContain("Resolve by hand…");
		const done = await visitor.submit(page, `${page}/resolve`, wish);
		expect([done.status, done.location]).toEqual([303, page]);
		const text = readable((await visitor.get(page)).text);
		expect(text).toContain("sandbox (page) resolved it by hand: the binding is gone. INC-1: not in the dashboard");
		expect(text).not.toContain("Resolve by hand…");
	});

	it.each(platformNames)("is settled in %s", async (platform) => {
		const id = await unknown();
		expect((await say(platform, `resolve ${id} gone I looked`)).text).toContain("ten minutes after the last call");
		pass(10 * minuteMs);
		const { text } = await say(platform, `resolve ${id} gone I looked`);
		expect(text).toContain(`Deleted ${cidr}`);
		expect(await record(id)).toMatchObject({
			state: "deleted",
			resolution: { outcome: "gone", note: "I looked", by: { name: "alice", door: "chat" } },
		});
	});
});
