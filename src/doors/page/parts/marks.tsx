// States, ids with a Copy button, and times. They read well without the script, which adds to them.
import type { State } from "../../../deletion/record/deletion.ts";
import type { JSX } from "../jsx-runtime.ts";
import { stateWords } from "../words.ts";

/** @param state also gives the colour. */
export const Mark = ({ state, children }: { state: string; children: JSX.Children }) => (
	<span data-state={state}>{children}</span>
);

export const StateMark = ({ state }: { state: State }) => <Mark state={state}>{stateWords[state] ?? state}</Mark>;

/** An id or a CIDR. */
export const Copied = ({ text, what }: { text: string; what: string }) => (
	<span class="copied">
		<code>{text}</code>{" "}
		<button type="button" class="quiet" data-copy={text} aria-label={`Copy the ${what}`} hidden>
			Copy
		</button>
	</span>
);

/**
 * In UTC, the zone of incident reports. The script can show it in the reader's zone, and in a list as time ago, which helps
 * more there.
 */
export const Time = ({ at, isInList = false }: { at: string; isInList?: boolean }) => (
	<time datetime={at} data-time="" data-ago={isInList ? "" : null}>
		{`${at.slice(0, 10)} ${at.slice(11, 19)} UTC`}
	</time>
);
