// How each destination is doing: failures in a row, a rest after them, and whether it refuses everything. Read once, and written
// by this object alone.
export interface Standing {
	/** Of the configuration that this is true for: another one starts afresh. */
	mark: string;
	failures: number;
	restsUntilMs: number | null;
	disabledMs: number | null;
	deliveredMs: number | null;
	failedMs: number | null;
	failure: string | null;
	dropped: number;
}

export interface Standings {
	of(name: string): Standing | null;
	keep(name: string, standing: Standing): void;
}

export const freshStanding = (mark: string): Standing => ({
	mark,
	failures: 0,
	restsUntilMs: null,
	disabledMs: null,
	deliveredMs: null,
	failedMs: null,
	failure: null,
	dropped: 0,
});

export function createStandings(sql: SqlStorage): Standings {
	let known: Map<string, Standing> | null = null;
	const all = (): Map<string, Standing> => {
		known ??= read(sql);
		return known;
	};
	return {
		of: (name) => all().get(name) ?? null,
		keep(name, standing) {
			all().set(name, standing);
			const { mark, failures, restsUntilMs, disabledMs, deliveredMs, failedMs, failure, dropped } = standing;
			sql.exec(
				`INSERT OR REPLACE INTO destinations
					(name, mark, failures, rests_until, disabled_at, delivered_at, failed_at, failure, dropped)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				...[name, mark, failures, restsUntilMs, disabledMs, deliveredMs, failedMs, failure, dropped],
			);
		},
	};
}

function read(sql: SqlStorage): Map<string, Standing> {
	type Row = {
		name: string;
		mark: string;
		failures: number;
		rests_until: number | null;
		disabled_at: number | null;
		delivered_at: number | null;
		failed_at: number | null;
		failure: string | null;
		dropped: number;
	};
	const rows = sql.exec<Row>("SELECT * FROM destinations").toArray();
	return new Map(
		rows.map(({ name, mark, failures, rests_until, disabled_at, delivered_at, failed_at, failure, dropped }) => [
			name,
			{
				mark,
				failures,
				restsUntilMs: rests_until,
				disabledMs: disabled_at,
				deliveredMs: delivered_at,
				failedMs: failed_at,
				failure,
				dropped,
			},
		]),
	);
}
