// The card before the button: which binding, what happens to its traffic, and which risks there are.
import type { Plan } from "../../../deletion/judgement/plan.ts";
import { type Button, type Card, card } from "../card.ts";
import { bindingWords, effectFacts, verdictWords } from "./words.ts";

interface Shown {
	reason: string | null;
	mayDelete: boolean;
	buttons: readonly Button[];
}

export function planCard({ binding, effect, guards, would }: Plan, { reason, mayDelete, buttons }: Shown): Card {
	const isRefused = would === "refuse";
	return card(isRefused ? `${binding.cidr} cannot be deleted now` : `Delete ${binding.cidr}?`, {
		tone: isRefused ? "bad" : "careful",
		text: isRefused || mayDelete ? [] : ['You can look but not delete: you lack the scope "delete".'],
		facts: [
			{ name: "Binding", value: bindingWords(binding) },
			{ name: "Why", value: reason ?? "no reason given" },
			...effectFacts(effect),
		],
		warnings: guards.filter(({ verdict }) => verdict !== "pass").map(verdictWords),
		buttons: would === "wait_for_approval" ? buttons.map(asking) : buttons,
	});
}

const asking = (button: Button): Button =>
	button.choice === "delete" ? { ...button, label: "Ask for approval", style: "primary" } : button;

export const dismissedCard: Card = card("Nothing was deleted", { text: ["You cancelled."] });

export const lookingCard = (what: string): Card => card(`Looking at ${what} …`);

export const workingCard: Card = card("Working on it …", {
	text: ["It continues even if this message disappears. The history shows the result."],
});
