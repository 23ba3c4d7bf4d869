// The watch's memory over the Ledger's own tables, with one prefix of two bindings that it has seen, and what it found.
import { DatabaseSync } from "node:sqlite";
import { migrate } from "../../../src/ledger/migrations.ts";
import { createWatchMemory } from "../../../src/ledger/watch/memory.ts";
import type { Finding } from "../../../src/watch/judge.ts";
import type { MassJudgement } from "../../../src/watch/mass.ts";
import { bindingOf, id } from "../../deletion/world.ts";
import { storageOf } from "../../node-sqlite.ts";
import { noonMs } from "../a-storage.ts";

export const prefixId = id("f1");
export const [one, other] = [bindingOf(id("a1"), "203.0.113.0/26"), bindingOf(id("a2"), "203.0.113.64/26")];
const minuteMs = 60_000;
export const minute = (minutes: number) => ({
	beginMs: noonMs + minutes * minuteMs,
	endMs: noonMs + minutes * minuteMs + 1,
});

export function memoryOf(isBroken = () => false) {
	const storage = storageOf(new DatabaseSync(":memory:"));
	migrate(storage);
	const findings: Finding["kind"][] = [];
	const masses: MassJudgement[] = [];
	const memory = createWatchMemory(storage, {
		keepFinding(finding) {
			if (isBroken()) throw new Error("out of space");
			findings.push(finding.kind);
		},
		keepMasses: (judged) => void masses.push(judged),
	});
	memory.takeAccount({ ...minute(0), seen: [{ id: prefixId, cidr: "203.0.113.0/24" }] });
	memory.takePrefix({ prefixId, ...minute(0), seen: [one, other] });
	/** Two looks miss it. */
	const miss = () => {
		for (const minutes of [10, 13]) memory.takePrefix({ prefixId, ...minute(minutes), seen: [other] });
	};
	return { storage, memory, findings, masses, miss };
}
