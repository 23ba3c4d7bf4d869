// `npm run webhook`, called as a user would, against a sandbox.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";

let sandbox: Sandbox;
let directory: string;
beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), "unbind-webhook-"));
	sandbox = await startSandbox({ dataPath: directory });
});
afterAll(async () => {
	await sandbox.stop();
	rmSync(directory, { recursive: true, force: true });
});

interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Must not block, because this process answers for Cloudflare. */
async function run(args: string[], input = ""): Promise<Ended> {
	const child = spawn(process.execPath, ["scripts/webhook.ts", ...args], { stdio: "pipe" });
	const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
	child.stdin.end(input);
	const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
	return { code, stdout, stderr };
}
const send = (args: string[], input = "") => run([...args, "--url", sandbox.url], input);
const payload = (name: string) => `sandbox/payloads/${name}.json`;

describe("npm run webhook", () => {
	it("signs as the sender does, prints the answer, and sends by PUT with --put", async () => {
		const [post, put] = await Promise.all([
			send(["inventory", payload("standard")]),
			send(["grafana", payload("grafana"), "--put"]),
		]);
		for (const { code, stderr } of [post, put]) expect([code, stderr]).toEqual([0, "200\n"]);
		expect(JSON.parse(post.stdout)).toMatchObject({ outcome: "deleted", deletions: [{ target: "203.0.113.128/25" }] });
		expect(JSON.parse(put.stdout)).toMatchObject({ outcome: "deleted", deletions: [{ target: "203.0.113.0/26" }] });
	});

	it("reads from standard input, and exits with 1 and the time to retry after an error", async () => {
		sandbox.imitation.faults.order({ method: "GET", fault: { kind: "throttle", retry_after: 30 } });
		const { code, stdout, stderr } = await send(["script", "-"], '{"target": "203.0.113.0/24"}');
		expect([code, stderr]).toEqual([1, "503, send it again in 30 s\n"]);
		expect(JSON.parse(stdout)).toMatchObject({ outcome: "failed", deletions: [{ target: "203.0.113.0/24" }] });
	});

	it.each([
		["an unknown sender", ["constructor", payload("github")], 'There is no sender "constructor".'],
		["a missing file", ["github", "none.json"], "ENOENT: no such file or directory, open 'none.json'"],
		[
			"a port where nothing listens",
			["script", payload("script"), "--url", "http://localhost:1"],
			"Nothing answers at http://localhost:1.",
		],
	])("reports %s in plain words", async (_, args, sentence) => {
		const { code, stdout, stderr } = await run(args);
		expect([code, stdout]).toEqual([1, ""]);
		expect(stderr).toMatch(/^[^\n]+\nUsage: npm run webhook/);
		expect(stderr).toContain(sentence);
	});
});
