// A form as a browser sends it, read as strictly as a query.
import type * as v from "valibot";
import { cappedText } from "../../capped-body.ts";
import { fail, type Result } from "../../deletion/result.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { type Read, readQuery } from "../request/input.ts";

export const formCapBytes = 16 * 1024;

/** @param lists fields that may be repeated; an empty field that is not required is as none. */
export async function readForm<E extends v.ObjectEntries>(
	request: Request,
	entries: E,
	lists: readonly string[] = [],
): Promise<Result<Read<E>, Problem>> {
	const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
	if (type !== "application/x-www-form-urlencoded") return fail(problem("invalid_request", "Send a form."));
	const text = await cappedText(request.body, formCapBytes);
	if (text === null) return fail(problem("payload_too_large", `A form may have ${formCapBytes} bytes at the most.`));
	const url = new URL(request.url);
	url.search = withoutEmpty(new URLSearchParams(text)).toString();
	return readQuery(url, entries, lists);
}

/** Browsers send the fields that nobody filled in, too. */
export const withoutEmpty = (fields: URLSearchParams): URLSearchParams =>
	new URLSearchParams([...fields].filter(([, value]) => value !== ""));
