// The sandbox as `npm start` runs it: it starts, keeps its data, and leaves nothing running.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { bindingId, bindingPath, withToken } from "../../sandbox/imitation/caller.ts";
import { isPortTaken, type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { buildWorker } from "../../sandbox/wrangler.ts";

let directory: string;
let bundlePath: string;

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-sandbox-"));
	bundlePath = join(directory, "bundle");
	await buildWorker(bundlePath);
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

const start = (name: string, more: { port?: number; fresh?: boolean } = {}) =>
	startSandbox({ dataPath: join(directory, name), bundlePath, ...more });

const stands = ({ imitation }: Sandbox) => JSON.stringify(imitation.snapshot()).includes(bindingId);

it("answers while it runs, and frees both ports when it stops", { timeout: 60_000 }, async () => {
	const { url, imitationUrl, stop } = await start("ports");
	expect((await fetch(`${url}/health`)).status).toBe(200);
	expect((await fetch(`${imitationUrl}/sandbox/log`)).status).toBe(200);
	await stop();
	await expect(fetch(url)).rejects.toThrow("fetch failed");
	await expect(fetch(imitationUrl)).rejects.toThrow("fetch failed");
});

it("continues where it stopped, until it starts over", { timeout: 60_000 }, async () => {
	const first = await start("data");
	await fetch(first.imitationUrl + bindingPath, { method: "DELETE", headers: withToken });
	await first.stop();
	const second = await start("data");
	expect(stands(second)).toBe(false);
	await second.stop();
	const third = await start("data", { fresh: true });
	expect(stands(third)).toBe(true);
	await third.stop();
});

it("keeps the audit log, until it starts over", { timeout: 60_000 }, async () => {
	const logged = async ({ imitation, imitationUrl }: Sandbox) => {
		imitation.moveClock({ advance_seconds: 60 });
		const path = `/client/v4/accounts/${accountId}/logs/audit?since=2020-01-01&before=2100-01-01`;
		return (await (await fetch(imitationUrl + path, { headers: withToken })).json()) as object;
	};
	const first = await start("audit");
	first.imitation.elsewhere({ delete: [bindingId] });
	await first.stop();
	const second = await start("audit");
	second.imitation.elsewhere({ delete: ["198.51.100.0/24"] });
	expect(await logged(second)).toMatchObject({ result: { length: 2 } });
	await second.stop();
	const third = await start("audit", { fresh: true });
	expect(await logged(third)).toMatchObject({ result: [] });
	await third.stop();
});

it("reports a taken port as an error of its own", { timeout: 60_000 }, async () => {
	const first = await start("first");
	const port = Number(new URL(first.url).port);
	const error: unknown = await start("second", { port }).catch((caught: unknown) => caught);
	expect(isPortTaken(error)).toBe(true);
	expect(isPortTaken(new Error("another"))).toBe(false);
	await first.stop();
});
