// Ids with a Copy button, and times. They read well without the script, which adds to them.

/** An id or a CIDR. */
export const Copied = ({ text, what }: { text: string; what: string }) => (
	<span class="copied">
		<code>{text}</code>{" "}
		<button type="button" class="quiet" data-copy={text} aria-label={`Copy the ${what}`} hidden>
			Copy
		</button>
	</span>
);

const momentText = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

/** In UTC, the zone of incident reports. The script can show it as time ago or in the reader's zone. */
export const Moment = ({ at }: { at: string }) => (
	<time datetime={at} data-time="">
		{momentText(at)}
	</time>
);

/** In a list, where time ago helps more. */
export const Ago = ({ at }: { at: string }) => (
	<time datetime={at} data-time="" data-ago="">
		{momentText(at)}
	</time>
);
