// Makes every request in the docs, in the order of the page, against the sandbox, and checks its answer. In an answer "…"
// matches anything, and members that are left out are not checked.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { buildWorker } from "../../sandbox/wrangler.ts";
import { type Block, type Page, pages } from "./pages.ts";

interface Example {
	command: string;
	/** The block right after the command. */
	answer: Block | null;
}

function examplesIn({ blocks }: Page): Example[] {
	return blocks.flatMap(({ language, text }, index) => {
		if (language !== "sh" || !text.includes("http://localhost:87")) return [];
		const next = blocks[index + 1];
		return [{ command: text.trim(), answer: next === undefined || next.lead.trim() !== "" ? null : next }];
	});
}

// Not the synchronous kind: this process answers for Cloudflare.
const run = promisify(execFile);

let directory: string;
beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-"));
	await buildWorker(join(directory, "bundle"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

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

const shown = pages.map((page) => ({ path: page.path, examples: examplesIn(page) }));

it("examples are in the pages that need them", () => {
	const counts = Object.fromEntries(shown.map(({ path, examples }) => [path, examples.length]));
	expect(counts["README.md"]).toBe(5);
	expect(counts["docs/api.md"]).toBeGreaterThan(10);
	for (const name of ["webhooks", "chat", "operating"]) expect(counts[`docs/${name}.md`]).toBeGreaterThan(0);
});

describe.each(shown.filter(({ examples }) => examples.length > 0))("$path", ({ path, examples }) => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		const dataPath = await mkdtemp(join(directory, "data-"));
		sandbox = await startSandbox({ dataPath, bundlePath: join(directory, "bundle") });
	});
	afterAll(() => sandbox.stop());

	it.each(examples)("$command", async ({ command, answer }) => {
		const here = command
			.replaceAll("http://localhost:8787", sandbox.url)
			.replaceAll("http://localhost:8788", sandbox.imitationUrl);
		const { stdout: output } = await run("bash", ["-c", here.replaceAll(/\bcurl (?!-s)/g, "curl -s ")]);
		if (answer === null) throw new Error(`${path} does not say what comes back`);
		if (answer.language !== "json") return expect(output.replaceAll("\r", "")).toMatch(pattern(answer.text));
		const sample: unknown = JSON.parse(answer.text);
		expect(sample, "a sample that says nothing").not.toEqual({});
		const answered: unknown = JSON.parse(output.trim());
		expect(answered).toMatchObject(anything(sample) as object);
		if (!isWhole(sample, answered))
			expect(answer.before, "it has to say that samples leave out fields").toContain("leave out");
	});
});
