// `npm run mutations` takes one safeguard after another out of a scratch copy, and checks that the nearest tests or a
// short chaos fail. A mutation that survives is a gap in the tests. The working tree is not changed.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { root } from "../../sandbox/wrangler.ts";
import type { Mutation } from "./mutation.ts";
import { mutations } from "./taken-out.ts";

interface Outcome {
	/** The tests that failed, or the promises that the chaos found broken. */
	caughtBy: string[];
	seconds: number;
}

const shortChaos = ["--seed", "3", "--kills", "12", "--deletions", "120"];

const { values } = parseArgs({
	options: { only: { type: "string" }, "no-chaos": { type: "boolean", default: false } },
});
const chosen = mutations.filter(({ name }) => values.only === undefined || name.includes(values.only));
if (chosen.length === 0) throw new Error(`no mutation is called ${values.only}`);
const copyPath = await mkdtemp(join(tmpdir(), "unbind-mutations-"));
let survived = 0;
try {
	await copyProject(copyPath);
	const nothing: Mutation = {
		name: "nothing taken out",
		patch: null,
		tests: [...new Set(chosen.flatMap(({ tests }) => tests))],
		chaos: true,
	};
	console.log(row("taken out", "tests that fail", "promises that the chaos finds broken"));
	for (const mutation of [nothing, ...chosen]) {
		const undo = await apply(mutation.patch);
		const tests = await runTests(mutation.tests);
		const chaos = mutation.chaos && !values["no-chaos"] ? await runChaos() : null;
		await undo();
		const caught = [tests, chaos].some((outcome) => outcome !== null && outcome.caughtBy.length > 0);
		if (caught === (mutation.patch === null)) survived += 1;
		console.log(row(mutation.name, told(tests), chaos === null ? "not asked" : told(chaos)));
	}
} finally {
	await rm(copyPath, { recursive: true, force: true });
}
console.log(survived === 0 ? "\nEach is caught." : `\n${survived} not as it should be.`);
process.exitCode = survived === 0 ? 0 : 1;

/** Copies the files that git tracks or would add, and links the installed packages. */
async function copyProject(to: string): Promise<void> {
	const { out } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], root);
	for (const file of out.split("\n").filter((name) => name !== "" && name !== "node_modules")) {
		await mkdir(dirname(join(to, file)), { recursive: true });
		await cp(join(root, file), join(to, file));
	}
	await symlink(join(root, "node_modules"), join(to, "node_modules"));
}

/** Resolves to an undo function. A patch that does not fit is an error, because the code has changed. */
async function apply(patch: Mutation["patch"]): Promise<() => Promise<void>> {
	if (patch === null) return async () => {};
	const path = join(copyPath, patch.file);
	const original = await readFile(path, "utf8");
	if (original.split(patch.replace).length !== 2) throw new Error(`${patch.file} does not hold once: ${patch.replace}`);
	await writeFile(
		path,
		original.replace(patch.replace, () => patch.by),
	);
	return () => writeFile(path, original);
}

async function runTests(files: readonly string[]): Promise<Outcome> {
	const reportPath = join(copyPath, ".wrangler", "report.json");
	const vitest = join(copyPath, "node_modules", "vitest", "vitest.mjs");
	const args = [vitest, "run", "--reporter=json", `--outputFile=${reportPath}`, ...files];
	await rm(reportPath, { force: true });
	const { seconds, out } = await run(process.execPath, args, copyPath);
	const report: {
		numTotalTests: number;
		testResults: { assertionResults: { status: string; fullName: string }[] }[];
	} = JSON.parse(await readFile(reportPath, "utf8").catch(() => "null"));
	if (report === null || report.numTotalTests === 0) throw new Error(`the tests did not run:\n${out}`);
	const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
	const failed = results.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
	return { caughtBy: failed, seconds };
}

async function runChaos(): Promise<Outcome> {
	const { code, out, seconds } = await run(process.execPath, ["test/chaos/chaos.ts", ...shortChaos], copyPath);
	if (!out.includes("in all")) throw new Error(`the chaos did not come to its end:\n${out}`);
	const broken = [...out.matchAll(/^(.{20,50}?) +\d+ +\d+$/gm)].map(([, promise = ""]) => promise);
	return { caughtBy: code === 0 ? [] : broken, seconds };
}

async function run(command: string, args: readonly string[], cwd: string) {
	const startedAtMs = Date.now();
	const child = spawn(command, args, {
		cwd,
		env: { ...process.env, WRANGLER_LOG: "none", WRANGLER_SEND_METRICS: "false" },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", resolve);
	});
	const [code, out, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
	return { code, out: out + errors, seconds: (Date.now() - startedAtMs) / 1000 };
}

function told({ caughtBy: [first, ...others], seconds }: Outcome): string {
	const more = others.length === 0 ? "" : ` and ${others.length} more`;
	return `${first === undefined ? "none" : `${first}${more}`} (${seconds.toFixed(0)} s)`;
}

function row(...cells: [string, string, string]): string {
	return `| ${cells.join(" | ")} |`;
}
