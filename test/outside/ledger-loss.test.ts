// The sandbox with its KV namespace but without its ledger, as after a lost object or a new installation over an old
// namespace.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";

let directory: string | null = null;
let running: Sandbox | null = null;

afterEach(async () => {
	await running?.stop();
	if (directory !== null) await rm(directory, { recursive: true, force: true });
});

interface Answer {
	status: number;
	// biome-ignore lint/suspicious/noExplicitAny: an answer's members are what tests look at
	json: any;
}

async function call(path: string, method = "GET"): Promise<Answer> {
	const headers = { authorization: "Bearer unbind_sandbox" };
	const response = await fetch(`${running?.url}${path}`, { method, headers });
	return { status: response.status, json: await response.json() };
}

it("a ledger that was lost starts frozen, knows the history, and deletes again once the freeze is lifted", async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-ledger-loss-"));
	running = await startSandbox({ dataPath: directory });
	expect((await call("/freeze")).json.frozen).toBe(false);
	const { json } = await call("/bindings/203.0.113.128/25", "DELETE");
	await expect
		.poll(async () => (await call(`/deletions/${json.id}`)).json.timeline.at(-1).event, { timeout: 10_000 })
		.toBe("published");
	await running.stop();

	await rm(join(directory, "storage", "do"), { recursive: true });
	running = await startSandbox({ dataPath: directory, bundlePath: join(directory, "bundle") });
	const refused = await call("/bindings/203.0.113.0/26", "DELETE");
	expect(refused).toMatchObject({ status: 423, json: { code: "frozen" } });
	expect((await call("/freeze")).json).toMatchObject({
		frozen: true,
		reason: expect.stringContaining("Ledger is new"),
	});
	expect((await call(`/deletions/${json.id}`)).json.state).toBe("deleted");
	expect((await call("/freeze", "DELETE")).status).toBe(200);
	expect((await call("/bindings/203.0.113.0/26", "DELETE")).json.state).toBe("deleted");
});
