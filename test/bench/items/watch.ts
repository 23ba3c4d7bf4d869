// What the watch costs: calls, rows and time of a sweep, what it does to a DELETE, and the size of its memory after a year.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { parseCidr } from "../../../src/deletion/address/cidr.ts";
import { type CloudflareId, isCloudflareId } from "../../../src/deletion/address/cloudflare-id.ts";
import type { AuditLog } from "../../../src/deletion/audit-log.ts";
import type { Cloudflare, Journal } from "../../../src/deletion/ports.ts";
import { fail, ok } from "../../../src/deletion/result.ts";
import { migrate } from "../../../src/ledger/migrations.ts";
import { keepLifetimes, lifetimesSince } from "../../../src/ledger/watch/lifetimes.ts";
import { createWatch } from "../../../src/ledger/watch/watch.ts";
import { lifetimeOf } from "../../../src/watch/lifetime.ts";
import { accountAt } from "../../../src/watch/past.ts";
import { storageOf } from "../../node-sqlite.ts";
import { unbindDeletion } from "../deletions.ts";
import { median } from "../rounds.ts";
import { atMost, exactly, type Row, told } from "../table.ts";
import { slowMs } from "../world.ts";
import type { Bench, Item } from "./item.ts";

const prefixCount = 100;
const bindingsEach = 100;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const startMs = Date.UTC(2026, 0, 1);

export const watch: Item = async (bench) => [
	...(await sweep(join(bench.directory, "watch.sqlite"))),
	...year(join(bench.directory, "year.sqlite")),
	...(await besideDeletions(bench)),
];

const idOf = (mark: string, index: number): CloudflareId => {
	const id = `${mark}${index.toString(16).padStart(28, "0")}`;
	if (!isCloudflareId(id)) throw new Error(`${id} is no id`);
	return id;
};

function bindingAt(prefix: number, index: number) {
	const cidr = parseCidr(`10.0.${prefix}.${index}/32`);
	if (!cidr.ok) throw new Error("no CIDR");
	return {
		id: idOf("c01d", prefix * bindingsEach + index),
		cidr: cidr.value.text,
		range: cidr.value,
		serviceId: idOf("5e5e", 1),
		serviceName: "CDN",
		provisioningState: "active",
	};
}

function opened(path: string) {
	rmSync(path, { force: true });
	const database = new DatabaseSync(path);
	const storage = storageOf(database);
	migrate(storage);
	return { storage, close: () => database.close() };
}

/** The second sweep of an account in which nothing changes. */
async function sweep(path: string): Promise<Row[]> {
	const { storage, close } = opened(path);
	let nowMs = startMs;
	const calls = { account: 0, prefix: 0, bgp: 0 };
	const prefixes = Array.from({ length: prefixCount }, (_, index) => {
		const range = parseCidr(`10.0.${index}.0/24`);
		if (!range.ok) throw new Error("no CIDR");
		return { id: idOf("b10c", index), cidr: range.value.text, range: range.value, ...plain };
	});
	const bindings = new Map(
		prefixes.map(({ id }, prefix) => [
			id,
			Array.from({ length: bindingsEach }, (_, index) => bindingAt(prefix, index)),
		]),
	);
	const cloudflare: Pick<Cloudflare, "listPrefixes" | "listBindings" | "listBgpPrefixes"> = {
		async listPrefixes() {
			calls.account++;
			return ok({ items: prefixes, askedAtMs: nowMs });
		},
		async listBindings(prefixId) {
			calls.prefix++;
			return ok({ items: bindings.get(prefixId) ?? [], askedAtMs: nowMs });
		},
		async listBgpPrefixes() {
			calls.bgp++;
			return fail("unreadable");
		},
	};
	const ports = { accountId: idOf("acc0", 1), cloudflare: cloudflare as Cloudflare, now: () => nowMs };
	const unused = { journal: {} as Journal, randomBytes: () => new Uint8Array(16) };
	const looking = createWatch(
		storage,
		{ ...ports, ...unused },
		{
			minutes: 10,
			massAtLeast: 10,
			freezes: false,
			retentionDays: 0,
			auditLog: {} as AuditLog,
			mark: "",
			deletionInKv: async () => null,
			onDue() {},
			announcements: { announce() {}, lossesJudged() {} },
		},
	);
	const changes = () => storage.sql.exec<{ rows: number }>("SELECT total_changes() AS rows").one().rows;
	async function period() {
		const before = changes();
		const times: number[] = [];
		Object.assign(calls, { account: 0, prefix: 0, bgp: 0 });
		for (const endMs = nowMs + 8.5 * minuteMs; (looking.nextMs() ?? endMs) < endMs; ) {
			nowMs = Math.max(nowMs, looking.nextMs() ?? nowMs);
			const startedMs = performance.now();
			await looking.look();
			times.push(performance.now() - startedMs);
		}
		nowMs = Math.max(nowMs, Math.ceil(nowMs / (8.5 * minuteMs)) * 8.5 * minuteMs);
		return { rows: changes() - before, times, calls: { ...calls } };
	}
	await period();
	await period();
	const { rows, times, calls: made } = await period();
	close();
	const ms = times.reduce((sum, one) => sum + one, 0);
	return [
		exactly("a sweep of 100 prefixes with 10,000 bindings: calls", `${made.account} + ${made.prefix}`, "1 + 100"),
		told("  calls for what is announced", String(made.bgp)),
		atMost("  rows written if nothing changed, by alarms", rows, times.length, `${rows} by ${times.length}`),
		told(
			"  its time in the Ledger, and the longest alarm's",
			`${ms.toFixed(0)} ms, ${Math.max(...times).toFixed(0)} ms`,
		),
	];
}

const plain = { approved: "V", description: null, asn: null, advertised: null };

/** 10,000 bindings, of which twenty a day are replaced by others: ten go, ten come. */
function year(path: string): Row[] {
	const { storage, close } = opened(path);
	const { sql } = storage;
	const open = Array.from({ length: prefixCount * bindingsEach }, (_, index) => {
		const prefix = Math.floor(index / bindingsEach);
		return lifetimeOf(bindingAt(prefix, index % bindingsEach), idOf("b10c", prefix), "first_look", startMs);
	});
	storage.transactionSync(() => keepLifetimes(sql, open));
	const bytes = () =>
		sql
			.exec<{ bytes: number }>("SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()")
			.one().bytes;
	const atFirst = bytes();
	storage.transactionSync(() => {
		for (let change = 0; change < 365 * 10; change++) {
			const atMs = startMs + Math.floor(change / 10) * dayMs + dayMs;
			const gone = open[change % open.length];
			if (gone === undefined) continue;
			const after = { ...gone, bindingId: idOf("c02d", change), opened: "appeared" as const, firstSeenMs: atMs };
			const missedMs = atMs - 130_000;
			const closed = { ...gone, closed: "disappeared" as const, goneSinceMs: missedMs, closedMs: atMs, missedMs };
			keepLifetimes(sql, [{ ...closed, missedAgainMs: atMs - 9000 }, after]);
		}
	});
	const afterwards = bytes();
	const startedMs = performance.now();
	const midYearMs = startMs + 180 * dayMs;
	const there = accountAt(lifetimesSince(sql, midYearMs), midYearMs, startMs)?.length;
	const readMs = performance.now() - startedMs;
	close();
	return [
		told("10,000 bindings in the Ledger", `${(atFirst / 1e6).toFixed(1)} MB`),
		told("  after a year of 20 changes a day", `${(afterwards / 1e6).toFixed(1)} MB`),
		told("  the account at mid-year, read", `${there} bindings in ${readMs.toFixed(0)} ms`),
	];
}

/** Deletions one after the other, those that a look of the watch ran beside against those that none did. */
async function besideDeletions({ world, client, quick }: Bench): Promise<Row[]> {
	const calls = async (): Promise<number> =>
		JSON.parse((await client.send({ url: `${world.url(`upstream-${slowMs}`)}/calls` })).text).GET;
	const beside: number[] = [];
	const alone: number[] = [];
	let index = 0;
	const endMs = performance.now() + (quick ? 30_000 : 150_000);
	for (let before = await calls(); performance.now() < endMs; await setTimeout(25)) {
		before = await calls();
		const { ms } = await client.send(unbindDeletion(world, "unbind-watching", index++));
		const looks = (await calls()) - before - 1;
		// The first ones look for the prefixes, and compile.
		if (index > 10) (looks > 0 ? beside : alone).push(ms);
	}
	const factor = median(beside) / median(alone);
	const figures = `${factor.toFixed(3)} (${median(beside).toFixed(1)} ms of ${beside.length} : ${median(alone).toFixed(1)} ms of ${alone.length})`;
	return [atMost(`DELETE, ${slowMs} ms a call, beside a sweep against without`, factor, 1.05, figures)];
}
