// A small outage with two kills while it is undone. `npm run replay` replays the whole one.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { barsOf, isReached } from "./bars.ts";
import { report } from "./report.ts";
import { replay } from "./run.ts";

it("notices an outage, and one action undoes it through two kills", async () => {
	const dataPath = await mkdtemp(join(tmpdir(), "unbind-replay-"));
	try {
		const size = { prefixes: 6, bindings: 20, left: 2 };
		const seen = await replay({ size, seed: 1, kills: 2, watchMinutes: 2, skips: true, dataPath });
		// A look at all of the account, and two lists for each of two restorations.
		const bars = barsOf(seen, 1 + size.prefixes + 4);
		expect(isReached(bars), report(seen, bars)).toBe(true);
	} finally {
		await rm(dataPath, { recursive: true, force: true });
	}
});
