// No deletion is undone by an older request: every binding created at a CIDR was requested after the last deletion
// there, or its call was already under way.
import { type Facts, type Life, wayBack } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function lastWord({ lives, records, calls }: Facts): Verdict {
	const { verdict, look } = createBench();
	const requests = records.flatMap((record) =>
		wayBack(record)
			.filter(({ event }) => event === "restoration_requested")
			.map(({ at }) => ({ cidr: record.binding?.cidr, atMs: Date.parse(at) })),
	);
	const posts = calls.filter(({ method }) => method === "POST");

	function undone({ cidr, prefixId, bornAtMs }: Life): string | null {
		const bornMs = bornAtMs ?? 0;
		const gone = [...lives.values()].filter((one) => one.cidr === cidr && one.goneBy === "call");
		const lastGoneMs = Math.max(0, ...gone.map(({ goneAtMs }) => goneAtMs ?? 0).filter((atMs) => atMs <= bornMs));
		const isAsked = requests.some((one) => one.cidr === cidr && one.atMs >= lastGoneMs && one.atMs <= bornMs);
		const isUnderWay = posts.some(
			(post) => post.prefixId === prefixId && post.atMs <= lastGoneMs && post.answeredAtMs >= bornMs,
		);
		return isAsked || isUnderWay ? null : "it was created, and nobody had asked for it since the last deletion there";
	}
	for (const life of lives.values()) {
		if (life.bornBy === "call") look(undone(life), { bindingId: life.bindingId });
	}
	return verdict;
}
