// Reads a browser's form as strictly as a query.
import type * as v from "valibot";
import { cappedText } from "../../capped-body.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { type Read, readQuery } from "../request/input.ts";

export const formCapBytes = 16 * 1024;

/** The raw fields. */
export async function fieldsOf(request: Request): Promise<Result<URLSearchParams, Problem>> {
	const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
	if (type !== "application/x-www-form-urlencoded")
		return fail(problem("invalid_request", "Send the fields as application/x-www-form-urlencoded."));
	const text = await cappedText(request.body, formCapBytes);
	if (text === null) return fail(problem("payload_too_large", `The form is longer than ${formCapBytes} bytes.`));
	return ok(new URLSearchParams(text));
}

/** Treats an empty field as missing. @param lists fields that may repeat. */
export function readFields<E extends v.ObjectEntries>(
	fields: URLSearchParams,
	entries: E,
	lists: readonly string[] = [],
): Result<Read<E>, Problem> {
	const url = new URL("https://form.invalid/");
	url.search = withoutEmpty(fields).toString();
	return readQuery(url, entries, lists);
}

/** Browsers also send fields left empty. */
export const withoutEmpty = (fields: URLSearchParams): URLSearchParams =>
	new URLSearchParams([...fields].filter(([, value]) => value !== ""));
