// What a form was filled in with when it has to be shown again: because it was refused, or because its sender had to sign in
// first.
import type { Fault } from "../reply/problem.ts";

export interface Refilled {
	/** What was typed into a field; null where nothing was. */
	typed(name: string): string | null;
	/** A box that was ticked. */
	ticked(name: string, value: string): boolean;
	/** What is wrong with a field. */
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

/** What the way in has kept stands in the address. */
export const keptIn = (query: { [name: string]: unknown }): Refilled =>
	refilled(
		new URLSearchParams(
			Object.entries(query).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
		),
	);
