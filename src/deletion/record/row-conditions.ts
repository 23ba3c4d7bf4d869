// Filters on history rows that the keys can't answer: conditions on a row, and a search text.

import { type Cidr, contains, parseCidr } from "../address/cidr.ts";
import { plainId } from "../address/cloudflare-id.ts";
import { folded } from "./actor.ts";
import type { Summary } from "./deletion.ts";

const conditionFields = ["state", "service_name", "prefix_id", "binding_id", "actor", "door"] as const;
export type ConditionField = (typeof conditionFields)[number];

export interface Condition {
	field: ConditionField;
	/** false negates the condition. */
	is: boolean;
	value: string;
}

export interface RowConditions {
	conditions: readonly Condition[];
	/** Matches the CIDR, ids, reason, actor and Ray id, in any case. An address or CIDR also finds what it overlaps. */
	text: string | null;
}

/** For each field, one of its positive conditions and all of its negated ones must hold. */
export function rowMatcher({ conditions, text }: RowConditions): (row: Summary) => boolean {
	const wanted = text?.toLowerCase() ?? null;
	const range = text === null ? null : rangeIn(text);
	const fields = conditionFields.map((field) => {
		const own = conditions.filter((one) => one.field === field);
		const valuesOf = (some: readonly Condition[]) => some.map(({ value }) => spelt(field, value));
		return { field, among: valuesOf(own.filter(({ is }) => is)), not: valuesOf(own.filter(({ is }) => !is)) };
	});
	const asked = fields.filter(({ among, not }) => among.length > 0 || not.length > 0);
	return (row) =>
		asked.every(({ field, among, not }) => {
			const value = spelt(field, row[field] ?? "");
			return (among.length === 0 || among.includes(value)) && !not.includes(value);
		}) &&
		(wanted === null || says(row, wanted) || (range !== null && overlaps(row.cidr, range)));
}

function spelt(field: ConditionField, value: string): string {
	if (field === "actor") return folded(value);
	return field === "prefix_id" || field === "binding_id" ? plainId(value) : value;
}

const says = ({ id, cidr, binding_id, prefix_id, reason, actor, ray }: Summary, wanted: string): boolean =>
	[cidr, id, binding_id, prefix_id, reason, actor, ray].some((text) => text?.toLowerCase().includes(wanted));

/** An address counts as the range of just itself. */
function rangeIn(text: string): Cidr | null {
	const cidr = parseCidr(text.trim());
	if (cidr.ok) return cidr.value;
	if (cidr.failure.reason === "not_a_cidr") return null;
	const meant = parseCidr(cidr.failure.hint);
	return meant.ok ? meant.value : null;
}

function overlaps(text: string | null, range: Cidr): boolean {
	const cidr = text === null ? null : parseCidr(text);
	return cidr?.ok === true && (contains(cidr.value, range) || contains(range, cidr.value));
}
