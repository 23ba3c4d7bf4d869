import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { readConfig } from "../../src/config.ts";

const run = (...args: string[]) => execFileSync(process.execPath, ["scripts/token.ts", ...args], { encoding: "utf8" });
const tokenIn = (output: string) => /unbind_[\w-]{43}/.exec(output)?.[0] ?? "";
const jsonIn = (output: string) => output.trim().split("\n").at(-1) ?? "";

describe("npm run token", () => {
	it("prints the token once, with a TOKENS value that unbind accepts", () => {
		const output = run("ci", "read", "delete", "--range", "203.0.113.0/24", "--range", "2001:db8::/32");
		const token = tokenIn(output);
		expect(output.split(token)).toHaveLength(2);
		const config = readConfig({ ...sandboxBindings, TOKENS: jsonIn(output) });
		if (!config.ok) throw new Error("refused");
		const [holder] = config.value.tokenHolders;
		expect(holder).toMatchObject({
			name: "ci",
			scopes: ["read", "delete"],
			ranges: ["203.0.113.0/24", "2001:db8::/32"],
		});
		expect(Buffer.from(holder?.digest ?? []).toString("hex")).toBe(createHash("sha256").update(token).digest("hex"));
	});

	it("makes a new token each time", () => {
		expect(tokenIn(run("ci", "read"))).not.toBe(tokenIn(run("ci", "read")));
	});

	it("adds to a file of digests and never writes a token to it", () => {
		const file = join(mkdtempSync(join(tmpdir(), "unbind-")), "tokens.json");
		const tokens = [run("ci", "delete", "--into", file), run("noc", "read", "approve", "--into", file)].map(tokenIn);
		const kept = readFileSync(file, "utf8");
		expect(Object.keys(JSON.parse(kept))).toEqual(["ci", "noc"]);
		for (const token of tokens) expect(kept).not.toContain(token);
	});

	it.each([
		["a missing name", [], "A name has at most 64"],
		["a missing scope", ["ci"], "at least one scope"],
		["an unknown scope", ["ci", "write"], 'Unknown scope "write"'],
		["a range with host bits", ["ci", "read", "--range", "203.0.113.1/24"], "Did you mean 203.0.113.0/24?"],
		["an unknown option", ["ci", "read", "--scope"], "Usage:"],
	])("refuses %s with the usage", (_, args, sentence) => {
		const { status, stderr, stdout } = spawnSync(process.execPath, ["scripts/token.ts", ...args], { encoding: "utf8" });
		expect(status).toBe(1);
		expect(stdout).toBe("");
		expect(stderr).toContain(sentence);
		expect(stderr).toContain("Usage:");
	});
});
