// If-None-Match on a plan: 304 only while the whole plan is what the caller already has.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, deletes } from "../../harness.ts";
import { endClock, pass, startClock } from "../../lifecycle/clock.ts";
import { configureLedger } from "../../lifecycle/configured-ledger.ts";
import { freeze, lift, others, remove } from "../../lifecycle/people.ts";
import { bindingsPath, cdn25, prefixes } from "../account.ts";
import { hiddenIn, signedIn } from "../page/visitor.ts";

beforeEach(startClock);
afterEach(endClock);

const path = "/bindings/203.0.113.128/25";
const tagOf = async (query = ""): Promise<string> => (await call(`${path}${query}`)).headers.get("etag") ?? "";
const poll = (tag: string, query = "", method = "GET") =>
	call(`${path}${query}`, { method, headers: { "if-none-match": tag } });
/** The form of earlier releases: only what the plan saw. */
const bare = (tag: string): string => `"${tag.slice(1, -1).split(".").slice(0, 2).join(".")}"`;

describe("the same plan", () => {
	it.each<[string, (tag: string) => string]>([
		["its ETag", (tag) => tag],
		["its weak form, as a proxy leaves it", (tag) => `W/${tag}`],
		["a list that has it", (tag) => `"other", ${tag}`],
		["*", () => "*"],
	])("is 304 without a body for %s", async (_, form) => {
		const plan = await call(path);
		const tag = plan.headers.get("etag") ?? "";
		expect(tag).toMatch(/^"[0-9a-f]{16}\.[0-9a-f]{16}\.[0-9a-f]{16}"$/);
		const answer = await poll(form(tag));
		expect([answer.status, answer.text]).toEqual([304, ""]);
		for (const name of ["etag", "vary", "cache-control", "ratelimit", "ratelimit-policy"])
			expect([name, answer.headers.get(name)]).toEqual([name, plan.headers.get(name)]);
		expect((await poll(form(tag), "", "HEAD")).status).toBe(304);
	});

	it("is 304 while the headers alone count down, with the new count", async () => {
		await remove("2001:db8:100::/48", "?acknowledge=leaves_no_service");
		const tag = await tagOf();
		pass(1000);
		const answer = await poll(tag);
		expect([answer.status, answer.headers.get("ratelimit")]).toEqual([304, '"budget";r=4;t=3599']);
	});

	it("gets a whole answer for the bare tag, which does not name all that the plan shows", async () => {
		const tag = await tagOf();
		expect((await poll(bare(tag))).status).toBe(200);
		expect((await poll('"other"')).status).toBe(200);
	});
});

describe("a poll", () => {
	const changes: [string, () => Promise<unknown>][] = [
		["a freeze is on", () => freeze()],
		["the budget is used", () => remove("2001:db8:100::/48", "?acknowledge=leaves_no_service")],
		["a sibling is gone", () => others(prefixes.amsterdam, (all) => all.slice(1))],
		[
			"the binding changed",
			() =>
				others(prefixes.amsterdam, (all) =>
					all.map((one) => (one.id === cdn25 ? { ...one, provisioning: { state: "provisioning" } } : one)),
				),
		],
		[
			"the service has another name",
			() =>
				others(prefixes.amsterdam, (all) =>
					all.map((one) => (one.id === cdn25 ? { ...one, service_name: "CDN 2" } : one)),
				),
		],
	];
	it.each(changes)("gets a whole answer if %s", async (_, change) => {
		const tag = await tagOf();
		await change();
		const answer = await poll(tag);
		expect(answer.status).toBe(200);
		expect(answer.headers.get("etag")).not.toBe(tag);
		expect(answer.json.binding.id).toBe(cdn25);
	});

	it("gets a whole answer while a wait counts down in a guard's evidence", async () => {
		await configureLedger({ BUDGET_DELETIONS: 1 });
		await remove("2001:db8:100::/48", "?acknowledge=leaves_no_service");
		const tag = await tagOf();
		expect((await poll(tag)).status).toBe(304);
		pass(1000);
		expect((await poll(tag)).status).toBe(200);
	});

	it("gets 304 for the old plan once a freeze is lifted", async () => {
		const tag = await tagOf();
		await freeze();
		await lift();
		expect((await poll(tag)).status).toBe(304);
	});
});

describe("a deletion with the plan's ETag", () => {
	const forms: [string, (tag: string) => string][] = [
		["whole", (tag) => tag],
		["bare", bare],
	];
	const page = "/account/203.0.113.128/25";
	const doors: [string, (tag: string) => Promise<{ status: number; code: string | null }>][] = [
		["DELETE", (tag) => answerTo(call(path, { method: "DELETE", headers: { "if-match": tag } }))],
		[
			"POST",
			(tag) =>
				answerTo(call("/deletions", { method: "POST", json: { target: "edge-cdn" }, headers: { "if-match": tag } })),
		],
		[
			"Cloudflare's API",
			async (tag) => {
				const own = bindingsPath(prefixes.amsterdam, cdn25);
				const { status, json } = await call(own, { method: "DELETE", headers: { "if-match": tag } });
				return { status, code: json.errors[0]?.code === 90412 ? "changed" : null };
			},
		],
		[
			"the page's form",
			async (tag) => {
				const person = await signedIn();
				const fields = { ...hiddenIn((await person.get(page)).text, page), reason: "x", if_match: tag.slice(1, -1) };
				const id = (await person.post(page, fields)).location?.split("/").at(-1);
				const { state, failure } = (await call(`/deletions/${id}`)).json;
				return state === "deleted" ? { status: 200, code: null } : { status: 412, code: failure.code };
			},
		],
	];
	const answerTo = async (sent: ReturnType<typeof call>) => {
		const { status, json } = await sent;
		return { status, code: json.code ?? null };
	};
	const cases = doors.flatMap(([door, send]) => forms.map(([form, of]) => ({ door, form, send, of })));

	it.each(cases)("goes ahead although a freeze came and went: $form, $door", async ({ send, of }) => {
		const tag = await tagOf();
		await freeze();
		await lift();
		await remove("2001:db8:100::/48", "?acknowledge=leaves_no_service");
		expect(await send(of(tag))).toEqual({ status: 200, code: null });
	});

	it.each(cases)("is refused since a sibling is gone: $form, $door", async ({ send, of }) => {
		const tag = await tagOf();
		await others(prefixes.amsterdam, (all) => all.slice(1));
		const { code } = await send(of(tag));
		expect(code).toBe("changed");
		expect(await deletes()).toEqual([]);
	});
});

it("the same key with either form of the ETag is the same request", async () => {
	const tag = await tagOf();
	const ask = (given: string) =>
		call(path, { method: "DELETE", headers: { "if-match": given, "idempotency-key": "one" } });
	const first = await ask(bare(tag));
	const second = await ask(tag);
	expect([second.status, second.json.id, second.headers.get("idempotency-replayed")]).toEqual([
		200,
		first.json.id,
		"true",
	]);
});
