// Prints the replay as a table: times of the world's clock, calls by kind, and the bars.
import { type Bar, countsOf, minutes } from "./bars.ts";
import type { Seen } from "./run.ts";

export function report(seen: Seen, bars: readonly Bar[]): string {
	const { lostAtMs, recordedAtMs, frozenAtMs, restoreAtMs, restoredAtMs, calls } = seen;
	const since = (atMs: number | null) => (atMs === null ? "never" : minutes(atMs - lostAtMs));
	const times: [string, string][] = [
		["first loss on record", since(Math.min(...recordedAtMs))],
		["deletions frozen", since(frozenAtMs)],
		["last loss on record", since(Math.max(...recordedAtMs))],
		["restorations, from the request to the last one", minutes(restoredAtMs - restoreAtMs)],
	];
	return [
		"\nafter the deletion",
		...times.map(([name, time]) => `  ${name.padEnd(50)} ${time.padStart(14)}`),
		"\ncalls to Cloudflare while the bindings were restored",
		...countsOf(calls).map(
			([kind, count, refused]) =>
				`  ${kind.padEnd(50)} ${String(count).padStart(14)}${refused > 0 ? `, ${refused} refused by the rate limit` : ""}`,
		),
		"\nbars",
		...bars.map(({ bar, found, isReached }) => `  ${isReached ? "ok    " : "MISSED"} ${bar}: ${found}`),
	].join("\n");
}
