// A time, in UTC: what an incident is told in. The script can show it in the reader's own zone instead.

export const momentText = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

export const Moment = ({ at }: { at: string }) => (
	<time datetime={at} data-time="">
		{momentText(at)}
	</time>
);
