// The safeguards that must not be missing unnoticed: where each stands, what the code is without it, and who should
// notice. A patch is a piece of text that occurs once in its file.

import type { Mutation } from "./mutation.ts";
import { worldMutations } from "./taken-out-in-the-world.ts";

const safeguards: readonly Mutation[] = [
	{
		name: "the intent's commit before the DELETE",
		patch: {
			file: "src/deletion/careful.ts",
			replace: "	errand.keep(sent, progress, sentAtMs + lookAfterMs);\n",
			by: "",
		},
		tests: ["test/promises/recorded-first.test.ts", "test/deletion/stops.test.ts"],
		chaos: true,
	},
	{
		name: "the alarm",
		patch: {
			file: "src/ledger/ledger.ts",
			replace: "void this.ctx.storage.setAlarm(atMs);",
			by: "",
		},
		tests: ["test/promises/recorded-first.test.ts", "test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		name: "the read-back",
		patch: {
			file: "src/deletion/careful.ts",
			replace: "const next = progress.readBackFirst ? lookAgain : maySend(",
			by: "const next = maySend(",
		},
		tests: ["test/promises/once.test.ts", "test/deletion/read-back.test.ts"],
		chaos: true,
	},
	{
		name: "the idempotency check",
		patch: {
			file: "src/deletion/admit.ts",
			replace: "of claims) {\n		const earlier",
			by: "of claims.slice(0, 0)) {\n		const earlier",
		},
		tests: ["test/promises/once.test.ts", "test/deletion/idempotency.test.ts"],
		chaos: true,
	},
	{
		name: "what is in flight, from the budget's count",
		patch: {
			file: "src/ledger/journal.ts",
			replace: "begun_at > ?2 AND state IN ('deleting', 'unknown', 'deleted',",
			by: "begun_at > ?2 AND state IN ('deleted',",
		},
		tests: ["test/lifecycle/budget.test.ts"],
		chaos: false,
	},
	{
		name: "the outbox's second try",
		patch: {
			file: "src/ledger/outbox.ts",
			replace: "if (outcome.ok) {",
			by: "if (outcome !== null) {",
		},
		tests: ["test/promises/never-lost.test.ts"],
		chaos: true,
	},
];

export const mutations: readonly Mutation[] = [...safeguards, ...worldMutations];
