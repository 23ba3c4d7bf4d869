// The safeguards whose loss a test must notice: where each one is, the code without it, and the tests that should fail.
// A patch replaces a text that occurs once in its file.

import type { Mutation } from "./mutation.ts";
import { worldMutations } from "./taken-out-in-the-world.ts";
import { restorationMutations } from "./taken-out-of-restorations.ts";
import { watchMutations } from "./taken-out-of-the-watch.ts";

const safeguards: readonly Mutation[] = [
	{
		name: "the intent's commit before the DELETE",
		patch: {
			file: "src/deletion/steps/careful.ts",
			replace:
				'\t\t\t\tkeep(withEvent(deletion, nowMs, "sent", { attempt: step.progress.callsSent }), lookAfterMs);\n\t\t\t\tnews = await makeCall(errand);\n',
			by: '\t\t\t\tnews = await makeCall(errand);\n\t\t\t\tkeep(withEvent(deletion, nowMs, "sent", { attempt: step.progress.callsSent }), lookAfterMs);\n',
		},
		tests: ["test/promises/recorded-first.test.ts", "test/deletion/stops.unit.test.ts"],
		chaos: true,
	},
	{
		name: "the alarm",
		patch: {
			file: "src/ledger/alarm-clock.ts",
			replace: "void storage.setAlarm(atMs);",
			by: "",
		},
		tests: ["test/promises/recorded-first.test.ts", "test/promises/never-lost.test.ts"],
		chaos: true,
	},
	{
		name: "the read-back",
		patch: {
			file: "src/deletion/steps/careful-rules.ts",
			replace: '\t{ in: "sent", on: "go", to: "doubtful", do: "look" },\n',
			by: '\t{ in: "sent", on: "go", when: "may_send", to: "sent_again", do: "send" },\n\t{ in: "sent", on: "unclear", when: "may_send", to: "sent_again", do: "send" },\n\t{ in: "sent", on: "go", to: "doubtful", do: "look" },\n',
		},
		tests: ["test/promises/once.test.ts", "test/deletion/steps/careful.unit.test.ts"],
		chaos: true,
	},
	{
		name: "the idempotency check",
		patch: {
			file: "src/deletion/steps/claims.ts",
			replace: "lasting } of claims) {\n		const earlier",
			by: "lasting } of claims.slice(0, 0)) {\n		const earlier",
		},
		tests: ["test/promises/once.test.ts", "test/deletion/steps/claims.unit.test.ts"],
		chaos: true,
	},
	{
		name: "what is in flight, from the budget's count",
		patch: {
			file: "src/ledger/journal-reads.ts",
			replace: "const begunStates = \"('deleting', 'unknown', 'deleted',",
			by: "const begunStates = \"('deleted',",
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
	{
		name: "the second try of a delivery",
		patch: {
			file: "src/ledger/notify/attempt.ts",
			replace: ': { state: "waiting", nextMs: nowMs + pauseMs, failure, health };',
			by: ': { state: "delivered", nextMs: null, failure, health };',
		},
		tests: ["test/ledger/notify"],
		chaos: true,
	},
];

export const mutations: readonly Mutation[] = [
	...safeguards,
	...worldMutations,
	...restorationMutations,
	...watchMutations,
];
