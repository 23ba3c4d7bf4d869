// Promise 3. Once: however often it is requested, one deletion is carried out. A second DELETE is sent only after a
// read-back showed that the binding is still there.
import { abortAllDurableObjects, reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { call, cloudflare, deletes } from "../harness.ts";

const path = "/bindings/203.0.113.128/25";
const remove = (headers: Record<string, string> = {}, token = "unbind_sandbox") =>
	call(path, { method: "DELETE", headers, token });

afterEach(async () => {
	await cloudflare.reset();
	await reset();
});

describe("once", () => {
	it("carries out one deletion for 100 simultaneous callers, who all get the same record", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "delay", milliseconds: 100 } });
		const answers = await Promise.all(Array.from({ length: 100 }, () => remove()));
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
		expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
		expect(await deletes()).toEqual(["DELETE bindings/c01d0000000000000000000000000003"]);
		expect((await call("/deletions")).json.deletions).toHaveLength(1);
		// They share the look-up too: one call for the prefixes, one for the bindings, and the DELETE.
		expect((await cloudflare.log()).length).toBe(3);
	});

	it("joins callers who name the binding in different ways", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const first = remove();
		await cloudflare.log(3);
		const byId = call("/bindings/c01d0000000000000000000000000003", { method: "DELETE" });
		const byAlias = call("/deletions", {
			method: "POST",
			json: { target: "edge-cdn" },
			token: "144c9defac04969c7bfad8efaa8ea194",
		});
		await Promise.all(
			[byId, byAlias].map((answer) => Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 50))])),
		);
		await cloudflare.release();
		const answers = await Promise.all([first, byId, byAlias]);
		expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
		expect(await deletes()).toHaveLength(1);
	});

	it("answers a repeated Idempotency-Key with the first record, even after a reset of the object", async () => {
		const first = await remove({ "idempotency-key": '"inc-4211"' });
		await abortAllDurableObjects();
		const again = await remove({ "idempotency-key": "inc-4211" });
		expect(again.status).toBe(200);
		expect(again.json.id).toBe(first.json.id);
		expect(again.headers.get("idempotency-replayed")).toBe("true");
		expect(first.headers.get("idempotency-replayed")).toBeNull();
		expect(await deletes()).toHaveLength(1);
	});

	it("carries out one deletion for callers who race with one key", async () => {
		const answers = await Promise.all(Array.from({ length: 20 }, () => remove({ "idempotency-key": "race" })));
		expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
		expect(await deletes()).toHaveLength(1);
	});

	it("reads back before a second DELETE, and sends none if the first took effect", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "drop_after" } });
		expect((await remove()).json.state).toBe("deleted");
		expect(await cloudflare.calls()).toEqual([
			"GET prefixes",
			"GET bindings",
			"DELETE bindings/c01d0000000000000000000000000003",
			"GET bindings/c01d0000000000000000000000000003",
			"GET prefixes",
		]);
	});

	it("sends a second DELETE if the read-back shows that the binding is still there", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "drop_before" } });
		const { json } = await remove();
		expect(json).toMatchObject({ state: "deleted", cloudflare: { attempts: 2 } });
		expect((await cloudflare.calls()).slice(2)).toEqual([
			"DELETE bindings/c01d0000000000000000000000000003",
			"GET bindings/c01d0000000000000000000000000003",
			"DELETE bindings/c01d0000000000000000000000000003",
		]);
	});

	it("answers already_gone if someone else was faster", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const answer = remove();
		await cloudflare.log(3);
		const state = await cloudflare.state();
		for (const prefix of state.prefixes)
			prefix.bindings = prefix.bindings.filter(({ cidr }) => cidr !== "203.0.113.128/25");
		await cloudflare.put(state);
		await cloudflare.release();
		const { status, json } = await answer;
		expect(status).toBe(200);
		expect(json).toMatchObject({ state: "already_gone", cloudflare: { status: 404 } });
	});
});
