// The safeguards of many restorations: the order, the pace, and whose authority counts. Each name says what is taken out.
import type { Mutation } from "./mutation.ts";

const tests = "test/ledger/restorations";
const carryOut = "src/ledger/restorations/carry-out.ts";

export const restorationMutations: readonly Mutation[] = [
	{
		// Cloudflare refuses a first binding that is not the prefix's own CIDR.
		name: "the least specific binding of a prefix first",
		patch: {
			file: "src/deletion/restorations/order.ts",
			replace: "turn.toSorted((a, b) => lengthOf(a) - lengthOf(b))",
			by: "turn",
		},
		tests: [tests, "test/deletion/restorations/order.unit.test.ts"],
		chaos: false,
	},
	{
		name: "waiting for what is not settled in the prefix",
		patch: { file: carryOut, replace: "!busy.has(plainId(prefixId)) &&", by: "" },
		tests: [tests],
		chaos: false,
	},
	{
		name: "the number of calls in one go",
		patch: { file: carryOut, replace: "calls < restoringCallsAtMost && ", by: "" },
		tests: [tests],
		chaos: false,
	},
	{
		name: "lists that serve several restorations",
		patch: {
			file: "src/deletion/restorations/remembered-lists.ts",
			replace: "if (present !== undefined) return present.answer;",
			by: "",
		},
		tests: [tests, "test/deletion/restorations/remembered-lists.unit.test.ts"],
		chaos: false,
	},
	{
		// Who asked may have lost the scope meanwhile.
		name: "the authority of who asked for many, read again",
		patch: {
			file: "src/ledger/restorations/requests.ts",
			replace: 'return scopes.includes("restore") ? { ...requestedBy, scopes, ranges } : "none";',
			by: 'return { ...requestedBy, scopes: [...scopes, "restore"], ranges };',
		},
		tests: [tests],
		chaos: false,
	},
	{
		// Without it, the rate limit's refusal would be the end.
		name: "another try after the rate limit",
		patch: {
			file: "src/ledger/restorations/item-outcomes.ts",
			replace: "isHeldUp(record) && ",
			by: "false && ",
		},
		tests: [tests],
		chaos: false,
	},
];
