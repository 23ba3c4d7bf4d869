// A time in UTC, the zone of incident reports. The script can show it as time ago or in the reader's zone.

export const momentText = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

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
