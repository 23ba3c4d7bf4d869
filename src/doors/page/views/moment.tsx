// A time, in UTC: what an incident is told in. The script can show it as a distance, or in the reader's own zone.

export const momentText = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

export const Moment = ({ at }: { at: string }) => (
	<time datetime={at} data-time="">
		{momentText(at)}
	</time>
);

/** In a list, where how long ago says more than when. */
export const Ago = ({ at }: { at: string }) => (
	<time datetime={at} data-time="" data-ago="">
		{momentText(at)}
	</time>
);
