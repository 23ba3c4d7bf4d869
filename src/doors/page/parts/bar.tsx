// Addresses as a bar, coloured by the service that serves them. The page says the same in words.
import type { Bound, Cell, Stretch } from "../cells.ts";
import { serviceWord } from "../words.ts";

const heightPx = 40;
/** Drawn below the text. */
const hereHeightPx = 6;
const letterPx = 7.4;
const paddingPx = 16;
/** The narrowest bar on a wide screen, and on a phone. */
const wideBarPx = 880;
const phoneBarPx = 300;
const labelledAtMost = 12;
const colours: Readonly<Record<string, number>> = { CDN: 1, Spectrum: 2, "Magic Transit": 3 };
const otherColours = 2;

/** 0 means no service; unknown services share the remaining colours. */
function colourOf(service: string | null): number {
	if (service === null) return 0;
	const known = colours[service];
	if (known !== undefined) return known;
	const code = [...service].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
	return 4 + (code % otherColours);
}

/** Several of them, each with its name. */
export const Bars = ({ bars }: { bars: readonly (BarProps & { name: string })[] }) => (
	<div class="bars" aria-hidden="true">
		{bars.map(({ name, ...bar }) => (
			<>
				<span>{name}</span>
				<Bar {...bar} />
			</>
		))}
	</div>
);

interface BarProps {
	stretches: readonly Stretch[];
	/** The id of the binding to outline. */
	marked?: string | undefined;
	/** The range to mark. */
	here?: Pick<Cell, "x" | "width"> | null;
}

const rooms = ["always", "wide", "never"] as const;
type Room = (typeof rooms)[number];

/** Whether a label fits: always, only on wide screens, or never. A label that does not fit goes below the bar. */
function roomFor({ winner, width }: Stretch): Room {
	const neededPx = paddingPx + letterPx * labelOf(winner).reduce((most, line) => Math.max(most, line.length), 0);
	if ((width / 100) * phoneBarPx >= neededPx) return "always";
	return (width / 100) * wideBarPx >= neededPx ? "wide" : "never";
}

const labelOf = (winner: Bound | null): [string, string] =>
	winner === null ? ["no service", ""] : [winner.serviceName ?? "regional", winner.range.text];

const shadeOf = (winner: Bound | null): number | "none" => (winner === null ? "none" : colourOf(winner.serviceName));

export const Bar = ({ stretches, marked, here = null }: BarProps) => (
	<div class="bar" aria-hidden="true">
		<svg width="100%" height={heightPx} aria-hidden="true">
			{stretches.map(({ winner, x, width }) => (
				<svg x={`${x.toFixed(2)}%`} width={`${width.toFixed(2)}%`} height={heightPx}>
					<title>{winner === null ? "no service" : `${winner.range.text}: ${serviceWord(winner.serviceName)}`}</title>
					<rect
						width="100%"
						height={heightPx}
						data-service={shadeOf(winner)}
						class={winner !== null && winner.id === marked ? "marked" : undefined}
					/>
					<Label winner={winner} room={roomFor({ winner, x, width })} />
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
		<Slices stretches={stretches} />
	</div>
);

function Label({ winner, room }: { winner: Bound | null; room: Room }) {
	if (room === "never") return null;
	const [service, cidr] = labelOf(winner);
	return (
		<>
			<text x="8" y="17" data-room={room}>
				{service}
			</text>
			<text x="8" y="32" class="small" data-room={room}>
				{cidr}
			</text>
		</>
	);
}

/** The labels that do not fit in the bar. A binding with several stretches gets one label. */
function Slices({ stretches }: { stretches: readonly Stretch[] }) {
	const best = new Map<string | undefined, { winner: Bound | null; room: Room }>();
	for (const stretch of stretches) {
		const { winner } = stretch;
		const room = roomFor(stretch);
		const known = best.get(winner?.id);
		if (known === undefined || rooms.indexOf(room) < rooms.indexOf(known.room)) best.set(winner?.id, { winner, room });
	}
	const small = [...best.values()].filter(({ room }) => room !== "always").slice(0, labelledAtMost);
	return small.length === 0 ? null : (
		<ul class="slices">
			{small.map(({ winner, room }) => {
				const [service, cidr] = labelOf(winner);
				return (
					<li data-service={shadeOf(winner)} data-room={room}>
						{service} {cidr !== "" && <code>{cidr}</code>}
					</li>
				);
			})}
		</ul>
	);
}
