// Reads WEBHOOKS, CHAT and NOTIFY, each entry separately: a fault in one does not affect the others.

import * as v from "valibot";
import { table } from "./fields.ts";
import { type ConfigProblem, partIn, problemsBySchema, type TableSetting } from "./problem.ts";
import { type SecretHolder, type SecretValues, secretsNamedBy } from "./secrets.ts";

export interface Entries {
	/** The names of all entries, faulty or not. */
	names: string[];
	holders: SecretHolder[];
	problems: ConfigProblem[];
}

interface EntriesSetting<Entry> {
	setting: TableSetting;
	/** What the setting must be. */
	rule: string;
	/** Of a table with one entry. */
	schema: v.GenericSchema<unknown, { [name: string]: Entry }>;
	/** All names in the setting, to suggest the right one. */
	names: readonly string[];
	/** The order of the entries; by default, that of the file. */
	order?: readonly string[];
	/** The name that a faulty entry's may stand for: that one is closed too. */
	meant(name: string): string;
}

/** @param read reads what the schema can't, and returns the problems. */
export function readEntries<Entry>(
	{ setting, rule, schema, names, order = [], meant }: EntriesSetting<Entry>,
	value: unknown,
	secrets: SecretValues,
	read: (name: string, entry: Entry) => ConfigProblem[],
): Entries {
	const whole = v.safeParse(table(rule), value);
	if (!whole.success) return { names: [], holders: [], problems: problemsBySchema(setting, whole.issues, names) };
	const given = Object.entries(whole.output).toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other));
	const problems = given.flatMap(([name, settings]) => {
		const one = v.safeParse(schema, { [name]: settings });
		if (one.success) return Object.entries(one.output).flatMap(([, entry]) => read(name, entry));
		const closes = new Set([partIn(setting, name), partIn(setting, meant(name))]);
		return problemsBySchema(setting, one.issues, names, [...closes]);
	});
	const holders = given.map(([place, settings]) => ({ setting, place, secrets: secretsNamedBy(settings, secrets) }));
	return { names: given.map(([name]) => name), holders, problems };
}
