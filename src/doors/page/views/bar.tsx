// Addresses as a bar, in the colours of the services that they go to. Only drawn: what it says is also said in words.
import type { Cell, Stretch } from "../cells.ts";

const heightPx = 40;
/** Below the text. */
const hereHeightPx = 6;
const leastLabelled = 7;
const colours: Readonly<Record<string, number>> = { CDN: 1, Spectrum: 2, "Magic Transit": 3 };
const otherColours = 2;

/** 0 is for no service; services that are not known by name share what is left. */
export function colourOf(service: string | null): number {
	if (service === null) return 0;
	const known = colours[service];
	if (known !== undefined) return known;
	const code = [...service].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
	return 4 + (code % otherColours);
}

interface BarProps {
	stretches: readonly Stretch[];
	/** The id of a binding that is outlined. */
	marked?: string;
	/** What is pointed at. */
	here?: Pick<Cell, "x" | "width"> | null;
}

export const Bar = ({ stretches, marked, here = null }: BarProps) => (
	<svg class="bar" width="100%" height={heightPx} aria-hidden="true">
		{stretches.map(({ winner, x, width }) => (
			<svg x={`${x.toFixed(2)}%`} width={`${width.toFixed(2)}%`} height={heightPx}>
				<title>
					{winner === null ? "no service" : `${winner.range.text}: ${winner.service ?? "no service named"}`}
				</title>
				<rect
					width="100%"
					height={heightPx}
					data-service={winner === null ? "none" : colourOf(winner.service)}
					class={winner !== null && winner.id === marked ? "marked" : undefined}
				/>
				{width >= leastLabelled && (
					<>
						<text x="8" y="17">
							{winner === null ? "no service" : (winner.service ?? "regional")}
						</text>
						<text x="8" y="32" class="small">
							{winner?.range.text}
						</text>
					</>
				)}
			</svg>
		))}
		{here !== null && (
			<rect
				class="here"
				x={`${here.x.toFixed(2)}%`}
				y={heightPx - hereHeightPx}
				width={`${here.width.toFixed(2)}%`}
				height={hereHeightPx}
			/>
		)}
	</svg>
);
