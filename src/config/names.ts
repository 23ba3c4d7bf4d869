// Checks that names are unique. They are case-insensitive, and a record must not leave open which of two people it means.
import { folded } from "../deletion/record/actor.ts";
import { type ConfigProblem, type Part, problemIn } from "./problem.ts";

/** A named person or caller, and where the configuration has the name. */
export interface Named {
	name: string;
	setting: "TOKENS" | "CHAT" | "ACCESS";
	place: string;
	/** What the name is needed for. */
	part: Part;
}

const sameSpelling =
	"Write the name the same way in both, then run: npx wrangler deploy, or for TOKENS: npx wrangler secret put TOKENS";

/**
 * The same name in two settings is one person. Spelt differently, it could be two people, one of whom approves the other's
 * deletions. A clash closes both places.
 */
export function clashingNames(people: readonly Named[], senders: readonly string[]): ConfigProblem[] {
	const known = new Map<string, Named[]>();
	const problems: ConfigProblem[] = [];
	for (const one of people) {
		const others = known.get(folded(one.name)) ?? [];
		known.set(folded(one.name), [...others, one]);
		const different = others.filter(({ name }) => name !== one.name);
		const [first] = different;
		const { setting, place } = one;
		const closes = partsOf([one, ...different]);
		if (setting === "CHAT" && others.some(({ part }) => part === one.part))
			problems.push(problemIn("CHAT", "has the same name as another user", { place, closes }));
		else if (first !== undefined) {
			const rule = `differs from a name in ${first.setting} only in capital letters`;
			problems.push(problemIn(setting, rule, { place, fix: sameSpelling, plainFix: sameSpelling, closes }));
		}
	}
	const rule = "a caller in TOKENS or a user in CHAT or ACCESS has the same name";
	const taken = senders.flatMap((place) => {
		const others = known.get(folded(place)) ?? [];
		const closes: Part[] = [`webhooks/${place}`, ...partsOf(others)];
		return others.length === 0 ? [] : [problemIn("WEBHOOKS", rule, { place, closes })];
	});
	return [...problems, ...taken];
}

const partsOf = (people: readonly Named[]): Part[] => [...new Set(people.map(({ part }) => part))];
