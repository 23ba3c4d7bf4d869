// Compares an RFC 9457 answer with all that it must contain.
import { expect } from "vitest";
import type { Answer } from "../harness.ts";

export interface ExpectedProblem {
	status: number;
	code: string;
	title: string;
	detail: string;
	[evidence: string]: unknown;
}

const speakingHeaders = [
	"accept",
	"accept-encoding",
	"allow",
	"idempotency-replayed",
	"location",
	"retry-after",
	"www-authenticate",
];
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @param headers those of `speakingHeaders` that the answer has. Any other must be absent. */
export function expectProblem(answer: Answer, problem: ExpectedProblem, headers: Record<string, string> = {}): void {
	const requestId = answer.headers.get("x-request-id");
	expect(requestId).toMatch(uuid);
	expect(answer.json).toEqual({ type: `urn:unbind:${problem.code}`, request_id: requestId, ...problem });
	expect(answer.status).toBe(problem.status);
	expect(answer.headers.get("content-type")).toBe("application/problem+json");
	expect(answer.headers.get("link")).toBe(`</problems/${problem.code}>; rel="help"`);
	const given = speakingHeaders.filter((name) => answer.headers.has(name));
	expect(Object.fromEntries(given.map((name) => [name, answer.headers.get(name)]))).toEqual(headers);
}
