// A browser's form: whether it is unbind's own, its fields, read as strictly as a query, and what was typed into it.

import * as v from "valibot";
import { cappedText } from "../../capped-body.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { formCapBytes } from "../limits.ts";
import { type Problem, problem } from "../reply/problem.ts";
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

/** Treats an empty field as missing. */
export function readFields<E extends v.ObjectEntries>(fields: URLSearchParams, entries: E): Result<Read<E>, Problem> {
	const url = new URL("https://form.invalid/");
	url.search = withoutEmpty(fields).toString();
	return readQuery(url, entries);
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
	isEmpty: boolean;
	/** Of the page that shows it. */
	status: number;
	/** The field's name, with the text in it and what is wrong with it, if anything. */
	field(name: string): { name: string; value: string | null; mistake: string | null };
	/** Whether the box was ticked. */
	ticked(name: string, value: string): boolean;
}

export const refilled = (fields: URLSearchParams, refusal: Problem | null): Refilled => ({
	isEmpty: fields.size === 0,
	status: refusal?.status ?? 200,
	field: (name) => ({
		name,
		value: fields.get(name),
		mistake: refusal?.fault?.field === name ? `It ${refusal.fault.says}.` : null,
	}),
	ticked: (name, value) => fields.getAll(name).includes(value),
});

/** Signing in keeps the fields in the address. */
export const keptIn = (query: { [name: string]: string | undefined }): Refilled =>
	refilled(
		new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
		null,
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
