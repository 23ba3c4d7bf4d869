// The history's filter, as the page's address holds it, so an address can be shared. `state=refused` is a condition and
// `state=-refused` its opposite. Of several conditions on a field one must hold, and none of the opposites.

import * as v from "valibot";
import { isCloudflareId } from "../../deletion/address/cloudflare-id.ts";
import { doors } from "../../deletion/record/actor.ts";
import { states } from "../../deletion/record/deletion.ts";
import type { HistoryFilter } from "../../deletion/record/history.ts";
import type { Condition, ConditionField } from "../../deletion/record/row-conditions.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { mostConditions } from "../limits.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { readQuery, timeOrDaySchema } from "../request/input.ts";

export interface PageFilter {
	conditions: readonly Condition[];
	text: string | null;
	/** As typed: a day, a time, or, for `since`, how long ago. */
	since: string | null;
	until: string | null;
}

export const noFilter: PageFilter = { conditions: [], text: null, since: null, until: null };

export const parameters = ["state", "service", "door", "actor", "prefix", "binding"] as const;
export type Parameter = (typeof parameters)[number];

const fields: Record<Parameter, ConditionField> = {
	state: "state",
	service: "service_name",
	door: "door",
	actor: "actor",
	prefix: "prefix_id",
	binding: "binding_id",
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const plain = (value: string): string => value.replace(/^[-=]/, "");
const among = (values: readonly string[]) =>
	v.check((value: string) => values.includes(plain(value)), `must be among ${values.join(", ")}`);
const conditionsOn = (check: v.CheckAction<string, string>) =>
	v.optional(
		v.pipe(
			v.array(v.pipe(v.string(), v.maxLength(200, "is too long"), check)),
			v.maxLength(mostConditions, "has too many values"),
		),
		[],
	);
const named = v.check((value: string) => plain(value) !== "", "must not be empty");
const id = v.check((value: string) => isCloudflareId(plain(value)), "must be 32 hex digits or a dashed UUID");
const ago = /^([1-9]\d{0,2})([hd])$/;
const time = v.pipe(
	v.string(),
	v.check(
		(text) => ago.test(text) || v.safeParse(timeOrDaySchema, text).success,
		"must be a date, a time, or a period like 24h",
	),
);

const entries = {
	state: conditionsOn(among(states)),
	service: conditionsOn(named),
	door: conditionsOn(among(doors)),
	actor: conditionsOn(named),
	prefix: conditionsOn(id),
	binding: conditionsOn(id),
	q: v.optional(v.pipe(v.string(), v.maxLength(200, "is too long"))),
	since: v.optional(time),
	until: v.optional(time),
	cursor: v.optional(v.string()),
};

export function readFilter(url: URL): Result<{ filter: PageFilter; cursor: string | null }, Problem> {
	const query = readQuery(url, entries, parameters);
	if (!query.ok) return query;
	const { q = null, since = null, until = null, cursor = null } = query.value;
	const conditions = parameters.flatMap((parameter) =>
		[...new Set(query.value[parameter])].map((value) => ({
			field: fields[parameter],
			is: !value.startsWith("-"),
			value: plain(value),
		})),
	);
	const filter = { conditions, text: q, since, until };
	const { sinceMs, untilMs } = stretchOf(filter, Date.now());
	if (sinceMs !== null && untilMs !== null && sinceMs > untilMs)
		return fail(problem("invalid_request", 'The parameter "since" is later than "until".'));
	return ok({ filter, cursor });
}

/** The address of a page with this filter. A cursor works only with its filter. */
export function addressOf({ conditions, text, since, until }: PageFilter, path = "/", cursor?: string): string {
	const query = new URLSearchParams();
	for (const condition of conditions) {
		const { name, value } = parameterOf(condition);
		query.append(name, value);
	}
	for (const [name, value] of Object.entries({ q: text, since, until, cursor: cursor ?? null }))
		if (value !== null) query.set(name, value);
	return query.size === 0 ? path : `${path}?${query}`;
}

/** The history with only this condition. */
export const historyOf = (field: ConditionField, value: string): string =>
	addressOf({ ...noFilter, conditions: [{ field, is: true, value }] });

/** Marks a value that looks like an opposite with "=". */
export function parameterOf({ field, is, value }: Condition): { name: Parameter; value: string } {
	const mark = is ? (/^[-=]/.test(value) ? "=" : "") : "-";
	return { name: parameters.find((parameter) => fields[parameter] === field) ?? "state", value: `${mark}${value}` };
}

/** Fixes relative times to now, so that later pages cover the same period. */
export function pinned(filter: PageFilter, nowMs: number): PageFilter {
	const { since } = filter;
	const { sinceMs } = stretchOf(filter, nowMs);
	return since === null || sinceMs === null || !ago.test(since)
		? filter
		: { ...filter, since: new Date(sinceMs).toISOString() };
}

/** Uses the history's keys where it can; checks the other conditions row by row. */
export function historyFilterOf(filter: PageFilter, nowMs: number): HistoryFilter {
	const { conditions, text } = filter;
	const only = (field: ConditionField): string | null => {
		const [first, ...others] = conditions.filter((one) => one.field === field && one.is);
		return first === undefined || others.length > 0 ? null : first.value;
	};
	const state = only("state");
	const rest = conditions.filter((one) => !one.is || only(one.field) === null || one.field === "service_name");
	return {
		state: states.find((one) => one === state) ?? null,
		actor: only("actor"),
		door: doors.find((one) => one === only("door")) ?? null,
		bindingId: only("binding_id"),
		prefixId: only("prefix_id"),
		...stretchOf(filter, nowMs),
		...(rest.length === 0 && text === null ? {} : { rows: { conditions: rest, text } }),
	};
}

function stretchOf({ since, until }: PageFilter, nowMs: number): { sinceMs: number | null; untilMs: number | null } {
	const isDay = until !== null && /^\d{4}-\d\d-\d\d$/.test(until);
	const untilMs = until === null ? null : msOf(until, nowMs);
	return {
		sinceMs: since === null ? null : msOf(since, nowMs),
		// Includes all of the last day.
		untilMs: untilMs === null ? null : isDay ? untilMs + dayMs - 1 : untilMs,
	};
}

function msOf(text: string, nowMs: number): number | null {
	const [, count, unit] = ago.exec(text) ?? [];
	if (count !== undefined) return nowMs - Number(count) * (unit === "h" ? hourMs : dayMs);
	const read = v.safeParse(timeOrDaySchema, text);
	return read.success ? read.output : null;
}
