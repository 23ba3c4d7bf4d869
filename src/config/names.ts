// Who is who: names are the same in any case of letters, and a record must not leave open which of two it means.
import { folded } from "../deletion/actor.ts";
import type { Part } from "./part.ts";
import { type ConfigProblem, problemIn } from "./problem.ts";

/** Somebody with a name of ours, and where the configuration has it. */
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
 * One name in two settings is one person; spelt differently, it could as well be two, of whom one approves the other's.
 * A clash closes both places.
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
			problems.push(problemIn("CHAT", "has the same name as another user there", { place, closes }));
		else if (first !== undefined) {
			const rule = `has the same name as one in ${first.setting}, but for capital letters`;
			problems.push(problemIn(setting, rule, { place, fix: sameSpelling, plainFix: sameSpelling, closes }));
		}
	}
	const rule = "a caller in TOKENS, a user in CHAT or one in ACCESS has the same name";
	const taken = senders.flatMap((place) => {
		const others = known.get(folded(place)) ?? [];
		const closes: Part[] = [`webhooks/${place}`, ...partsOf(others)];
		return others.length === 0 ? [] : [problemIn("WEBHOOKS", rule, { place, closes })];
	});
	return [...problems, ...taken];
}

const partsOf = (people: readonly Named[]): Part[] => [...new Set(people.map(({ part }) => part))];
