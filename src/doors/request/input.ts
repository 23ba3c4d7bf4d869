// Reads what a caller sends and guesses nothing: an unknown, empty or repeated parameter is an error, because a filter that
// comes out empty must never mean "all".

import * as v from "valibot";
import { cappedText } from "../../capped-body.ts";
import { isCloudflareId } from "../../deletion/address/cloudflare-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { jsonCapBytes } from "../limits.ts";
import { atField, type Problem, problem } from "../reply/problem.ts";
import { repeatedName } from "./repeated-name.ts";

type Entries = v.ObjectEntries;
export type Read<E extends Entries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>;

/** The query's parameters. Each may appear once; those in `lists` may repeat or hold commas. */
export function readQuery<E extends Entries>(
	url: URL,
	entries: E,
	lists: readonly string[] = ["acknowledge"],
): Result<Read<E>, Problem> {
	const values = new Map<string, string | string[]>();
	for (const [name, all] of parametersOf(url)) {
		const [first = ""] = all;
		const isList = lists.includes(name);
		if (!isList && all.length > 1)
			return fail(invalid(`The parameter ${quoted(name)} is given ${all.length} times.`, entries));
		values.set(name, isList ? all.flatMap((one) => one.split(",")) : first);
	}
	return readObject(Object.fromEntries(values), entries, "parameter");
}

/** One pass over the query, even if it has thousands of names. */
function parametersOf(url: URL): Map<string, string[]> {
	const parameters = new Map<string, string[]>();
	// Most polls have no query.
	if (url.search === "") return parameters;
	for (const [name, value] of url.searchParams) {
		const all = parameters.get(name);
		if (all === undefined) parameters.set(name, [value]);
		else all.push(value);
	}
	return parameters;
}

/** RFC 9110, 15.5.16: what would have been accepted. */
const acceptsJson = { accept: "application/json" };
const acceptsPlain = { "accept-encoding": "identity" };

/** A JSON body of at most 64 KiB. */
export async function readJson<E extends Entries>(request: Request, entries: E): Promise<Result<Read<E>, Problem>> {
	const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
	const sendJson = "Send JSON, with Content-Type: application/json.";
	if (type === undefined) return fail(problem("invalid_request", sendJson));
	if (type !== "application/json") return fail(problem("unsupported_media_type", sendJson, {}, acceptsJson));
	if (!/^(?:identity)?$/i.test(request.headers.get("content-encoding") ?? ""))
		return fail(
			problem("unsupported_media_type", "Send the body uncompressed, without Content-Encoding.", {}, acceptsPlain),
		);
	const text = await cappedText(request.body, jsonCapBytes);
	if (text === null) return fail(problem("payload_too_large", `The body is longer than ${jsonCapBytes} bytes.`));
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		return fail(problem("invalid_request", "The body is not valid JSON."));
	}
	if (typeof body !== "object" || body === null || Array.isArray(body))
		return fail(invalid("The body must be a JSON object.", entries));
	const twice = repeatedName(text);
	if (twice !== null) return fail(invalid(`The field ${quoted(twice)} is given more than once.`, entries));
	return readObject(body, entries, "field");
}

/** For requests that take no body. A body is refused, not ignored, because it may ask for something else. */
export async function refuseBody(request: Request): Promise<Result<null, Problem>> {
	const text = await cappedText(request.body, jsonCapBytes);
	if (text !== null && /^(?:\s*\{\s*\})?\s*$/.test(text)) return ok(null);
	return fail(problem("invalid_request", "This request takes no body. Use its path, query and headers."));
}

function readObject<E extends Entries>(value: object, entries: E, kind: string): Result<Read<E>, Problem> {
	// The schema would accept a name that every object inherits.
	const unknown = Object.keys(value).find((key) => !Object.hasOwn(entries, key));
	if (unknown !== undefined) return fail(invalid(`Unknown ${kind} ${quoted(unknown)}.`, entries));
	const read = v.safeParse(v.strictObject(entries), value);
	if (read.success) return ok(read.output);
	const [issue] = read.issues;
	const field = String(issue.path?.[0]?.key ?? "");
	const says =
		issue.input === undefined
			? "is missing"
			: issue.message.startsWith("Invalid")
				? "has the wrong form"
				: issue.message;
	return fail(atField(invalid(`The ${kind} ${quoted(field)} ${says}.`, entries), field, says));
}

const invalid = (detail: string, entries: Entries): Problem =>
	problem("invalid_request", detail, { allowed: Object.keys(entries) });

/** What a caller sent, shortened for a sentence. */
export const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Includes characters that change the writing direction or break the line: a reader would see another text. */
export const controls = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** The number of rows on a page. */
export const limitSchema = (most: number) =>
	v.pipe(
		v.string(),
		v.regex(new RegExp(`^[1-9]\\d{0,${String(most).length - 1}}$`), `must be a number from 1 to ${most}`),
		v.transform(Number),
		v.maxValue(most, `must be at most ${most}`),
	);

export const idSchema = v.pipe(
	v.string(),
	v.check(isCloudflareId, "must be 32 hex digits or a dashed UUID, in lower case"),
);

export const reasonSchema = v.pipe(
	v.string("must be a string"),
	v.minLength(1, "must not be empty"),
	v.maxLength(500, "must be at most 500 characters"),
	v.check((text) => !controls.test(text), "must not contain control characters"),
	v.check((text) => text.trim() !== "", "must not be blank"),
);

const time = String.raw`[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)`;

const moment = (form: string, what: string) =>
	v.pipe(
		v.string("must be a string"),
		v.regex(new RegExp(`^\\d{4}-\\d\\d-\\d\\d${form}$`), `must be ${what} with its zone, such as 2026-02-20T17:48:00Z`),
		v.check(isRealDay, "must be a real date and time"),
		v.transform(Date.parse),
		v.check((ms) => Number.isFinite(ms) && ms >= 0, "must be a real date and time"),
	);

/** RFC 3339 with its zone, as milliseconds. */
export const timeSchema = moment(time, "a time");
/** A day means its start in UTC. */
export const timeOrDaySchema = moment(`(?:${time})?`, "a date or a time");

/** `Date.parse` reads 30 February as 2 March. */
function isRealDay(text: string): boolean {
	const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
	const date = new Date(Date.UTC(year, month - 1, day));
	return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
