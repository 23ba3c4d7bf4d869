// A time, in UTC: what an incident is told in. The script can show it in the reader's own zone instead.

const minutes = new Intl.DateTimeFormat("en-GB", {
	timeZone: "UTC",
	year: "numeric",
	month: "short",
	day: "2-digit",
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
});

export const momentText = (at: string): string => `${minutes.format(new Date(at)).replace(",", "")} UTC`;

export const Moment = ({ at }: { at: string }) => (
	<time datetime={at} data-time="">
		{momentText(at)}
	</time>
);
