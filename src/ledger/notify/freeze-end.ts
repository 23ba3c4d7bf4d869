// A freeze with an end lifts itself, and nobody does anything then: the alarm announces it, once.
import type { Announce } from "../../notify/event.ts";
import { freezeEnded } from "../../notify/other-events.ts";
import { freezeSet } from "../freezes.ts";
import { freezeEndToldMs } from "../limits.ts";
import { getFlag, setFlag } from "../tables.ts";

/** The end of the freeze that was announced last. */
const flag = "freeze_end_announced";

/** When a freeze will end by itself; null if none will. */
export function freezeEndsMs(sql: SqlStorage): number | null {
	const until = freezeSet(sql)?.until ?? null;
	return until === null || getFlag(sql, flag) === until ? null : Date.parse(until);
}

export function announceFreezeEnd(sql: SqlStorage, announce: Announce, nowMs: number): void {
	const endsMs = freezeEndsMs(sql);
	const freeze = freezeSet(sql);
	if (endsMs === null || freeze === null || endsMs > nowMs) return;
	setFlag(sql, flag, freeze.until);
	if (nowMs - endsMs <= freezeEndToldMs) announce([freezeEnded(freeze, endsMs)]);
}
