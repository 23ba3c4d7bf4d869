// The measurements as rows of one table, each compared with a bar or, if it has none, for information.

export interface Row {
	what: string;
	measured: string;
	bar: string;
	verdict: "ok" | "missed" | "";
}

export const told = (what: string, measured: string): Row => ({ what, measured, bar: "", verdict: "" });

export const atLeast = (what: string, value: number, bar: number, measured: string): Row => ({
	what,
	measured,
	bar: `≥ ${bar}`,
	verdict: value >= bar ? "ok" : "missed",
});

export const atMost = (what: string, value: number, bar: number, measured: string, unit = ""): Row => ({
	what,
	measured,
	bar: `≤ ${bar}${unit}`,
	verdict: value <= bar ? "ok" : "missed",
});

export const exactly = (what: string, measured: string, bar: string): Row => ({
	what,
	measured,
	bar,
	verdict: measured === bar ? "ok" : "missed",
});

export function printed(rows: readonly Row[]): string {
	const lines = rows.map(({ what, measured, bar, verdict }) => [what, measured, bar, verdict]);
	const all = [["what", "measured", "bar", ""], ...lines];
	const widths = [0, 1, 2].map((column) => Math.max(...all.map((line) => [...(line[column] ?? "")].length)));
	const padded = all.map((line) =>
		line.map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))).join("  "),
	);
	return padded.map((line) => line.trimEnd()).join("\n");
}
