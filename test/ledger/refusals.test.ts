// Refusals are cheap to request, so they must be cheap to record: any token can ask hundreds of times a second.

import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { recordedAnHour } from "../../src/ledger/limits.ts";
import { callConfigured, sha256 } from "../doors/configured.ts";
import { cloudflare, HISTORY, ledger } from "../harness.ts";
import { endClock, hourMs, minuteMs, pass, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { record, remove } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

const readOnly = { TOKENS: JSON.stringify({ eve: { sha256: sha256("eve"), scopes: ["read"] } }) };
const ask = (target: string, more: Record<string, string> = {}) =>
	callConfigured(readOnly, `/bindings/${target}?reason=${"x".repeat(400)}`, {
		method: "DELETE",
		headers: { authorization: "Bearer eve", ...more },
	});
const rows = (table: "deletions" | "claims") =>
	runInDurableObject<Ledger, number>(
		ledger(),
		(_, { storage: { sql } }) => sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count,
	);

describe("a caller who is refused repeatedly", () => {
	it("shares one record per minute and target, which counts the requests and is published once", async () => {
		const answers = await Promise.all(Array.from({ length: 30 }, () => ask("203.0.113.128/25")));
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
		const [id, ...others] = new Set(answers.map(({ json }) => json.deletion_id));
		expect(others).toEqual([]);
		expect([await rows("deletions"), await rows("claims")]).toEqual([1, 1]);
		expect(await HISTORY.get(`deletion:${id}`)).toBeNull();
		await wakeAfter(minuteMs);
		await expect.poll(() => HISTORY.get(`deletion:${id}`, "json")).toMatchObject({ state: "refused", requests: 30 });
		expect((await ask("203.0.113.128/25")).json.deletion_id).not.toBe(id);
	});

	it("gets a record per target up to an hourly limit, and one more that counts the rest", async () => {
		const first = await Promise.all(
			Array.from({ length: recordedAnHour }, (_, index) => ask(`198.51.100.${index}/32`)),
		);
		expect(new Set(first.map(({ json }) => json.deletion_id)).size).toBe(recordedAnHour);
		const rest = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`192.0.2.${index}/32`)));
		const [id, ...others] = new Set(rest.map(({ json }) => json.deletion_id));
		expect(others).toEqual([]);
		expect(await record(String(id))).toMatchObject({ state: "refused", target: "various", actor: { name: "eve" } });
		expect([await rows("deletions"), await rows("claims")]).toEqual([recordedAnHour + 1, recordedAnHour]);
		pass(hourMs);
		expect((await ask("192.0.2.1/32")).json.deletion_id).not.toBe(id);
	});

	it("has no more records after a reset: the hour is counted from the rows", async () => {
		for (let index = 0; index < recordedAnHour; index++) await ask(`198.51.100.${index}/32`);
		const [{ json: counting }] = [await ask("192.0.2.1/32")];
		for (let reset = 0; reset < 3; reset++) {
			await abortAllDurableObjects();
			for (let index = 0; index < 5; index++)
				expect((await ask(`192.0.2.${10 * reset + index}/32`)).json.deletion_id).toBe(counting.deletion_id);
		}
		expect(await rows("deletions")).toBe(recordedAnHour + 1);
		pass(hourMs);
		expect((await ask("192.0.2.1/32")).json.deletion_id).not.toBe(counting.deletion_id);
	});

	it("gets each request's own answer, under the record's id", async () => {
		await remove("192.0.2.0/24", "?reason=one");
		const second = await remove("192.0.2.0/24", "?reason=two");
		expect(second.json).toMatchObject({ code: "binding_not_found", detail: "There is no binding 192.0.2.0/24." });
		expect(await record(second.json.deletion_id)).toMatchObject({ reason: "one", state: "failed" });
	});

	it("gets no more look-ups after naming sixty bindings that do not exist", async () => {
		for (let index = 0; index < 60; index++) await remove(`198.51.100.${index}/32`);
		const seen = (await cloudflare.calls()).length;
		const answer = await remove("198.51.100.200/32");
		expect([answer.status, answer.json.code]).toEqual([429, "rate_limited"]);
		expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(60);
		expect(await cloudflare.calls()).toHaveLength(seen);
		pass(5 * minuteMs);
		expect((await remove("203.0.113.128/25")).json.state).toBe("deleted");
	});
});
