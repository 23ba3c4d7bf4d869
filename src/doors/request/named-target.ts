// Reads a target from a path or a body, and says what is wrong with it.

import { parseTarget, type Target } from "../../deletion/address/target.ts";
import { fail, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { quoted } from "./input.ts";

/** The router does not decode paths. A CIDR's slash may come as / or %2F. */
export function targetInPath(text: string, context: Context): Result<Target, Problem> {
	let decoded: string;
	try {
		decoded = decodeURIComponent(text);
	} catch {
		return fail(problem("invalid_target", `${quoted(text)} is not valid percent-encoding.`));
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
	if (target.ok) return target;
	const { failure } = target;
	const name = quoted(failure.named);
	const invalid = (detail: string, evidence = {}) => fail(problem("invalid_target", detail, evidence));
	switch (failure.reason) {
		case "bare_address": {
			const { hint } = failure;
			return invalid(`${name} is an address. Name the binding by its CIDR: did you mean ${hint}?`, { hint });
		}
		case "host_bits":
			return invalid(`${name} has host bits. Did you mean ${failure.hint}?`, { hint: failure.hint });
		case "not_a_target":
			return invalid(
				`${name} names no binding. Name one by its CIDR (203.0.113.128/25), its id (32 hex digits or a dashed UUID), or an alias from the configuration.`,
			);
	}
}
