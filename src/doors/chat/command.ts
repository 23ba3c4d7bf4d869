// Turns what a user typed into a command, or says what is wrong with it. Guesses nothing: a target is one word as typed, and
// a misspelt command is never run as what it may have meant.

import * as v from "valibot";
import type { Target } from "../../deletion/address/target.ts";
import { type ResolutionOutcome, resolutionOutcomes } from "../../deletion/record/deletion.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { nearestOf } from "../../nearest.ts";
import { reasonSchema, shown } from "../request/input.ts";
import { targetNamed } from "../request/named-target.ts";

/** Each command, its arguments and what it does. The help and Discord's registration use the same table. */
export const verbs = {
	delete: { takes: "<target> [reason]", does: "Show what deleting a binding would do, with a button to delete it" },
	history: { takes: "[target]", does: "Show the latest deletions" },
	show: { takes: "<id>", does: "Show a deletion, with buttons for what you can do about it" },
	approve: { takes: "<id>", does: "Approve a deletion that someone else requested" },
	reject: { takes: "<id>", does: "Reject a deletion that someone else requested" },
	cancel: { takes: "<id>", does: "Cancel a deletion that is waiting for approval or scheduled" },
	restore: { takes: "<id>", does: "Create a deleted binding again, from its record" },
	lost: { takes: "", does: "List the mass deletions" },
	"restore-all": {
		takes: "<event> [reason]",
		does: "Show what restoring them would create, with a button to restore all",
	},
	resolve: {
		takes: "<id> <outcome> <note>",
		does: "Resolve an unknown outcome by hand: gone, or standing (still there)",
	},
	freeze: { takes: "<reason>", does: "Stop all deletions everywhere" },
	unfreeze: { takes: "", does: "Lift the freeze" },
	help: { takes: "", does: "Show this" },
} as const;
export type Verb = keyof typeof verbs;
export const verbNames = Object.keys(verbs).filter(isVerb);

export type Command =
	| { verb: "delete"; target: Target; reason: string | null }
	| { verb: "history"; target: Target | null }
	| { verb: "show" | "approve" | "reject" | "cancel" | "restore"; id: string }
	| { verb: "resolve"; id: string; outcome: ResolutionOutcome; note: string }
	| { verb: "freeze"; reason: string }
	| { verb: "restore-all"; event: string; reason: string | null }
	| { verb: "unfreeze" | "lost" | "help" };

export interface CommandError {
	detail: string;
	/** The command with wrong arguments; null if there is no such command. */
	verb: Verb | null;
	/** The command closest to the misspelt one. */
	nearest: Verb | null;
}

/** The arguments of a command; "" if one is missing. */
export interface Given {
	target: string;
	id: string;
	reason: string;
	outcome?: string;
	note?: string;
	event?: string;
}

type Aliases = ReadonlyMap<string, string>;

/** Without a command, the first word is a target: `203.0.113.128/25 INC-4211`. */
export function parseCommand(text: string, aliases: Aliases): Result<Command, CommandError> {
	const [word, tail] = wordAndRest(text);
	if (word === "") return ok({ verb: "help" });
	const verb = word.toLowerCase();
	if (!isVerb(verb)) {
		if (!looksLikeTarget(word, aliases)) return fail(noSuchCommand(word));
		return commandOf("delete", { target: word, id: "", reason: tail }, aliases);
	}
	const [first, rest] = wordAndRest(tail);
	if (verb === "delete") return commandOf(verb, { target: first, id: "", reason: rest }, aliases);
	if (verb === "restore-all") return commandOf(verb, { target: "", id: "", reason: rest, event: first }, aliases);
	if (verb === "freeze") return commandOf(verb, { target: "", id: "", reason: tail }, aliases);
	if (verb === "help") return ok({ verb });
	if (verb === "resolve") {
		const [outcome, note] = wordAndRest(rest);
		return commandOf(verb, { target: "", id: first, reason: "", outcome, note }, aliases);
	}
	if (rest !== "" || ((verb === "unfreeze" || verb === "lost") && first !== ""))
		return commandError(
			verb,
			verbs[verb].takes === ""
				? `"${verb}" takes no arguments.`
				: `"${verb}" takes ${verbs[verb].takes} and nothing else.`,
		);
	return commandOf(verb, { target: first, id: first, reason: "" }, aliases);
}

/** For platforms that send the arguments separately. */
export function commandOf(verb: Verb, given: Given, aliases: Aliases): Result<Command, CommandError> {
	const wrong = (detail: string) => commandError(verb, detail);
	switch (verb) {
		case "delete": {
			if (given.target === "") return wrong("Name the binding by its CIDR, id or alias.");
			const target = targetNamed(given.target, aliases);
			if (!target.ok) return wrong(target.failure.detail);
			const reason = reasonIn(given.reason);
			return reason.ok ? ok({ verb, target: target.value, reason: reason.value }) : wrong(reason.failure);
		}
		case "history": {
			if (given.target === "") return ok({ verb, target: null });
			const target = targetNamed(given.target, aliases);
			return target.ok ? ok({ verb, target: target.value }) : wrong(target.failure.detail);
		}
		case "freeze": {
			const reason = reasonIn(given.reason);
			if (!reason.ok) return wrong(reason.failure);
			return reason.value === null ? wrong("Give a reason: freeze <reason>.") : ok({ verb, reason: reason.value });
		}
		case "restore-all": {
			const event = given.event ?? "";
			if (!/^[0-9A-Za-z-]{1,64}$/.test(event)) return wrong('Name the mass deletion by its id. "lost" lists the ids.');
			const reason = reasonIn(given.reason);
			return reason.ok ? ok({ verb, event, reason: reason.value }) : wrong(reason.failure);
		}
		case "resolve": {
			if (!isRecordId(given.id)) return wrong(noSuchId(verb, given.id));
			const outcome = resolutionOutcomes.find((one) => one === given.outcome?.toLowerCase());
			if (outcome === undefined) return wrong("Say what you found at Cloudflare: gone, or standing (still there).");
			const note = reasonIn(given.note ?? "", "note");
			if (!note.ok) return wrong(note.failure);
			if (note.value === null) return wrong("Say how you know: resolve <id> <outcome> <note>.");
			return ok({ verb, id: given.id, outcome, note: note.value });
		}
		case "unfreeze":
		case "lost":
		case "help":
			return ok({ verb });
		default:
			return isRecordId(given.id) ? ok({ verb, id: given.id }) : wrong(noSuchId(verb, given.id));
	}
}

const noSuchId = (verb: Verb, id: string): string =>
	id === ""
		? `Name the deletion by its id: ${verb} <id>. "history" lists the ids.`
		: `${shown(id)} is not a deletion id. An id has 26 letters and digits; "history" lists them.`;

export function isVerb(text: string): text is Verb {
	return Object.hasOwn(verbs, text);
}

function wordAndRest(text: string): [string, string] {
	const [, word = "", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
	return [word, rest.trim()];
}

/** null if the text is empty. */
function reasonIn(text: string, what = "reason"): Result<string | null, string> {
	const line = text.replace(/\s+/g, " ").trim();
	if (line === "") return ok(null);
	const read = v.safeParse(reasonSchema, line);
	return read.success ? ok(read.output) : fail(`The ${what} ${read.issues[0].message}.`);
}

const looksLikeTarget = (word: string, aliases: Aliases): boolean =>
	aliases.has(word) || /[./:]/.test(word) || /^[0-9a-fA-F-]{32,}$/.test(word);

function noSuchCommand(word: string): CommandError {
	const nearest = nearestOf(word.toLowerCase(), verbNames);
	return { detail: `There is no command ${shown(word)}. Try /unbind help.`, verb: null, nearest };
}

const commandError = (verb: Verb, detail: string) => fail({ detail, verb, nearest: null });
