// Makes every request in the README, in order, against the sandbox, and checks its answer. In an answer "…" matches
// anything, and members that are left out are not checked.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

interface Example {
	command: string;
	/** Whether it is the first one after the README says to start with fresh data. */
	beginsAnew: boolean;
	/** The block right after the command. */
	answer: { language: string; text: string } | null;
}

const readme = readFileSync("README.md", "utf8");
const blocks = [...readme.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)];
const examples: Example[] = blocks.flatMap((block, index) => {
	const [, , language, text = ""] = block;
	if (language !== "sh" || !text.includes("http://localhost:87")) return [];
	const next = blocks[index + 1];
	const between = next === undefined ? "x" : readme.slice(block.index + block[0].length, next.index);
	const answer = next === undefined || between.trim() !== "" ? null : { language: next[2] ?? "", text: next[3] ?? "" };
	const before = readme.slice(blocks[index - 1]?.index ?? 0, block.index);
	return [{ command: text.trim(), beginsAnew: before.includes("On fresh data"), answer }];
});

// Not the synchronous version, since this process answers for Cloudflare.
const run = promisify(execFile);

let sandbox: Sandbox;
const begin = async (): Promise<void> => {
	sandbox = await startSandbox({ dataPath: mkdtempSync(join(tmpdir(), "unbind-")), fresh: true });
};
beforeAll(begin);
afterAll(() => sandbox.stop());

const anything = (value: unknown): unknown => {
	if (value === "…") return expect.anything();
	if (Array.isArray(value)) return value.map(anything);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, member]) => [
			name,
			name === "duration_ms" ? expect.any(Number) : anything(member),
		]),
	);
};

/** A pattern in which "…" matches anything. */
const pattern = (text: string): RegExp =>
	new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replaceAll("…", "[^]+?")}$`);

describe("the README", () => {
	it("shows requests", () => expect(examples.length).toBeGreaterThan(8));

	it.each(examples)("$command", async ({ command, beginsAnew, answer }) => {
		if (beginsAnew) {
			await sandbox.stop();
			await begin();
		}
		const here = command
			.replaceAll("http://localhost:8787", sandbox.url)
			.replaceAll("http://localhost:8788", sandbox.imitationUrl);
		const { stdout: output } = await run("bash", ["-c", here.replaceAll(/\bcurl (?!-s)/g, "curl -s ")]);
		if (answer === null) throw new Error("the README does not say what comes back");
		if (answer.language !== "json") expect(output.replaceAll("\r", "")).toMatch(pattern(answer.text));
		else
			expect(JSON.parse(output.trim().split("\n").at(-1) ?? "")).toMatchObject(
				anything(JSON.parse(answer.text)) as object,
			);
	});

	it("starts unbind and its tests with two commands from package.json", () => {
		const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
		// Each command has its own block: the first one keeps running, so a second one pasted after it would wait.
		const commands = blocks.map(([, , , text = ""]) => text.trim()).filter((text) => text.startsWith("npm ci"));
		expect(commands).toEqual(["npm ci && npm start", "npm ci && npm test"]);
		expect(scripts).toMatchObject({ start: expect.any(String), test: expect.any(String) });
		for (const [, name] of readme.matchAll(/`npm run ([a-z:]+)/g)) expect(scripts).toHaveProperty([name ?? ""]);
	});

	it("names every setting that unbind reads", () => {
		const [, config = ""] = readFileSync("src/config.ts", "utf8").split("const settings = ");
		const credential = readFileSync("src/config/credential.ts", "utf8");
		const names = `${config}${credential}`.matchAll(/^\t([A-Z_]{4,}): |"(CLOUDFLARE_[A-Z_]+)"/gm);
		const settings = new Set([...names].map(([, one, other]) => one ?? other ?? ""));
		expect(settings.size).toBeGreaterThan(10);
		for (const name of settings) expect(readme).toContain(name);
	});
});
