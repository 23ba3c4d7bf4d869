// If-Match: a deletion goes ahead only if the plan that the caller saw is still current.
import { afterEach, describe, expect, it } from "vitest";
import { guardNames } from "../../../src/deletion/record/verdict.ts";
import { call, cloudflare, deletes } from "../../harness.ts";
import { cdn25, resetAll } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const path = "/bindings/203.0.113.128/25";
const planTag = async (): Promise<string> => (await call(path)).headers.get("etag") ?? "";
/** Without the digest of what the plan showed. */
const snapshotIn = (tag: string): string => tag.slice(1, -1).split(".").slice(0, 2).join(".");
const deleteIf = (tag: string) => call(path, { method: "DELETE", headers: { "if-match": tag } });

/** Changes the account at Cloudflare: the binding itself, or another one of its prefix. */
async function change(what: "binding" | "siblings"): Promise<void> {
	const state = await cloudflare.state();
	const bindings = state.prefixes[0]?.bindings ?? [];
	if (what === "siblings") bindings.splice(1, 1);
	else for (const one of bindings) if (one.id === cdn25) one.service_name = "Spectrum";
	for (const one of bindings) if (one.service_name === "Spectrum" && one.id === cdn25) one.service_id = "5".repeat(32);
	await cloudflare.put(state);
}

describe("If-Match", () => {
	it.each([
		["the plan's ETag", (tag: string) => tag],
		["its weak form, as a proxy leaves it", (tag: string) => `W/${tag}`],
		["the bare tag of earlier releases", (tag: string) => `"${snapshotIn(tag)}"`],
		["a list that has it", (tag: string) => `"0000000000000000.0000000000000000", ${tag}`],
		["*, which matches any binding", () => "*"],
	])("is met by %s", async (_, form) => {
		const answer = await deleteIf(form(await planTag()));
		expect(answer.status).toBe(200);
		expect(answer.json.state).toBe("deleted");
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("is met by the ETag of a dry run, in a POST", async () => {
		const json = { target: "edge-cdn" };
		const dry = await call("/deletions", { method: "POST", json: { ...json, dry_run: true } });
		const headers = { "if-match": dry.headers.get("etag") ?? "" };
		expect((await call("/deletions", { method: "POST", json, headers })).status).toBe(200);
	});
});

describe("a deletion with an outdated If-Match", () => {
	it.each([["binding" as const], ["siblings" as const]])(
		"is refused on record if the plan's %s changed",
		async (changed) => {
			const stale = await planTag();
			await change(changed);
			const fresh = await planTag();
			expect(fresh).not.toBe(stale);

			const answer = await deleteIf(stale);
			const detail = "The prefix has changed since the plan. Plan the deletion again.";
			const evidence = { changed, expected: [snapshotIn(stale)], now: snapshotIn(fresh) };
			const guards = guardNames.map((guard) =>
				guard === "changed" ? { guard, verdict: "refuse", ...evidence } : { guard, verdict: "pass" },
			);
			const { deletion_id } = answer.json;
			const title = "The prefix has changed since the plan";
			expectProblem(answer, { status: 412, code: "changed", title, detail, guards, deletion_id });
			expect(await deletes()).toEqual([]);
			const { json } = await call(`/deletions/${deletion_id}`);
			expect(json).toMatchObject({ state: "refused", failure: { code: "changed", detail }, guards });

			expect((await deleteIf(fresh)).status).toBe(200);
		},
	);

	it("is refused on record with the tag of another binding, and with a made-up one", async () => {
		const other = (await call("/bindings/203.0.113.0/26")).headers.get("etag") ?? "";
		expect((await deleteIf(other)).status).toBe(412);
		expect((await deleteIf('"nobody"')).status).toBe(412);
		expect((await deleteIf('""')).status).toBe(412);
		expect(await deletes()).toEqual([]);
	});

	it("is refused on record if another binding was deleted since the plan, but not with a newer plan", async () => {
		const before = await planTag();
		await call("/bindings/203.0.113.0/26", { method: "DELETE" });
		expect((await deleteIf(before)).json).toMatchObject({ code: "changed" });
		expect((await deleteIf(await planTag())).status).toBe(200);
	});
});

it.each([["bare"], ["'single'"], ['"open'], ["W/weak"]])(
	"refuses an If-Match that contains no tag: %j",
	async (tag) => {
		expectProblem(await deleteIf(tag), {
			status: 400,
			code: "invalid_request",
			title: "The request is malformed",
			detail: 'If-Match must be the ETag of a plan, in quotes, or "*".',
		});
		expect(await cloudflare.calls()).toEqual([]);
	},
);
