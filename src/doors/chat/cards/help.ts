// The help, and what was wrong with a command.
import { type Card, card, type Fact } from "../card.ts";
import { type CommandError, type Verb, verbNames, verbs } from "../command.ts";

export const helpCard = (): Card =>
	card("unbind deletes BYOIP service bindings, one at a time", {
		text: ["Start with a binding or a command. Nothing is deleted until you press a button."],
		facts: commands(),
	});

/** For a known command, its usage; otherwise the list of commands. */
export function commandErrorCard({ detail, verb, nearest }: CommandError): Card {
	const hint =
		verb !== null ? `Usage: ${usageOf(verb)}` : nearest !== null ? `Did you mean ${usageOf(nearest)}?` : null;
	return card(verb === null ? "Unknown command" : "Check the command", {
		tone: "bad",
		text: hint === null ? [detail] : [detail, hint],
		facts: verb === null ? commands() : [],
	});
}

const commands = (): Fact[] => verbNames.map((verb) => ({ name: usageOf(verb), value: verbs[verb].does }));

/** Only Discord needs "delete" before a target. */
const usageOf = (verb: Verb): string => `/unbind ${verb === "delete" ? "[delete]" : verb} ${verbs[verb].takes}`.trim();
