// A whole runtime that ends, cleanly or by SIGKILL: everything recorded is there afterwards, and everything started is
// finished. A sandbox that is to be killed runs in its own process group. Most of the time is waiting, so the tests wait
// together.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SandboxOptions, startSandbox } from "../../sandbox/sandbox.ts";
import { buildWorker } from "../../sandbox/wrangler.ts";

let directory: string;
let bundlePath: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-restart-"));
	bundlePath = join(directory, "bundle");
	await buildWorker(bundlePath);
});
afterAll(async () => {
	await Promise.all([...running].map(kill));
	await rm(directory, { recursive: true, force: true });
});

interface Running {
	url: string;
	imitationUrl: string;
	kill(): Promise<void>;
}

const startScript = `
	import { startSandbox } from ${JSON.stringify(new URL("../../sandbox/sandbox.ts", import.meta.url).href)};
	const { url, imitationUrl } = await startSandbox(JSON.parse(process.argv[1]));
	console.log(JSON.stringify({ url, imitationUrl }));`;

async function startApart(dataPath: string): Promise<Running> {
	const options: SandboxOptions = { dataPath, bundlePath };
	const child = spawn(process.execPath, ["--input-type=module", "--eval", startScript, JSON.stringify(options)], {
		detached: true,
		stdio: ["ignore", "pipe", "inherit"],
	});
	running.add(child);
	const ended = once(child, "exit").then(([code]) => {
		throw new Error(`the sandbox ended with ${code} before it was ready`);
	});
	const ready = once(createInterface(child.stdout), "line");
	const [line] = await Promise.race([ready, ended]);
	ended.catch(() => {});
	return { ...JSON.parse(line), kill: () => kill(child) };
}

/** Kills the whole group: Node, which imitates Cloudflare, and workerd. */
async function kill(child: ChildProcess): Promise<void> {
	if (!running.delete(child) || child.pid === undefined || child.exitCode !== null) return;
	const gone = once(child, "exit");
	process.kill(-child.pid, "SIGKILL");
	await gone;
}

interface Answer {
	status: number;
	headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: an answer's members are what tests look at
	json: any;
}

async function call(url: string, path: string, init: RequestInit = {}): Promise<Answer> {
	const headers = { authorization: "Bearer unbind_sandbox", ...init.headers };
	const response = await fetch(url + path, { ...init, headers });
	return { status: response.status, headers: response.headers, json: await response.json() };
}

const path = "/bindings/203.0.113.128/25";
const cdn25 = "c01d0000000000000000000000000003";
const withKey = { method: "DELETE", headers: { "idempotency-key": "drain-1" } };

const order = (imitationUrl: string, kind: string) =>
	fetch(`${imitationUrl}/sandbox/faults`, {
		method: "POST",
		body: JSON.stringify({ method: "DELETE", fault: { kind } }),
	});
const log = async (imitationUrl: string, atLeast = 0): Promise<{ method: string; effect: unknown }[]> => {
	const response = await fetch(`${imitationUrl}/sandbox/log?at_least=${atLeast}`);
	return JSON.parse(await response.text());
};
const deletes = async (imitationUrl: string) => (await log(imitationUrl)).filter(({ method }) => method === "DELETE");

/** Starts a deletion whose DELETE reaches Cloudflare and gets no answer. */
async function begin({ url, imitationUrl }: Running, kind: "hang_before" | "hang_after"): Promise<void> {
	await order(imitationUrl, kind);
	call(url, path, withKey).catch(() => {});
	for (let seen = 0; (await deletes(imitationUrl)).length === 0; seen++) await log(imitationUrl, seen);
}

it("a stop and a start keep the history and the records, and a key still replays", async () => {
	const dataPath = join(directory, "stopped");
	const first = await startSandbox({ dataPath, bundlePath });
	const deleted = await call(first.url, `${path}?reason=drain`, withKey);
	const refused = await call(first.url, "/bindings/2001:db8:100::/48", { method: "DELETE" });
	const before = await call(first.url, "/deletions");
	await first.stop();

	const second = await startSandbox({ dataPath, bundlePath });
	try {
		expect((await call(second.url, "/deletions")).json).toEqual(before.json);
		expect(before.json.deletions).toHaveLength(2);
		expect((await call(second.url, `/deletions/${deleted.json.id}`)).json).toMatchObject({
			reason: "drain",
			state: "deleted",
		});
		expect((await call(second.url, `/deletions/${refused.json.deletion_id}`)).json).toMatchObject({ state: "refused" });
		const replay = await call(second.url, `${path}?reason=drain`, withKey);
		expect([replay.status, replay.headers.get("idempotency-replayed"), replay.json.id]).toEqual([
			200,
			"true",
			deleted.json.id,
		]);
		const other = await call(second.url, `${path}?reason=else`, withKey);
		expect([other.status, other.json.code]).toEqual([422, "idempotency_key_reused"]);
		const again = await call(second.url, path, { method: "DELETE" });
		expect([again.status, again.json.last_deletion.id]).toEqual([404, deleted.json.id]);
		expect(await deletes(second.imitationUrl)).toEqual([]);
	} finally {
		await second.stop();
	}
});

describe.concurrent("after a SIGKILL", () => {
	it("everything that was answered is on record, and a key still replays", async () => {
		const dataPath = join(directory, "killed");
		const first = await startApart(dataPath);
		const deleted = await call(first.url, path, withKey);
		expect(deleted.status).toBe(200);
		await first.kill();

		const second = await startApart(dataPath);
		expect((await call(second.url, "/deletions")).json.deletions).toMatchObject([
			{ id: deleted.json.id, state: "deleted" },
		]);
		expect((await call(second.url, `/deletions/${deleted.json.id}`)).json).toMatchObject({ state: "deleted" });
		const replay = await call(second.url, path, withKey);
		expect([replay.status, replay.headers.get("idempotency-replayed"), replay.json.id]).toEqual([
			200,
			"true",
			deleted.json.id,
		]);
		expect(await deletes(second.imitationUrl)).toEqual([]);
	});

	it("between a DELETE's effect and its answer, the same key gets the deletion, and no second DELETE is sent", async () => {
		const dataPath = join(directory, "after-effect");
		const first = await startApart(dataPath);
		await begin(first, "hang_after");
		await first.kill();

		const second = await startApart(dataPath);
		const [open] = (await call(second.url, "/deletions")).json.deletions;
		const answer = await call(second.url, path, withKey);
		expect([answer.status, answer.json.state, answer.json.id]).toEqual([200, "deleted", open.id]);
		expect(answer.headers.get("idempotency-replayed")).toBe("true");
		expect(answer.json.timeline.map(({ event }: { event: string }) => event)).toEqual(
			expect.arrayContaining(["requested", "planned", "sent", "read_back", "deleted"]),
		);
		expect(await deletes(second.imitationUrl)).toEqual([]);
	});

	it("before a DELETE's effect, the DELETE is read back and only then sent again", async () => {
		const dataPath = join(directory, "before-effect");
		const first = await startApart(dataPath);
		await begin(first, "hang_before");
		await first.kill();

		const second = await startApart(dataPath);
		const answer = await call(second.url, path, withKey);
		expect([answer.status, answer.json.state, answer.json.cloudflare.attempts]).toEqual([200, "deleted", 2]);
		const calls = await log(second.imitationUrl);
		expect(calls.map(({ method }) => method)).toEqual(["GET", "DELETE"]);
		expect(calls.at(-1)?.effect).toEqual({ deleted: cdn25 });
	});

	it("a deletion settles by itself without another request", async ({ expect }) => {
		const dataPath = join(directory, "by-itself");
		const first = await startApart(dataPath);
		await begin(first, "hang_after");
		await first.kill();

		const second = await startApart(dataPath);
		const states = async () =>
			(await call(second.url, "/deletions")).json.deletions.map(({ state }: { state: string }) => state);
		await expect.poll(states, { timeout: 40_000, interval: 250 }).toEqual(["deleted"]);
		expect(await deletes(second.imitationUrl)).toEqual([]);
	});
});
