// Turns what a user typed into a command, or says what is wrong with it. Guesses nothing: a target is one word as typed, and
// a misspelt command is never run as what it may have meant.

import * as v from "valibot";
import type { Target } from "../../deletion/address/target.ts";
import { type ResolutionOutcome, resolutionOutcomes } from "../../deletion/record/deletion.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { nearestOf } from "../../nearest.ts";
import { quoted, reasonSchema } from "../request/input.ts";
import { targetNamed } from "../request/named-target.ts";

/** Each command, its arguments, what it does, and the scope it needs; null if the core decides. Discord's registration reads it too. */
export const verbs = {
	// Only shows the plan, so it needs `read`. The Ledger asks for `delete` when the button is pressed.
	delete: {
		takes: "<target> [reason]",
		does: "Show what deleting a binding would do, with a button to delete it",
		scope: "read",
	},
	history: { takes: "[target]", does: "Show the latest deletions", scope: "read" },
	show: { takes: "<id>", does: "Show a deletion, with buttons for what you can do about it", scope: "read" },
	approve: { takes: "<id>", does: "Approve a deletion that someone else requested", scope: null },
	reject: { takes: "<id>", does: "Reject a deletion that someone else requested", scope: null },
	cancel: { takes: "<id>", does: "Cancel a deletion that is waiting for approval or scheduled", scope: null },
	restore: { takes: "<id>", does: "Create a deleted binding again, from its record", scope: null },
	lost: { takes: "", does: "List the mass deletions", scope: "read" },
	"restore-all": {
		takes: "<event> [reason]",
		does: "Show what restoring them would create, with a button to restore all",
		scope: "read",
	},
	resolve: {
		takes: "<id> <outcome> <note>",
		does: "Resolve an unknown outcome by hand: gone, or standing (still there)",
		scope: null,
	},
	freeze: { takes: "<reason>", does: "Stop all deletions everywhere", scope: null },
	unfreeze: { takes: "", does: "Lift the freeze", scope: "freeze" },
	help: { takes: "", does: "Show this", scope: null },
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

/** The arguments, by their names in `takes`, as the user typed them. */
type Given = Partial<Record<"target" | "id" | "reason" | "outcome" | "note" | "event", string>>;

type Aliases = ReadonlyMap<string, string>;

/** Without a command, the first word is a target: `203.0.113.128/25 INC-4211`. */
export function parseCommand(text: string, aliases: Aliases): Result<Command, CommandError> {
	const [word, rest] = wordAndRest(text);
	if (word === "") return ok({ verb: "help" });
	const verb = word.toLowerCase();
	if (isVerb(verb)) return parseArguments(verb, rest, aliases);
	return looksLikeTarget(word, aliases) ? parseArguments("delete", text, aliases) : fail(noSuchCommand(word));
}

/** One word each, in the order of `takes`; a reason or a note is the rest of the line. */
function parseArguments(verb: Verb, text: string, aliases: Aliases): Result<Command, CommandError> {
	const { takes } = verbs[verb];
	const given: { [name: string]: string } = {};
	let rest = text;
	for (const [name] of takes.matchAll(/\w+/g)) {
		const [argument, after] = name === "reason" || name === "note" ? [rest, ""] : wordAndRest(rest);
		given[name] = argument;
		rest = after;
	}
	if (rest === "" || verb === "help") return commandOf(verb, given, aliases);
	return commandError(verb, `"${verb}" takes ${takes === "" ? "no arguments" : `${takes} and nothing else`}.`);
}

/** For platforms that send the arguments separately. */
export function commandOf(verb: Verb, given: Given, aliases: Aliases): Result<Command, CommandError> {
	const { target: named = "", id = "", event = "" } = given;
	const wrong = (detail: string) => commandError(verb, detail);
	switch (verb) {
		case "delete": {
			if (named === "") return wrong("Name the binding by its CIDR, id or alias.");
			const target = targetNamed(named, aliases);
			if (!target.ok) return wrong(target.failure.detail);
			const reason = reasonIn(given.reason);
			return reason.ok ? ok({ verb, target: target.value, reason: reason.value }) : wrong(reason.failure);
		}
		case "history": {
			if (named === "") return ok({ verb, target: null });
			const target = targetNamed(named, aliases);
			return target.ok ? ok({ verb, target: target.value }) : wrong(target.failure.detail);
		}
		case "freeze": {
			const reason = reasonIn(given.reason);
			if (!reason.ok) return wrong(reason.failure);
			return reason.value === null ? wrong("Give a reason: freeze <reason>.") : ok({ verb, reason: reason.value });
		}
		case "restore-all": {
			if (!/^[0-9A-Za-z-]{1,64}$/.test(event)) return wrong('Name the mass deletion by its id. "lost" lists the ids.');
			const reason = reasonIn(given.reason);
			return reason.ok ? ok({ verb, event, reason: reason.value }) : wrong(reason.failure);
		}
		case "resolve": {
			if (!isRecordId(id)) return wrong(noSuchId(verb, id));
			const outcome = resolutionOutcomes.find((one) => one === given.outcome?.toLowerCase());
			if (outcome === undefined) return wrong("Say what you found at Cloudflare: gone, or standing (still there).");
			const note = reasonIn(given.note, "note");
			if (!note.ok) return wrong(note.failure);
			if (note.value === null) return wrong("Say how you know: resolve <id> <outcome> <note>.");
			return ok({ verb, id, outcome, note: note.value });
		}
		case "unfreeze":
		case "lost":
		case "help":
			return ok({ verb });
		default:
			return isRecordId(id) ? ok({ verb, id }) : wrong(noSuchId(verb, id));
	}
}

const noSuchId = (verb: Verb, id: string): string =>
	id === ""
		? `Name the deletion by its id: ${verb} <id>. "history" lists the ids.`
		: `${quoted(id)} is not a deletion id. An id has 26 letters and digits; "history" lists them.`;

export function isVerb(text: string): text is Verb {
	return Object.hasOwn(verbs, text);
}

function wordAndRest(text: string): [string, string] {
	const [, word = "", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
	return [word, rest.trim()];
}

/** null if the text is empty. */
function reasonIn(text = "", what = "reason"): Result<string | null, string> {
	const line = text.replace(/\s+/g, " ").trim();
	if (line === "") return ok(null);
	const read = v.safeParse(reasonSchema, line);
	return read.success ? ok(read.output) : fail(`The ${what} ${read.issues[0].message}.`);
}

const looksLikeTarget = (word: string, aliases: Aliases): boolean =>
	aliases.has(word) || /[./:]/.test(word) || /^[0-9a-fA-F-]{32,}$/.test(word);

export function noSuchCommand(word: string): CommandError {
	const nearest = nearestOf(word.toLowerCase(), verbNames);
	return { detail: `There is no command ${quoted(word)}. Try /unbind help.`, verb: null, nearest };
}

const commandError = (verb: Verb, detail: string) => fail({ detail, verb, nearest: null });
