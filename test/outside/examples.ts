// Makes every request that a page shows, in the order of the page, against a sandbox of its own, and checks its answer. In an
// answer "…" matches anything, and members that are left out are not checked.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/sandbox.ts";
import type { Block, Page } from "./pages.ts";

interface Example {
	command: string;
	/** The block right after the command. */
	answer: Block | null;
}

export function examplesIn({ blocks }: Page): Example[] {
	return blocks.flatMap(({ language, text }, index) => {
		if (language !== "sh" || !text.includes("http://localhost:87")) return [];
		const next = blocks[index + 1];
		return [{ command: text.trim(), answer: next === undefined || next.lead.trim() !== "" ? null : next }];
	});
}

// Not the synchronous kind: this process answers for Cloudflare.
const run = promisify(execFile);

const anything = (value: unknown): unknown => {
	if (value === "…") return expect.anything();
	if (Array.isArray(value)) return value.map(anything);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, anything(member)]));
};

/** Whether an answer has no field that the sample lacks. */
function isWhole(sample: unknown, answer: unknown): boolean {
	if (typeof sample !== "object" || sample === null || typeof answer !== "object" || answer === null) return true;
	const samples = new Map(Object.entries(sample));
	return Object.entries(answer).every(([name, member]) => samples.has(name) && isWhole(samples.get(name), member));
}

/** A pattern in which "…" matches anything. */
const pattern = (text: string): RegExp =>
	new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replaceAll("…", "[^]+?")}$`);

export interface HowToRun {
	/** A bundle that is there already. */
	bundlePath?: () => string;
	/** How the page's sandbox differs from the default one. */
	sandbox?: Pick<SandboxOptions, "bindings" | "settlingSeconds">;
	/** Runs before the first example. */
	prepare?: (sandbox: Sandbox) => Promise<void>;
	/** For one example. */
	timeoutMs?: number;
}

export function testExamples(
	page: Page,
	{ bundlePath, sandbox: options, prepare, timeoutMs = 120_000 }: HowToRun = {},
): void {
	describe(page.path, () => {
		let directory: string;
		let sandbox: Sandbox;
		beforeAll(async () => {
			directory = await mkdtemp(join(tmpdir(), "unbind-"));
			const dataPath = join(directory, "data");
			sandbox = await startSandbox({ dataPath, ...(bundlePath && { bundlePath: bundlePath() }), ...options });
		});
		afterAll(async () => {
			await sandbox.stop();
			await rm(directory, { recursive: true, force: true });
		});

		if (prepare !== undefined) it("is ready", () => prepare(sandbox));

		it.each(examplesIn(page))("$command", { timeout: timeoutMs }, async ({ command, answer }) => {
			const here = command
				.replaceAll("http://localhost:8787", sandbox.url)
				.replaceAll("http://localhost:8788", sandbox.imitationUrl);
			const { stdout: output } = await run("bash", ["-c", here.replaceAll(/\bcurl (?!-s)/g, "curl -s ")]);
			if (answer === null) throw new Error(`${page.path} does not say what comes back`);
			if (answer.language !== "json") return expect(output.replaceAll("\r", "")).toMatch(pattern(answer.text));
			const sample: unknown = JSON.parse(answer.text);
			expect(sample, "a sample that says nothing").not.toEqual({});
			const answered: unknown = JSON.parse(output.trim());
			expect(answered).toMatchObject(anything(sample) as object);
			if (!isWhole(sample, answered))
				expect(answer.before, "it has to say that samples leave out fields").toContain("leave out");
		});
	});
}
