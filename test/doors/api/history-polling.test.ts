// What it costs to read the history, what the list says while the Ledger is unreachable, and how it is exported.
import { afterEach, describe, expect, it, vi } from "vitest";
import { call } from "../../harness.ts";
import { cdn25, resetAll } from "../account.ts";
import { pastDeletion, seed, seedMany } from "../seed.ts";
import { breakLedger, watch } from "../watch.ts";

afterEach(resetAll);

const accept = (type: string) => ({ headers: { accept: type } });
const columns =
	"id,state,cidr,binding_id,prefix_id,service_name,actor,door,reason,created_at,settled_at,ray,failure_code,not_before,expires_at";

describe("polling", () => {
	const poll = (etag: string, path = "/deletions") => call(path, { headers: { "if-none-match": etag } });
	const etagOf = async (path = "/deletions") => (await call(path)).headers.get("etag") ?? "";

	it("a page costs one list operation and one call to the Ledger", async () => {
		await seedMany(3);
		const watched = watch();
		expect((await call("/deletions?limit=2")).json.deletions).toHaveLength(2);
		expect(watched).toEqual({ kv: ["list"], ledger: ["changes"] });
	});

	it.each([
		["as sent", (etag: string) => etag],
		["in its strong form", (etag: string) => etag.replace("W/", "")],
	])("a poll that finds nothing new gets a 304 and costs one call to the Ledger: ETag %s", async (_, form) => {
		await call("/bindings/edge-cdn", { method: "DELETE" });
		const etag = await etagOf();
		expect(etag).toMatch(/^W\/"[\w-]+"$/);
		const watched = watch();
		const answer = await poll(form(etag));
		expect([answer.status, answer.text, answer.headers.get("etag")]).toEqual([304, "", etag]);
		expect(answer.headers.has("content-type")).toBe(false);
		expect(watched).toEqual({ kv: [], ledger: ["changes"] });
	});

	it("a poll that finds nothing new is not logged", async () => {
		const etag = await etagOf();
		const logged = vi.spyOn(console, "info").mockImplementation(() => {});
		expect((await poll(etag)).status).toBe(304);
		expect(logged).not.toHaveBeenCalled();
		expect((await poll('"another"')).status).toBe(200);
		expect(logged).toHaveBeenCalledOnce();
		logged.mockRestore();
	});

	it("a poll after a change gets a whole answer with another ETag", async () => {
		const before = await etagOf();
		const { json } = await call("/bindings/edge-cdn", { method: "DELETE" });
		const answer = await poll(before);
		expect(answer.status).toBe(200);
		expect(answer.json.deletions[0].id).toBe(json.id);
		expect(answer.headers.get("etag")).not.toBe(before);
		expect((await poll(answer.headers.get("etag") ?? "")).status).toBe(304);
	});

	it("a poll after a refusal gets a whole answer", async () => {
		const before = await etagOf();
		await call("/bindings/2001:db8:100::/48", { method: "DELETE" });
		expect((await poll(before)).status).toBe(200);
	});

	it.each([['"nobody"'], ['W/"0"'], ["nonsense"], ["*"]])(
		"an ETag that matches nothing gets a full answer: %s",
		async (etag) => {
			expect((await poll(etag)).status).toBe(200);
		},
	);

	it("later pages and files have no ETag", async () => {
		await seedMany(3);
		const { json, headers } = await call("/deletions?limit=2");
		const etag = headers.get("etag") ?? "";
		const later = await poll(etag, `/deletions?limit=2&cursor=${json.next}`);
		expect([later.status, later.headers.get("etag")]).toEqual([200, null]);
		const file = await call("/deletions", { headers: { accept: "text/csv", "if-none-match": etag } });
		expect([file.status, file.headers.get("etag")]).toEqual([200, null]);
	});
});

describe("while the Ledger cannot be reached", () => {
	it("the list comes from KV, is marked stale, and has no ETag", async () => {
		const ids = await seedMany(3);
		const fresh = await call("/deletions");
		breakLedger();
		const headers = { "if-none-match": fresh.headers.get("etag") ?? "" };
		const answer = await call("/deletions", { headers });
		expect(answer.status).toBe(200);
		expect(answer.headers.get("etag")).toBeNull();
		expect(answer.json).toEqual({ ...fresh.json, stale: true });
		expect(answer.json.deletions.map(({ id }: { id: string }) => id)).toEqual(ids);
	});

	it("all pages of the list can still be read", async () => {
		const ids = await seedMany(5);
		breakLedger();
		const seen: string[] = [];
		for (let next = ""; next !== null; ) {
			const { json } = await call(`/deletions?limit=2${next === "" ? "" : `&cursor=${next}`}`);
			expect(json.stale).toBe(true);
			seen.push(...json.deletions.map(({ id }: { id: string }) => id));
			next = json.next;
		}
		expect(seen).toEqual(ids);
	});

	it("/health is red", async () => {
		breakLedger();
		const answer = await call("/health");
		expect([answer.status, answer.json]).toEqual([503, { ok: false }]);
	});
});

describe("as a file", () => {
	it("NDJSON has every row, across several pages of KV", async () => {
		const past = await seedMany(2050);
		const { json } = await call("/bindings/edge-cdn", { method: "DELETE" });
		const answer = await call("/deletions", accept("application/x-ndjson"));
		expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
		expect(answer.text.endsWith("\n")).toBe(true);
		const rows = answer.text
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(rows.map(({ id }) => id)).toEqual([json.id, ...past]);
		expect(Object.keys(rows[0]).join(",")).toBe(columns);
	});

	it("CSV has a header and every row", async () => {
		const past = await seedMany(1100);
		const answer = await call("/deletions", accept("text/csv"));
		expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
		const [head, ...lines] = answer.text.split("\r\n");
		expect([head, lines.pop()]).toEqual([columns, ""]);
		expect(lines.map((line) => line.split(",")[0])).toEqual(past);
	});

	it.each([
		["=1+1", "'=1+1"],
		["@SUM(A1)", "'@SUM(A1)"],
		["＝1+1", "'＝1+1"],
		["INC-1;=cmd|' /C calc'!A0;-2", "INC-1;'=cmd|' /C calc'!A0;'-2"],
		['=A1,"x"', `"'=A1,""x"""`],
		["INC-1; a - b = c", "INC-1; a - b = c"],
	])("no CSV cell can be read as a formula: %s", async (reason, cell) => {
		await seed([pastDeletion(1, { reason })]);
		expect((await call("/deletions", accept("text/csv"))).text).toContain(`,past,api,${cell},`);
	});

	it("applies the filters and ignores the limit", async () => {
		await seedMany(4);
		const { json } = await call("/bindings/edge-cdn", { method: "DELETE" });
		const one = await call(`/deletions?binding=${cdn25}&limit=1`, accept("application/x-ndjson"));
		expect(one.text.split("\n").map((line) => line.slice(7, 33))).toEqual([json.id, ""]);
		const past = await call("/deletions?actor=past&limit=1", accept("text/csv"));
		expect(past.text.split("\r\n")).toHaveLength(1 + 4 + 1);
	});

	it("an empty NDJSON file has no lines, and an empty CSV file has only its header", async () => {
		expect((await call("/deletions", accept("application/x-ndjson"))).text).toBe("");
		expect((await call("/deletions", accept("text/csv"))).text).toBe(`${columns}\r\n`);
	});

	it.each([
		["=1+1", "'=1+1"],
		["+49 20 1234", "'+49 20 1234"],
		["-2", "'-2"],
		["  =1+1", "'  =1+1"],
		["\u200b=1+1", "'\u200b=1+1"],
		["\ufeff=1+1", "'\ufeff=1+1"],
		["\u00a0\u3000\u2060+1", "'\u00a0\u3000\u2060+1"],
		["INC-1; \u200b=1+1", "INC-1;' \u200b=1+1"],
		["@SUM(A1)", "'@SUM(A1)"],
		['=HYPERLINK("https://x.example","y")', `"'=HYPERLINK(""https://x.example"",""y"")"`],
		["drain, then move", '"drain, then move"'],
		['the "old" edge', '"the ""old"" edge"'],
		["a - b = c", "a - b = c"],
		["ünïcode – 漢字", "ünïcode – 漢字"],
	])("a spreadsheet reads %s as text", async (reason, cell) => {
		const [id] = await seed([pastDeletion(0, { reason })]);
		const { text } = await call("/deletions", accept("text/csv"));
		const at = "2026-02-20T12:00:00.000Z";
		expect(text).toBe(
			`${columns}\r\n${id},failed,198.18.0.0/32,,,,past,api,${cell},${at},${at},,binding_not_found,,\r\n`,
		);
	});

	it.each([
		["text/csv", "text/csv"],
		["TEXT/CSV;q=1", "text/csv"],
		["text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"],
		["application/json, text/csv", "application/json"],
		["*/*", "application/json"],
		["text/*", "text/csv"],
		["text/html", "application/json"],
		["text/csv;q=0, */*", "application/json"],
		["", "application/json"],
	])("is chosen by the Accept header %j", async (header, type) => {
		const answer = await call("/deletions", accept(header));
		expect(answer.headers.get("content-type")?.split(";")[0]).toBe(type);
		expect(answer.headers.get("vary")).toBe("Accept");
	});
});

describe("HEAD", () => {
	it.each([
		["/bindings", "*/*"],
		["/bindings/203.0.113.128/25", "*/*"],
		["/bindings/192.0.2.0/24", "*/*"],
		["/deletions?limit=2", "*/*"],
		["/deletions", "text/csv"],
		["/deletions", "application/x-ndjson"],
		["/deletions?nonsense=1", "*/*"],
		["/nowhere", "*/*"],
	])("has the status and headers of GET, and no body: %s, %s", async (path, type) => {
		await seedMany(3);
		const head = await call(path, { method: "HEAD", ...accept(type) });
		const get = await call(path, accept(type));
		expect(head.text).toBe("");
		expect(head.status).toBe(get.status);
		const withoutId = (headers: Headers) => [...headers].filter(([name]) => name !== "x-request-id");
		expect(withoutId(head.headers)).toEqual(withoutId(get.headers));
	});

	it("works for a record and for a poll", async () => {
		const [id] = await seedMany(1);
		const get = await call(`/deletions/${id}`);
		const head = await call(`/deletions/${id}`, { method: "HEAD" });
		expect([head.status, head.text]).toEqual([200, ""]);
		expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
		const etag = (await call("/deletions")).headers.get("etag") ?? "";
		const poll = await call("/deletions", { method: "HEAD", headers: { "if-none-match": etag } });
		expect(poll.status).toBe(304);
	});
});
