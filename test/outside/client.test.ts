// A client generated from public/openapi.json, as a user would make one: its types are enough to write a program, and the
// program runs against the sandbox.
import { execFile } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";

const run = promisify(execFile);
// Inside the project, so that the program finds openapi-fetch.
const directory = resolve(".wrangler/client");
const generator = "node_modules/client-generator/node_modules/openapi-typescript/bin/cli.js";
let sandbox: Sandbox;

beforeAll(async () => {
	await rm(directory, { recursive: true, force: true });
	await mkdir(directory, { recursive: true });
	await cp("test/outside/client/program.ts", join(directory, "program.ts"));
	await run(process.execPath, [generator, "public/openapi.json", "--output", join(directory, "unbind.d.ts")]);
	sandbox = await startSandbox({ dataPath: join(directory, "sandbox") });
});
afterAll(() => sandbox.stop());

const check = (): Promise<{ stdout: string }> =>
	run("node_modules/.bin/tsc", [
		...["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--skipLibCheck"],
		...["--target", "es2024", "--module", "esnext", "--moduleResolution", "bundler", "--allowImportingTsExtensions"],
		...["--types", "node", "--ignoreConfig", join(directory, "program.ts")],
	]).catch((error: { stdout: string }) => error);

it("compiles", async () => {
	expect((await check()).stdout).toBe("");
});

it("plans, deletes, lists and restores", async () => {
	const { stdout } = await run(process.execPath, [join(directory, "program.ts"), sandbox.url]);
	expect(JSON.parse(stdout)).toEqual({
		would: "delete",
		left: 5,
		state: "deleted",
		listed: ["deleted 203.0.113.0/26"],
		restored: "restored",
		problem: "invalid_target: 203.0.113.7/32",
	});
});
