// `npm run chaos` runs deletions under faults and checks the promises. This file only reads the options, prints the
// report and sets the exit code.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judge } from "./judge/judge.ts";
import { isUpright, report } from "./report.ts";
import { runChaos } from "./run.ts";

const { values } = parseArgs({
	options: {
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		kills: { type: "string", default: "200" },
		deletions: { type: "string", default: "2000" },
		/** A file to write the evidence to, for investigating a failure. */
		evidence: { type: "string" },
	},
});
function numberOf(text: string): number {
	if (!/^\d{1,9}$/.test(text)) {
		console.error("It takes numbers: npm run chaos -- --seed 1 --kills 200 --deletions 2000");
		process.exit(2);
	}
	return Number(text);
}

const seed = numberOf(values.seed);
const kills = numberOf(values.kills);
const deletions = numberOf(values.deletions);

const startedAtMs = Date.now();
const seconds = () => `${((Date.now() - startedAtMs) / 1000).toFixed(0)} s`.padStart(6);
const dataPath = await mkdtemp(join(tmpdir(), "unbind-chaos-"));
console.log(`chaos with --seed ${seed} --kills ${kills} --deletions ${deletions}`);
try {
	const evidence = await runChaos({
		seed,
		kills,
		deletions,
		dataPath,
		longestPauseMs: 300,
		onProgress: (line) => console.log(`${seconds()}  ${line}`),
	});
	if (values.evidence !== undefined) await writeFile(values.evidence, JSON.stringify(evidence));
	const judgement = judge(evidence);
	console.log(report(judgement, seed));
	console.log(`\n${seconds().trim()} in all`);
	if (!isUpright(judgement)) process.exitCode = 1;
} finally {
	await rm(dataPath, { recursive: true, force: true });
}
