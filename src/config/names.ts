// Who is who: names are the same in any case of letters, and a record must not leave open which of two it means.
import { folded } from "../deletion/actor.ts";
import { type ConfigProblem, problemIn } from "./problem.ts";

/** Somebody with a name of ours, and where the configuration has it. */
export interface Named {
	name: string;
	setting: "TOKENS" | "CHAT" | "ACCESS";
	place: string;
	/** The chat platform, whose users are different people. */
	platform?: string;
}

const sameSpelling =
	"Write the name the same way in both, then run: npx wrangler deploy, or for TOKENS: npx wrangler secret put TOKENS";

/** One name in two settings is one person; spelt differently, it could as well be two, of whom one approves the other's. */
export function clashingNames(people: readonly Named[], senders: readonly string[]): ConfigProblem[] {
	const first = new Map<string, Named>();
	const problems: ConfigProblem[] = [];
	for (const one of people) {
		const other = first.get(folded(one.name));
		if (other === undefined) first.set(folded(one.name), one);
		else if (one.platform !== undefined && one.platform === other.platform)
			problems.push(problemIn("CHAT", "has the same name as another user there", { place: one.place }));
		else if (other.name !== one.name) {
			const rule = `has the same name as one in ${other.setting}, but for capital letters`;
			problems.push(problemIn(one.setting, rule, { place: one.place, fix: sameSpelling, plainFix: sameSpelling }));
		}
	}
	const taken = senders.filter((name) => first.has(folded(name)));
	const rule = "a caller in TOKENS, a user in CHAT or one in ACCESS has the same name";
	return [...problems, ...taken.map((place) => problemIn("WEBHOOKS", rule, { place }))];
}
