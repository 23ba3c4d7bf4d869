// Reads a target from a path or a body, and says what is wrong with it.

import { parseTarget, type Target } from "../../deletion/address/target.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { shown } from "./input.ts";

/** The router does not decode paths. A CIDR's slash may come as / or %2F. */
export function targetInPath(text: string, context: Context): Result<Target, Problem> {
	let decoded: string;
	try {
		decoded = decodeURIComponent(text);
	} catch {
		return fail(problem("invalid_target", `${shown(text)} is not valid percent-encoding.`));
	}
	return targetIn(decoded, context);
}

/** Only deletions and plans need a target, so this refuses while deletions are closed. */
export function targetIn(text: string, context: Context): Result<Target, Problem> {
	const closed = closedProblem("deletions", context);
	return closed === null ? targetNamed(text, context.config.aliases) : fail(closed);
}

export function targetNamed(text: string, aliases: ReadonlyMap<string, string>): Result<Target, Problem> {
	const target = parseTarget(text, aliases);
	if (target.ok) return ok(target.value);
	const { failure } = target;
	switch (failure.reason) {
		case "bare_address":
			return fail(
				problem(
					"invalid_target",
					`${shown(failure.named)} is an address. Name the binding by its CIDR: did you mean ${failure.hint}?`,
					{ hint: failure.hint },
				),
			);
		case "host_bits":
			return fail(
				problem("invalid_target", `${shown(failure.named)} has host bits. Did you mean ${failure.hint}?`, {
					hint: failure.hint,
				}),
			);
		case "not_a_target":
			return fail(
				problem(
					"invalid_target",
					`${shown(failure.named)} names no binding. Name one by its CIDR (203.0.113.128/25), its id (32 hex digits or a dashed UUID), or an alias from the configuration.`,
				),
			);
	}
}
