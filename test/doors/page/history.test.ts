// The history as a page: what it shows, how it is filtered, what it costs, and that everything in it is plain text.
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, HISTORY } from "../../harness.ts";
import { freeze, remove } from "../../lifecycle/people.ts";
import { bindingsPath, cdn25, cdn26, documentedCaller, prefixes, resetAll } from "../account.ts";
import { dayMs, pastDeletion, seed, seedMany } from "../seed.ts";
import { breakLedger, watch } from "../watch.ts";
import { readable, signedIn, type Visitor } from "./visitor.ts";

let viewer: Visitor;
beforeEach(async () => {
	viewer = await signedIn();
});
afterEach(resetAll);

const rowsIn = (text: string): string[] =>
	[...text.matchAll(/<tr data-row[^>]*>.*?href="\/records\/(\w{26})"/g)].map(([, id = ""]) => id);
const shown = async (path: string): Promise<string[]> => rowsIn((await viewer.get(path)).text);
const decoded = (text: string): string => text.replaceAll("&amp;", "&");

describe("a list", () => {
	it("shows each deletion newest first, with its essentials, including refusals and failures", async () => {
		await remove("203.0.113.128/25", "?reason=INC-1", "unbind_sandbox");
		await remove("2001:db8:100:1::/64");
		await remove("192.0.2.0/24");
		const text = readable((await viewer.get("/")).text);
		expect(text).toMatch(
			/failed · no such binding 192\.0\.2\.0\/24 user@example\.com API .*refused · .* 2001:db8:100:1::\/64 Spectrum/,
		);
		expect(text).toMatch(/deleted 203\.0\.113\.128\/25 CDN sandbox API INC-1/);
	});

	it("shows the guard, Cloudflare's error or the end of the wait in each row", async () => {
		await remove("2001:db8:100:1::/64");
		await remove("192.0.2.0/24");
		await remove("198.51.100.0/24", "?acknowledge=leaves_no_service");
		await remove("203.0.113.128/25", `?not_before=${new Date(Date.now() + 3_600_000).toISOString()}`);
		const text = readable((await viewer.get("/")).text);
		expect(text).toMatch(/refused · risk not acknowledged 2001:db8:100:1::\/64/);
		expect(text).toMatch(/failed · no such binding 192\.0\.2\.0\/24/);
		expect(text).toMatch(/waiting for approval · expires 20[-\d: ]+ UTC Review and approve 198\.51\.100\.0\/24/);
		expect(text).toMatch(/scheduled · runs 20[-\d: ]+ UTC 203\.0\.113\.128\/25/);
	});

	it("continues page by page, shows every row once, and keeps its filter", async () => {
		const ids = await seedMany(120);
		const found: string[] = [];
		const paths: string[] = [];
		for (let path: string | undefined = "/?actor=past"; path !== undefined; ) {
			paths.push(path);
			const { text } = await viewer.get(path);
			found.push(...rowsIn(text));
			path = /href="([^"]*)" rel="next"/.exec(decoded(text))?.[1];
		}
		expect(found).toEqual(ids);
		expect(paths).toHaveLength(3);
		for (const path of paths) expect(path).toMatch(/^\/\?actor=past/);
	});

	it("keeps to the same hours on further pages", async () => {
		const now = Date.now();
		const at = (minutesAgo: number) => Math.round((Date.UTC(2026, 1, 20, 12) - now) / 60_000) + minutesAgo;
		const ids = await seed(Array.from({ length: 60 }, (_, index) => pastDeletion(at(index + 1))));
		const first = await viewer.get("/?since=1h");
		const next = /href="([^"]*)" rel="next"/.exec(decoded(first.text))?.[1] ?? "";
		expect(next).toMatch(/since=20\d\d-.*&cursor=/);
		expect([...rowsIn(first.text), ...(await shown(next))]).toEqual(
			ids.slice(0, rowsIn(first.text).length + (await shown(next)).length),
		);
		expect((await viewer.get(next)).status).toBe(200);
	});

	it("leads back to the newest page, the only one with a chart", async () => {
		await seedMany(60);
		const { text } = await viewer.get("/");
		expect(text).toContain('id="chart"');
		const next = /href="([^"]*)" rel="next"/.exec(decoded(text))?.[1] ?? "";
		const second = (await viewer.get(next)).text;
		expect(second).not.toContain('id="chart"');
		expect(second).toContain('<a href="/">Newest</a>');
	});
});

describe("filters", () => {
	/** The ids of six deletions, by what each one is. */
	let ids: Record<"deleted" | "refused" | "sdk" | "old" | "failed" | "minus", string>;
	beforeEach(async () => {
		const minus = pastDeletion(60, { actor: { name: "-ci", door: "api" }, reason: "50% <b>off</b>" });
		const old = pastDeletion(60 * 24 * 30, { state: "refused", actor: { name: "ci", door: "api" } });
		await seed([minus, old]);
		const deleted = await remove("203.0.113.128/25", "?reason=INC-4211", "unbind_sandbox");
		const refused = await remove("2001:db8:100::/48", "", "unbind_sandbox");
		const failed = await remove("192.0.2.0/24");
		await call(bindingsPath(prefixes.amsterdam, cdn26), { method: "DELETE", token: documentedCaller.token });
		const [sdk] = (await call(`/deletions?binding=${cdn26}`)).json.deletions;
		ids = {
			deleted: deleted.json.id,
			refused: refused.json.deletion_id,
			failed: failed.json.deletion_id,
			sdk: sdk.id,
			old: old.id,
			minus: minus.id,
		};
	});
	const names = async (query: string) => {
		const found = await shown(query);
		return found.map((id) => Object.entries(ids).find(([, one]) => one === id)?.[0] ?? id).toSorted();
	};

	it("each shows the rows it names, its opposite the rest, and several together the rows that match all", async () => {
		const cases: [string, string[]][] = [
			["/?state=refused", ["old", "refused"]],
			["/?state=-refused", ["deleted", "failed", "minus", "sdk"]],
			["/?state=refused&state=failed", ["failed", "minus", "old", "refused"]],
			["/?state=-refused&state=-failed", ["deleted", "sdk"]],
			["/?service=CDN", ["deleted", "refused", "sdk"]],
			["/?service=-CDN", ["failed", "minus", "old"]],
			[`/?binding=${cdn25}`, ["deleted"]],
			[`/?binding=-${cdn25}&service=CDN`, ["refused", "sdk"]],
			[`/?prefix=${prefixes.amsterdam}`, ["deleted", "sdk"]],
			[`/?prefix=-${prefixes.amsterdam}&since=24h`, ["failed", "refused"]],
			["/?actor=sandbox", ["deleted", "refused"]],
			["/?actor=-sandbox&since=24h", ["failed", "sdk"]],
			["/?actor=%3D-ci", ["minus"]],
			["/?actor=--ci&since=2026-02-20&until=2026-02-20", []],
			["/?door=cloudflare", ["sdk"]],
			["/?door=-api", ["sdk"]],
			["/?since=2026-02-20&until=2026-02-20", ["minus"]],
			["/?since=2026-01-15&until=2026-02-19", ["old"]],
			["/?q=inc-4211", ["deleted"]],
			["/?q=203.0.113.200", ["deleted"]],
			["/?q=198.18.0.60%2F32", ["minus"]],
			["/?q=user%40example", ["failed", "sdk"]],
			["/?state=deleted&service=CDN&actor=sandbox&door=api&q=203.0.113.128", ["deleted"]],
		];
		for (const [query, expected] of cases) expect(await names(query), query).toEqual(expected);
	});

	it("find a text in ids, including the Ray id", async () => {
		const { ray } = (await call(`/deletions/${ids.deleted}`)).json.cloudflare;
		for (const text of [ids.deleted, cdn25, ray, ray.toUpperCase()])
			expect(await names(`/?q=${text}`), text).toEqual(["deleted"]);
	});

	it("appear above the list as chips, each with links that negate and remove it", async () => {
		const text = decoded((await viewer.get("/?state=refused&actor=%3D-ci&since=7d")).text);
		expect(readable(text)).toMatch(/state is refused × by is -ci × since 7 days × Clear all/);
		expect(text).toContain('href="/?actor=%3D-ci&state=-refused&since=7d" title="Change to: is not"');
		expect(text).toContain('href="/?actor=%3D-ci&since=7d" aria-label="Remove filter: state is refused"');
		expect(text).toContain('href="/?state=refused&actor=--ci&since=7d" title="Change to: is not"');
	});

	it("leave empty and repeated fields of a form out of the address", async () => {
		const given = "/?state=refused&q=&state=&door=&since=7d&since=2026-02-01&until=&cursor=";
		const { status, location } = await viewer.get(given);
		expect([status, location]).toEqual([303, "/?state=refused&since=2026-02-01"]);
		expect((await viewer.get("/?q=")).location).toBe("/");
		expect((await viewer.get("//?q=&state=failed")).location).toBe("/?state=failed");
	});

	it.each([
		["/?state=vanished", "must be among received, pending_approval"],
		["/?door=window", "must be among api"],
		["/?binding=x", "must be 32 hex digits or a dashed UUID"],
		["/?since=yesterday", "must be a date, a time, or a period like 24h"],
		["/?since=2026-02-30", "must be a date, a time, or a period like 24h"],
		["/?since=2026-03-02&until=2026-03-01", "is later than"],
		["/?filter=x", 'Unknown parameter "filter"'],
		["/?cursor=x", "This page of the list does not exist."],
		[`/?q=${"x".repeat(201)}`, "is too long"],
	])("refuse an invalid value: %s", async (path, detail) => {
		const { status, text } = await viewer.get(path);
		expect(status).toBe(400);
		expect(readable(text)).toContain(detail);
	});

	it("apply to exported files", async () => {
		const csv = await viewer.get("/export.csv?state=refused&actor=-ci");
		expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
		expect(csv.headers.get("content-disposition")).toBe('attachment; filename="deletions.csv"');
		expect(csv.text.split("\r\n").map((line) => line.split(",")[0])).toEqual(["id", ids.refused, ""]);
		const lines = (await viewer.get("/export.ndjson?q=203.0.113.200")).text;
		expect(JSON.parse(lines)).toMatchObject({ id: ids.deleted, ray: expect.any(String) });
		expect((await viewer.get("/export.csv?state=vanished")).status).toBe(400);
	});

	it("are kept in the page's links to the files", async () => {
		const text = decoded((await viewer.get("/?state=-refused&q=x")).text);
		expect(text).toContain('href="/export.csv?state=-refused&q=x"');
	});
});

describe("states of the list", () => {
	it("says what to do when it is empty", async () => {
		expect(readable((await viewer.get("/")).text)).toContain(
			"Nothing has been deleted yet. Start from the account's bindings",
		);
		expect(readable((await viewer.get("/?q=x")).text)).toContain("No deletion matches. Remove a filter, or show all");
	});

	it("says that it was searched only in part, and continues", async () => {
		// A new Ledger reads KV once.
		await viewer.get("/");
		const list = vi.spyOn(HISTORY, "list");
		list.mockResolvedValue({ keys: [], list_complete: false, cursor: "further", cacheStatus: null });
		const { text } = await viewer.get("/?q=nothing-like-it");
		expect(list).toHaveBeenCalledTimes(8);
		expect(readable(text)).toContain("Nothing found so far. There are older records to search.");
		const next = /href="([^"]*)" rel="next"/.exec(decoded(text))?.[1] ?? "";
		list.mockResolvedValue({ keys: [], list_complete: true, cacheStatus: null });
		expect(readable((await viewer.get(next)).text)).toContain("No deletion matches.");
	});

	it("comes from KV while the ledger is unreachable, and says so", async () => {
		const ids = await seedMany(2);
		breakLedger();
		const { status, text, headers } = await viewer.get("/");
		expect([status, headers.get("etag"), rowsIn(text)]).toEqual([200, null, ids]);
		expect(readable(text)).toContain("unbind's Ledger is unreachable, so the last minutes may be missing here.");
		expect(text).not.toContain("data-live");
	});

	it("shows what people wrote as text everywhere", async () => {
		const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
		await seed([
			pastDeletion(0, {
				reason: evil,
				actor: { name: evil, door: "api" },
				binding: {
					account_id: "x",
					prefix_id: prefixes.shop,
					id: cdn25,
					cidr: "198.51.100.0/24",
					service_id: null,
					service_name: evil,
					provisioning: { state: evil },
				},
			}),
		]);
		const [id] = await shown("/");
		for (const path of [
			"/",
			`/?q=${encodeURIComponent(evil)}`,
			`/?actor=${encodeURIComponent(evil)}`,
			`/records/${id}`,
		]) {
			const { text } = await viewer.get(path);
			expect(text.match(/<script/g), path).toHaveLength(1);
			expect(text).not.toMatch(/<img|<(?:[^>"]|"[^"]*")* onerror/);
			expect(text).toContain("&lt;script&gt;alert(1)");
		}
	});
});

describe("the chart", () => {
	it("counts outcomes by day, and each day links to its own", async () => {
		await remove("203.0.113.128/25");
		await remove("192.0.2.0/24");
		await remove("192.0.2.0/25");
		const day = new Date().toISOString().slice(0, 10);
		const text = decoded((await viewer.get("/")).text);
		expect(text).toContain(`href="/?since=${day}&until=${day}"`);
		expect(readable(text)).toMatch(
			/Day deleted restored refused failed given up deleted elsewhere 20\d\d-\d\d-\d\d 1 0 0 2 0 0 /,
		);
		expect(text.match(/<rect class="day/g)).toHaveLength(30);
		expect((await viewer.get(`/?since=${day}&until=${day}`)).text).toContain('class="day shown"');
	});

	it("counts only the filtered states, and is left out for other filters", async () => {
		await remove("203.0.113.128/25");
		await remove("192.0.2.0/24");
		const counts = async (query: string) =>
			/deleted elsewhere 20\d\d-\d\d-\d\d ((?:\d ){6})/.exec(readable((await viewer.get(query)).text))?.[1] ?? null;
		expect(await counts("/")).toBe("1 0 0 1 0 0 ");
		expect(await counts("/?state=failed")).toBe("0 0 0 1 0 0 ");
		expect(await counts("/?state=-failed")).toBe("1 0 0 0 0 0 ");
		for (const query of ["/?actor=sandbox", "/?q=192.0.2.0", "/?service=CDN&state=failed"])
			expect((await viewer.get(query)).text).not.toContain('id="chart"');
	});

	it("goes back no further than the history", async () => {
		const short = await signedIn("unbind_sandbox", { HISTORY_RETENTION_DAYS: 7 });
		expect((await short.get("/")).text.match(/<rect class="day/g)).toHaveLength(7);
	});
});

describe("a page of the list", () => {
	it("costs one call to the Ledger and one KV list", async () => {
		await seedMany(60);
		const watched = watch();
		const { text } = await viewer.get("/");
		expect(watched).toEqual({ kv: ["list"], ledger: ["overview"] });
		await viewer.get(/href="([^"]*)" rel="next"/.exec(decoded(text))?.[1] ?? "");
		expect(watched).toEqual({ kv: ["list", "list"], ledger: ["overview", "overview"] });
	});

	it("costs only the call to the Ledger if the list, or a record, is unchanged", async () => {
		const { json } = await remove("203.0.113.128/25");
		await expect.poll(() => HISTORY.get(`deletion:${json.id}`)).not.toBeNull();
		const watched = watch();
		for (const path of ["/", "/?state=deleted", `/records/${json.id}`]) {
			const etag = (await viewer.get(path)).headers.get("etag") ?? "";
			watched.kv.length = watched.ledger.length = 0;
			const again = await viewer.get(path, { "if-none-match": etag });
			expect([again.status, again.text, again.headers.get("etag")], path).toEqual([304, "", etag]);
			expect(watched).toEqual({ kv: [], ledger: ["overview"] });
		}
	});

	it("is sent whole after a change or a freeze", async () => {
		const etag = (await viewer.get("/")).headers.get("etag") ?? "";
		await freeze();
		const frozen = await viewer.get("/", { "if-none-match": etag });
		expect(frozen.status).toBe(200);
		await remove("203.0.113.128/25");
		expect((await viewer.get("/", { "if-none-match": frozen.headers.get("etag") ?? "" })).status).toBe(200);
	});

	it("takes less than 60 kB on the wire, however many rows it has", async () => {
		const random = () =>
			Array.from({ length: 500 }, () => String.fromCodePoint(0x21 + Math.floor(Math.random() * 90))).join("");
		await seed(
			Array.from({ length: 60 }, (_, index) =>
				pastDeletion(index, { reason: random(), actor: { name: random().slice(0, 64), door: "cloudflare" } }),
			),
		);
		const { text } = await viewer.get("/");
		expect(rowsIn(text)).toHaveLength(50);
		expect(gzipSync(text).byteLength).toBeLessThan(60_000);
	});
});

it("a time range reads only its own keys, however old", async () => {
	await seed([pastDeletion(0), pastDeletion((400 * dayMs) / 60_000)]);
	expect(await shown("/?since=2026-02-20&until=2026-02-20")).toHaveLength(1);
});
