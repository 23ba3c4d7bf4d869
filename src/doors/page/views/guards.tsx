// What the guards said: those that saw something first, with their evidence; the others in one line.
import { sentenceOf } from "../../../deletion/guards.ts";
import type { Verdict } from "../../../deletion/verdict.ts";
import { textOf } from "../story.ts";

const verdictWords = {
	pass: "passes",
	acknowledge: "a risk to be named",
	approve: "another person has to agree",
	refuse: "refuses",
};

export function Guards({ guards }: { guards: readonly Verdict[] }) {
	const seen = guards.filter(({ guard, verdict, acknowledged, approved, ...evidence }) => {
		return verdict !== "pass" || Object.keys(evidence).length > 0;
	});
	const quiet = guards.filter((one) => !seen.includes(one));
	return (
		<>
			{seen.length > 0 && (
				<ul class="guards">
					{seen.map(({ guard, verdict, acknowledged, approved, ...evidence }) => (
						<li data-verdict={acknowledged || approved ? "agreed" : verdict}>
							<b>{guard}</b>: {acknowledged ? "named by who asked" : approved ? "approved" : verdictWords[verdict]}.{" "}
							{sentenceOf(guard)}
							<small>
								{Object.entries(evidence)
									.map(([name, value]) => `${name.replaceAll("_", " ")}: ${textOf(value)}`)
									.join(" · ")}
							</small>
						</li>
					))}
				</ul>
			)}
			{quiet.length > 0 && (
				<p class="hint">
					{seen.length > 0 ? "Nothing else" : "Nothing"} to fear: {quiet.map(({ guard }) => guard).join(", ")}.
				</p>
			)}
		</>
	);
}
