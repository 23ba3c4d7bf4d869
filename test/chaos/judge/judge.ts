// Checks every promise after a chaos. Pure: evidence in, verdicts out.
import type { Evidence } from "../evidence.ts";
import { agreeing } from "./agreeing.ts";
import { answered } from "./answered.ts";
import { askedAgain } from "./asked-again.ts";
import { type Facts, factsOf } from "./facts.ts";
import { fresh } from "./fresh.ts";
import { lastWord } from "./last-word.ts";
import { named } from "./named.ts";
import { noWayRound } from "./no-way-round.ts";
import { noticed } from "./noticed.ts";
import { notified } from "./notified.ts";
import { reaching } from "./reaching.ts";
import { readBack } from "./read-back.ts";
import { recorded } from "./recorded.ts";
import { settled } from "./settled.ts";
import { truthful } from "./truthful.ts";
import type { Verdict } from "./verdict.ts";

const promises = {
	"no call that changes something without a record": recorded,
	"no record that contradicts what happened": truthful,
	"nothing deleted that no accepted request named": named,
	"no second DELETE without a read-back": readBack,
	"no way round freeze, time, budget and If-Match": noWayRound,
	"no deletion undone by an older request": lastWord,
	"a failed restoration can be asked for again": askedAgain,
	"nothing open three minutes after the faults": settled,
	"what was told is in KV a minute after KV works": reaching,
	"KV and Ledger agree, and the last version wins": agreeing,
	"a history read after a deletion shows it": fresh,
	"every answer agrees with the record": answered,
	"a loss without unbind is on record once, in time": noticed,
	"every event is delivered, or shown as undelivered": notified,
} satisfies Record<string, (facts: Facts) => Verdict>;

export type PromiseName = keyof typeof promises;

export interface Judgement {
	facts: Facts;
	verdicts: [promise: string, verdict: Verdict][];
}

export function judge(evidence: Evidence): Judgement {
	const facts = factsOf(evidence);
	return { facts, verdicts: Object.entries(promises).map(([promise, check]) => [promise, check(facts)]) };
}
