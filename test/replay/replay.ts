// `npm run replay` replays the outage and checks that unbind notices and undoes it. This file only reads the options, prints the
// report and sets the exit code.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { barsOf, isReached } from "./bars.ts";
import { report } from "./report.ts";
import { replay } from "./run.ts";

const { values } = parseArgs({
	options: {
		seed: { type: "string", default: "20260220" },
		kills: { type: "string", default: "20" },
		prefixes: { type: "string", default: "300" },
		bindings: { type: "string", default: "1100" },
		/** In how many prefixes one more binding is left. */
		left: { type: "string", default: "0" },
		skips: { type: "boolean", default: false },
	},
});
function numberOf(text: string): number {
	if (!/^\d{1,9}$/.test(text)) {
		console.error("It takes numbers: npm run replay -- --seed 1 --kills 20 --prefixes 300 --bindings 1100 --left 0");
		process.exit(2);
	}
	return Number(text);
}

const seed = numberOf(values.seed);
const kills = numberOf(values.kills);
const size = {
	prefixes: numberOf(values.prefixes),
	bindings: numberOf(values.bindings),
	left: numberOf(values.left),
};
const startedAtMs = Date.now();
const seconds = () => `${((Date.now() - startedAtMs) / 1000).toFixed(0)} s`.padStart(6);
const dataPath = await mkdtemp(join(tmpdir(), "unbind-replay-"));
console.log(`replay with --seed ${seed} --kills ${kills} --prefixes ${size.prefixes} --bindings ${size.bindings}`);
try {
	const onProgress = (line: string) => console.log(`${seconds()}  ${line}`);
	const seen = await replay({ size, seed, kills, watchMinutes: 10, skips: values.skips, dataPath, onProgress });
	const bars = barsOf(seen);
	console.log(report(seen, bars));
	console.log(`\n${seconds().trim()} in all`);
	if (!isReached(bars)) process.exitCode = 1;
} finally {
	await rm(dataPath, { recursive: true, force: true });
}
