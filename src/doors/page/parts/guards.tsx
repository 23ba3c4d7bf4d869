// The guards' verdicts: those that found something first, with their evidence in words; the others in one line.
import { sentenceOf } from "../../../deletion/judgement/guards.ts";
import type { Verdict } from "../../../deletion/record/verdict.ts";
import { capital, counted, guardsInWords, guardWords, listed, textOf } from "../words.ts";

const verdictWords = {
	pass: "passes",
	acknowledge: "needs your acknowledgement",
	approve: "needs someone else's approval",
	refuse: "refuses",
};

interface GuardsProps {
	guards: readonly Verdict[];
	/** When the guards ran; their waits count from then. */
	atMs: number;
}

export function Guards({ guards, atMs }: GuardsProps) {
	const seen = guards.filter(({ guard, verdict, acknowledged, approved, ...evidence }) => {
		// Whether it is announced is shown with the binding.
		return verdict !== "pass" || (guard !== "advertised" && Object.keys(evidence).length > 0);
	});
	const quiet = guards.filter((one) => !seen.includes(one));
	return (
		<>
			{seen.length > 0 && (
				<ul class="guards">
					{seen.map((verdict) => (
						<li data-verdict={verdict.acknowledged || verdict.approved ? "agreed" : verdict.verdict}>
							<b>{capital(guardWords[verdict.guard])}</b>{" "}
							{verdict.acknowledged
								? "was acknowledged"
								: verdict.approved
									? "was approved"
									: verdictWords[verdict.verdict]}
							. {sentenceOf(verdict.guard)}
							<Evidence words={evidenceWords(verdict, atMs)} />
						</li>
					))}
				</ul>
			)}
			{quiet.length > 0 && (
				<details class="plain">
					<summary>{counted(quiet.length, "check")} passed</summary>
					<p class="hint">{guardsInWords(quiet.map(({ guard }) => guard))}</p>
				</details>
			)}
		</>
	);
}

const Evidence = ({ words }: { words: string }) => (words === "" ? null : <small>{words}</small>);

function evidenceWords({ guard, verdict, acknowledged, approved, ...evidence }: Verdict, atMs: number): string {
	const said = (name: string): string => textOf(evidence[name]);
	const wait = evidence.retry_after_seconds;
	const next = typeof wait === "number" ? `; next at ${hourAndMinute(atMs + wait * 1000)}` : "";
	if (guard === "budget")
		return `${said("deletions")} of ${said("limit")} used in ${said("window_minutes")} minutes${next}`;
	if (guard === "breadth")
		return `${said("gone")} of ${said("of")} bindings of the prefix in ${said("window_minutes")} minutes${next}`;
	// The sentence above already says it.
	if (guard === "last_binding") return "";
	if (guard === "leaves_no_service" && Array.isArray(evidence.cidrs)) return listed(evidence.cidrs.map(textOf));
	return Object.entries(evidence)
		.filter(([name]) => name !== "retry_after_seconds")
		.map(([name, value]) => `${name.replaceAll("_", " ")}: ${textOf(value)}`)
		.join(" · ");
}

const hourAndMinute = (ms: number): string => `${new Date(ms).toISOString().slice(11, 16)} UTC`;
