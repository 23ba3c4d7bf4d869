// A short chaos with ten kills and a hundred deletions. `npm run chaos` runs a long one.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { judge } from "./judge/judge.ts";
import { isUpright, report } from "./report.ts";
import { runChaos } from "./run.ts";

const seed = 20_260_220;

it("keeps every promise through ten kills, a hundred deletions and faults of every kind", async () => {
	const dataPath = await mkdtemp(join(tmpdir(), "unbind-chaos-"));
	try {
		const judgement = judge(await runChaos({ seed, kills: 10, deletions: 100, dataPath, longestPauseMs: 400 }));
		expect(isUpright(judgement), report(judgement, seed)).toBe(true);
		const { seen } = judgement.facts;
		expect(seen.filter(({ kind }) => kind === "killed")).toHaveLength(10);
		const asked = new Set(seen.filter((one) => one.kind === "asked").map(({ what }) => what));
		expect([...asked]).toEqual(expect.arrayContaining(["approval", "deletion", "restoration"]));
		for (const [promise, { checked }] of judgement.verdicts) expect(checked, promise).toBeGreaterThan(0);
	} finally {
		await rm(dataPath, { recursive: true, force: true });
	}
}, 300_000);
