// A browser's form: whether it is unbind's own, its fields, read as strictly as a query, and what was typed into it.

import * as v from "valibot";
import { cappedText } from "../../capped-body.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { formCapBytes } from "../limits.ts";
import { type Fault, type Problem, problem } from "../reply/problem.ts";
import { type Read, readQuery, timeSchema } from "../request/input.ts";

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

/** A time without a zone, as browsers send it; the form says that it is UTC. */
export const utcMinute = v.pipe(
	v.string(),
	v.transform((text) => (/T\d\d:\d\d(?::\d\d)?$/.test(text) ? `${text}Z` : text)),
	timeSchema,
);

/** What the user typed into a form that is shown again: because it was refused, or because they had to sign in first. */
export interface Refilled {
	/** The text of a field; null if none. */
	typed(name: string): string | null;
	/** Whether the box was ticked. */
	ticked(name: string, value: string): boolean;
	/** What is wrong with the field; null if nothing. */
	mistake(name: string): string | null;
	isEmpty: boolean;
}

export function refilled(fields: URLSearchParams, fault: Fault | null = null): Refilled {
	return {
		typed: (name) => fields.get(name),
		ticked: (name, value) => fields.getAll(name).includes(value),
		mistake: (name) => (fault?.field === name ? `It ${fault.says}.` : null),
		isEmpty: fields.size === 0,
	};
}

/** Signing in keeps the fields in the address. */
export const keptIn = (query: { [name: string]: unknown }): Refilled =>
	refilled(
		new URLSearchParams(
			Object.entries(query).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
		),
	);

/**
 * Whether a POST comes from unbind's own form, not from another site that uses the visitor's cookie.
 * Current browsers send at least one of these two headers; a request with neither is refused. The page's Referrer-Policy
 * must let the origin through.
 */
export function isFromOwnOrigin(request: Request): boolean {
	const origin = request.headers.get("origin");
	const site = request.headers.get("sec-fetch-site");
	if (origin === null && site === null) return false;
	return (origin === null || origin === new URL(request.url).origin) && (site === null || site === "same-origin");
}
