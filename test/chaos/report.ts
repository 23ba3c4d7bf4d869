// What a chaos was, and what came of it, as a table; and of each broken promise the story of the binding, from all sides.
import type { Judgement } from "./judge/judge.ts";
import type { Breach } from "./judge/verdict.ts";
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
	const tookMs = (from: Seen["kind"], to: Seen["kind"]) => (of(to).at(-1)?.atMs ?? 0) - (of(from).at(-1)?.atMs ?? 0);
	const lines = [
		section("asked for", { ...counts(asked, ({ what }) => what), "answers, polls included": of("told").length }),
		section(
			"calls to Cloudflare",
			counts(of("arrived"), ({ method }) => method),
		),
		section(
			"kills",
			counts(of("killed"), ({ point }) => point.replaceAll("_", " ")),
		),
		section("faults", {
			...counts(of("fault"), ({ on, fault }) => `${fault.replaceAll("_", " ")}, at a ${on}`),
			"KV write refused": of("kv_refused").length,
		}),
		section(
			"records",
			counts(records, ({ state, restoration }) =>
				restoration === null ? state : `${state}, restoration ${restoration.state}`,
			),
		),
		`\nsettled and published ${(tookMs("faults_ended", "calm") / 1000).toFixed(1)} s after the faults had ended\n`,
		"promise                                              looked at   broken",
		...verdicts.map(([promise, { checked, breaches }]) => row(promise, checked, breaches.length)),
		...verdicts.flatMap(([promise, { breaches }]) =>
			breaches.slice(0, toldAtMost).map((breach) => story(promise, breach, judgement, seed)),
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

/** Everything that touched the binding or the record, in the order of time. */
function story(promise: string, { what, bindingId, recordId }: Breach, { facts }: Judgement, seed: number): string {
	const records = facts.records.filter(
		(record) => record.id === recordId || (bindingId !== null && record.binding?.id === bindingId),
	);
	const steps = new Set(records.map(({ reason }) => reason));
	const prefixId = records[0]?.binding?.prefix_id ?? facts.lives.get(bindingId ?? "")?.prefixId;
	const lists = new Set(
		facts.calls.filter((call) => call.method === "GET" && call.prefixId === prefixId).map(({ order }) => order),
	);
	const concerns = (one: Seen, order: number): boolean => {
		switch (one.kind) {
			case "asked":
			case "told":
				return steps.has(one.step);
			case "arrived":
				return one.bindingId === bindingId || lists.has(order);
			case "answered":
				return one.listed?.includes(bindingId ?? "") ?? false;
			case "deleted":
			case "created":
				return one.bindingId === bindingId;
			case "kv_refused":
				return records.some(({ id }) => one.key.endsWith(id));
			case "fault":
				return false;
			default:
				return true;
		}
	};
	const events = facts.seen.filter(concerns).map(({ atMs, ...one }) => ({ atMs, text: JSON.stringify(one) }));
	const own = records.flatMap(({ id, timeline }) =>
		timeline.map(({ at, ...event }) => ({ atMs: Date.parse(at), text: `record ${id} ${JSON.stringify(event)}` })),
	);
	const [first = 0, last = 0] = [
		own.at(0)?.atMs,
		own
			.map(({ atMs }) => atMs)
			.toSorted((a, b) => a - b)
			.at(-1),
	];
	const near = [...events, ...own].filter(
		({ atMs }) => own.length === 0 || (atMs >= first - 5000 && atMs <= last + 5000),
	);
	const lines = near
		.toSorted((a, b) => a.atMs - b.atMs)
		.map(({ atMs, text }) => `  ${new Date(atMs).toISOString().slice(11, 23)}  ${text}`);
	return [
		`\nbroken, with --seed ${seed}: ${promise}`,
		`  ${what} (binding ${bindingId}, record ${recordId})`,
		...lines,
	].join("\n");
}
