// Authentication for the doors where a sender or platform proves each message. Caps the body, checks the proof over the raw
// bytes, and only then hands the body on to be parsed.

import { cappedBytes } from "../../capped-body.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import type { Context } from "../context.ts";
import { signedCapBytes } from "../limits.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { tooManyFailures } from "./failure-limit.ts";
import { type Proof, prove } from "./proof.ts";
import type { Scheme } from "./schemes.ts";

interface Provable {
	scheme: Scheme;
	secrets: readonly string[];
}

interface Proven<Prover> extends Proof {
	prover: Prover;
	body: Uint8Array<ArrayBuffer>;
}

/**
 * A message without proof is logged but leaves no record, because it belongs to nobody.
 * @param prover null if there is no such sender. The answer is the same as for a wrong proof, so nobody can probe for names.
 */
export async function provenBody<Prover extends Provable>(
	request: Request,
	who: string,
	prover: Prover | null,
	context: Context,
): Promise<Result<Proven<Prover>, Problem>> {
	const body = await cappedBytes(request.body, signedCapBytes);
	if (body === null) return fail(problem("payload_too_large", `The body is longer than ${signedCapBytes} bytes.`));
	const unproven = (why: string) =>
		log("warn", "unproven", { request_id: context.requestId, sender: who.slice(0, 64), why });
	if (prover === null) unproven("no_such_sender");
	else {
		const proof = await prove(prover.scheme, prover.secrets, request.headers, body, Date.now());
		if (proof.ok) return ok({ ...proof.value, prover, body });
		unproven(proof.failure);
	}
	return fail((await tooManyFailures(request, context)) ?? notProven);
}

/** The same for every failure, so nobody learns which senders and chats exist. */
export const notProven = problem(
	"unauthorized",
	"The signature or secret does not match any sender in unbind's configuration.",
);
