import { expect, it } from "vitest";
import { failureProblem, type LedgerFailure } from "../../../src/doors/reply/failure.ts";

it.each([
	["the freeze in force, as version 0.1.0 gives it", { reason: "INC-1", by: { name: "ci", door: "api" }, until: null }],
	["a code of the next release", { code: "outside_window", detail: "Not now." }],
])("answers 409, and when to try again, to %s", (_, given) => {
	const failure: LedgerFailure = JSON.parse(JSON.stringify(given));
	expect(failureProblem(failure, { deletion_id: "7zz" })).toMatchObject({
		code: "conflict",
		status: 409,
		detail: expect.stringContaining("Try again in a minute"),
		headers: { "retry-after": "60" },
	});
});
