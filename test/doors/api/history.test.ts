// GET /deletions: rows, filters and pages; and one record by its id.
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Summary } from "../../../src/deletion/record/deletion.ts";
import { call, cloudflare, HISTORY } from "../../harness.ts";
import { bindingsPath, cdn25, cdn26, documentedCaller, prefixes, resetAll, v6Cdn48, v6Spectrum64 } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";
import { pastDeletion, seed, seedMany } from "../seed.ts";
import { breakLedger, watch } from "../watch.ts";

afterEach(resetAll);

const idsOf = (rows: Summary[]) => rows.map(({ id }) => id);
const list = async (query = "") => (await call(`/deletions${query}`)).json;
const published = (id: string) => expect.poll(() => HISTORY.get(`deletion:${id}`)).not.toBeNull();

/** Follows the Link header alone, and compares it with `next`. */
async function walk(first: string): Promise<Summary[][]> {
	const pages: Summary[][] = [];
	for (let path: string | null = first; path !== null; ) {
		const { status, headers, json } = await call(path);
		expect(status).toBe(200);
		pages.push(json.deletions);
		const link = headers.get("link");
		const next: string | null = /^<(\/deletions\?[^>]+)>; rel="next"$/.exec(link ?? "")?.[1] ?? null;
		expect(link === null ? null : new URLSearchParams(next?.split("?")[1]).get("cursor")).toBe(json.next);
		path = next;
	}
	return pages;
}

it("each row is the summary of a record, newest first", async () => {
	const { json: first } = await call("/bindings/edge-cdn?reason=drain", { method: "DELETE" });
	const { json: second } = await call("/bindings/192.0.2.0/24", { method: "DELETE" });
	const answer = await call("/deletions");
	expect(answer.headers.get("content-type")).toBe("application/json");
	const { binding, created_at, settled_at } = first;
	expect(answer.json).toEqual({
		deletions: [
			{
				id: second.deletion_id,
				state: "failed",
				cidr: "192.0.2.0/24",
				binding_id: null,
				prefix_id: null,
				service_name: null,
				actor: "sandbox",
				door: "api",
				reason: null,
				created_at: expect.any(String),
				settled_at: expect.any(String),
				ray: null,
				failure_code: "binding_not_found",
				not_before: null,
				expires_at: null,
			},
			{
				id: first.id,
				state: "deleted",
				cidr: binding.cidr,
				binding_id: binding.id,
				prefix_id: binding.prefix_id,
				service_name: "CDN",
				actor: "sandbox",
				door: "api",
				reason: "drain",
				created_at,
				settled_at,
				ray: first.cloudflare.ray,
				failure_code: null,
				not_before: null,
				expires_at: null,
			},
		],
		next: null,
		stale: false,
	});
});

describe("filters", () => {
	/** Five attempts by three callers through two doors, and two older ones. */
	async function story() {
		const old = [pastDeletion(0), pastDeletion(60 * 24 * 30, { state: "refused", actor: { name: "ci", door: "api" } })];
		const [feb, jan] = await seed(old);
		const { json: first } = await call(`/bindings/${cdn25}`, { method: "DELETE" });
		const { json: refusal } = await call(`/bindings/${v6Cdn48}`, { method: "DELETE" });
		const { token } = documentedCaller;
		await call(bindingsPath(prefixes.amsterdam, cdn26), { method: "DELETE", token });
		const [second] = (await list(`?binding=${cdn26}`)).deletions;
		const { json: failure } = await call("/bindings/192.0.2.0/24", { method: "DELETE", token });
		const path = `/bindings/${v6Spectrum64}?acknowledge=still_provisioning`;
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const { json: open } = await call(path, { method: "DELETE", headers: { prefer: "wait=0" } });
		return {
			jan,
			feb,
			cdn25: first.id,
			refused: refusal.deletion_id,
			cdn26: second.id,
			failed: failure.deletion_id,
			open: open.id,
		};
	}

	it("each filter selects its own rows, and combined filters select rows that match all of them", async () => {
		const ids = await story();
		const table: [string, (keyof typeof ids)[]][] = [
			["", ["open", "failed", "cdn26", "refused", "cdn25", "feb", "jan"]],
			["?state=deleted", ["cdn26", "cdn25"]],
			["?state=refused", ["refused", "jan"]],
			["?state=deleting", ["open"]],
			["?state=already_gone", []],
			[`?binding=${cdn25}`, ["cdn25"]],
			[`?binding=${v6Spectrum64}`, ["open"]],
			[`?prefix=${prefixes.amsterdam}`, ["cdn26", "cdn25"]],
			[`?prefix=${prefixes.v6}`, ["open", "refused"]],
			[`?prefix=${prefixes.shop}&binding=${cdn25}`, []],
			[`?prefix=${prefixes.amsterdam}&binding=${cdn25}`, ["cdn25"]],
			["?actor=sandbox", ["open", "refused", "cdn25"]],
			["?actor=ci", ["jan"]],
			["?actor=sand", []],
			["?actor=SandBox", ["open", "refused", "cdn25"]],
			["?actor=CI", ["jan"]],
			["?door=cloudflare", ["cdn26"]],
			[`?actor=${encodeURIComponent(documentedCaller.name)}&door=api`, ["failed"]],
			["?since=2026-02-20T12:00:00Z", ["open", "failed", "cdn26", "refused", "cdn25", "feb"]],
			["?since=2026-02-20T12:00:00.001Z&state=failed", ["failed"]],
			["?until=2026-02-20T12:00:00Z", ["feb", "jan"]],
			["?until=2026-02-20T13:00:00%2B01:00&actor=past", ["feb"]],
			["?until=2026-02-20T11:59:59.999Z", ["jan"]],
			["?since=2026-01-21T12:00:00Z&until=2026-01-21T12:00:00Z", ["jan"]],
			["?since=2026-01-22&until=2026-02-20", []],
			["?until=2020-01-01", []],
			["?since=2100-01-01", []],
			["?since=1970-01-01&until=9999-12-31&actor=ci", ["jan"]],
		];
		for (const [query, names] of table) {
			const rows = (await walk(`/deletions${query}`)).flat();
			expect([query, idsOf(rows)]).toEqual([query, names.map((name) => ids[name])]);
		}
	});
});

describe("pages", () => {
	it.each([[1], [2], [3], [7], [50]])("of %i give every row once, newest first", async (limit) => {
		const past = await seedMany(20);
		const recent: string[] = [];
		for (const target of ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.0/26"])
			recent.unshift((await call(`/bindings/${target}`, { method: "DELETE" })).json.deletion_id);
		const pages = await walk(`/deletions?limit=${limit}`);
		expect(pages.flatMap(idsOf)).toEqual([...recent, ...past]);
		for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
	});

	it("keep their filter, and are not affected by new records", async () => {
		await seedMany(9);
		const first = await call("/deletions?actor=past&limit=5");
		await call("/bindings/edge-cdn", { method: "DELETE" });
		const next = /<([^>]+)>/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
		const rest = await walk(next);
		expect([...first.json.deletions, ...rest.flat()].map(({ actor }) => actor)).toEqual(Array(9).fill("past"));
	});

	it("have 50 rows by default and 1000 at most", async () => {
		const ids = await seedMany(1001);
		const page = await list();
		expect(idsOf(page.deletions)).toEqual(ids.slice(0, 50));
		const largest = await list("?limit=1000");
		expect(idsOf(largest.deletions)).toEqual(ids.slice(0, 1000));
		expect(idsOf((await list(`?limit=1000&cursor=${largest.next}`)).deletions)).toEqual(ids.slice(1000));
	});

	it("a cursor works only with the filters it was issued for", async () => {
		await seedMany(3);
		const { next } = await list("?limit=1");
		const detail =
			'The parameter "cursor" did not come from this list, or belongs to other filters. Start from the first page.';
		for (const other of ["&actor=past", "&state=failed", `&binding=${cdn25}`, "&since=2026-01-01"]) {
			const answer = await call(`/deletions?cursor=${next}${other}`);
			expectProblem(answer, { status: 400, code: "invalid_request", title: "The request is malformed", detail });
		}
		expect((await call(`/deletions?cursor=${next}&limit=2`)).status).toBe(200);
	});
});

describe("one record", () => {
	it("is read from KV and from the Ledger at the same time", async () => {
		const { json } = await call("/bindings/edge-cdn", { method: "DELETE" });
		await published(json.id);
		const watched = watch();
		const answer = await call(`/deletions/${json.id}`);
		expect(answer.headers.get("content-type")).toBe("application/json");
		expect(answer.headers.get("x-unbind-stale")).toBeNull();
		expect(answer.json).toMatchObject({ id: json.id, state: "deleted", binding: { id: cdn25 } });
		expect(answer.json.timeline.at(-1)).toEqual({ at: expect.any(String), event: "published" });
		expect(watched).toEqual({ kv: ["get"], ledger: ["record"] });
	});

	it("comes from KV while the Ledger is unreachable, and is marked stale if it can still change", async () => {
		const { json: deleted } = await call("/bindings/edge-cdn", { method: "DELETE" });
		await cloudflare.order({ method: "DELETE", fault: { kind: "reject", status: 403 } });
		const { json: failed } = await call("/bindings/203.0.113.0/26", { method: "DELETE" });
		await published(deleted.id);
		await published(failed.deletion_id);
		breakLedger();
		const stale = async (id: string) => (await call(`/deletions/${id}`)).headers.get("x-unbind-stale");
		expect([await stale(deleted.id), await stale(failed.deletion_id)]).toEqual(["true", null]);
	});

	it("comes from the Ledger while KV still has the version from before its restoration", async () => {
		const { json } = await call("/bindings/edge-cdn", { method: "DELETE" });
		await published(json.id);
		vi.spyOn(HISTORY, "put").mockRejectedValue(new Error("KV PUT failed: 500"));
		await call(`/deletions/${json.id}/restoration`, { method: "POST" });
		expect(JSON.parse((await HISTORY.get(`deletion:${json.id}`)) ?? "")).toMatchObject({ state: "deleted" });
		expect((await call(`/deletions/${json.id}`)).json).toMatchObject({ state: "restored" });
	});

	it("comes from the Ledger if it is not in KV yet", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const { json } = await call("/bindings/edge-cdn", { method: "DELETE", headers: { prefer: "wait=0" } });
		const watched = watch();
		expect((await call(`/deletions/${json.id}`)).json).toMatchObject({ id: json.id, state: "deleting" });
		expect(watched).toEqual({ kv: ["get"], ledger: ["record"] });
	});

	it("is shown even if KV refuses to store it, alone and in the list", async () => {
		const put = HISTORY.put;
		HISTORY.put = () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests"));
		try {
			const { json } = await call("/bindings/edge-cdn", { method: "DELETE" });
			expect(await HISTORY.get(`deletion:${json.id}`)).toBeNull();
			expect((await call(`/deletions/${json.id}`)).json).toEqual(json);
			expect(idsOf((await list()).deletions)).toEqual([json.id]);
			expect(idsOf((await list(`?binding=${cdn25}`)).deletions)).toEqual([json.id]);
		} finally {
			HISTORY.put = put;
		}
	});

	it("is shown while the Ledger is unreachable, once it is published", async () => {
		const [id] = await seedMany(1);
		breakLedger();
		expect((await call(`/deletions/${id}`)).json).toMatchObject({ id, state: "failed" });
	});
});
