// Prints what a chaos did and how it ended as a table, with the first stories of each broken promise.
import type { Judgement } from "./judge/judge.ts";
import { storyOf } from "./story.ts";
import type { Seen } from "./witness.ts";

const toldAtMost = 3;

export const isUpright = ({ verdicts }: Judgement): boolean =>
	verdicts.every(([, { breaches }]) => breaches.length === 0);

export function report(judgement: Judgement, seed: number): string {
	const { facts, verdicts } = judgement;
	const { seen, records } = facts;
	const of = <Kind extends Seen["kind"]>(kind: Kind) =>
		seen.filter((one): one is Seen & { kind: Kind } => one.kind === kind);
	const asked = of("asked");
	const history = of("history_read").length;
	const tookMs = (from: Seen["kind"], to: Seen["kind"]) => (of(to).at(-1)?.atMs ?? 0) - (of(from).at(-1)?.atMs ?? 0);
	const lines = [
		section("asked for", {
			...counts(asked, ({ what }) => what),
			"answers, polls included": of("told").length,
			"pages of the history": history,
		}),
		section(
			"calls to Cloudflare",
			counts(of("arrived"), ({ method }) => method),
		),
		section(
			"kills",
			counts(of("killed"), ({ point }) => point.replaceAll("_", " ")),
		),
		section("done by others", {
			...counts(
				[...of("deleted"), ...of("created")].filter(({ by }) => by === "others"),
				({ kind }) => kind,
			),
			"freezes by the watch": of("frozen_by_watch").length,
		}),
		section(
			"messages to destinations",
			counts(of("notified"), ({ destination, isTaken }) => `${destination} ${isTaken ? "took it" : "failed"}`),
		),
		section(
			"deliveries",
			counts(facts.deliveries, ({ destination, state }) => `${state}, to ${destination}`),
		),
		section(
			"resets of the object",
			counts(of("reset"), ({ as }) => (as === null ? "as it was" : `as the release of ${as}`)),
		),
		section("faults", {
			...counts(of("fault"), ({ on, fault }) => `${fault.replaceAll("_", " ")}, at a ${on}`),
			...counts(of("kv_fault"), ({ on, fault }) => `KV ${fault.replaceAll("_", " ")}, at a ${on}`),
			"KV outages": of("kv_outage").length,
			"the clock moved": of("clock_moved").length,
		}),
		section(
			"records by door",
			counts(records, ({ actor }) => actor.door),
		),
		section(
			"records",
			counts(records, ({ state, restoration }) =>
				restoration === null ? state : `${state}, restoration ${restoration.state}`,
			),
		),
		section(
			"refused or failed",
			counts(
				records.filter(({ failure }) => failure !== null),
				({ failure }) => (failure?.code ?? "").replaceAll("_", " "),
			),
		),
		`\nsettled and published ${(tookMs("faults_ended", "calm") / 1000).toFixed(1)} s after the faults had ended\n`,
		"promise                                              looked at   broken",
		...verdicts.map(([promise, { checked, breaches }]) => row(promise, checked, breaches.length)),
		...verdicts.flatMap(([promise, { breaches }]) =>
			breaches
				.slice(0, toldAtMost)
				.map((breach) => `\nbroken, with --seed ${seed}: ${promise}\n${storyOf(breach, facts)}`),
		),
	];
	return lines.join("\n");
}

const row = (promise: string, checked: number, broken: number): string =>
	`${promise.padEnd(50)} ${String(checked).padStart(11)} ${(broken === 0 ? "ok" : String(broken)).padStart(8)}`;

function section(title: string, numbers: Record<string, number>): string {
	const total = Object.values(numbers).reduce((sum, number) => sum + number, 0);
	const rows = Object.entries(numbers).toSorted(([a], [b]) => a.localeCompare(b));
	return [
		`\n${title.padEnd(42)} ${String(total).padStart(7)}`,
		...rows.map(([name, number]) => `  ${name.padEnd(40)} ${String(number).padStart(7)}`),
	].join("\n");
}

const counts = <Item>(items: readonly Item[], nameOf: (item: Item) => string): Record<string, number> =>
	Object.fromEntries([...Map.groupBy(items, nameOf)].map(([name, { length }]) => [name, length]));
