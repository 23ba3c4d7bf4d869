// What the user typed into a form that is shown again: because it was refused, or because they had to sign in first.
import type { Fault } from "../reply/problem.ts";

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
